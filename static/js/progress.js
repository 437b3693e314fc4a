// The progress form: the sum while typing, photos added one by one, a draft kept on this device.
// Everything works without this.
(function () {
  "use strict";
  // A photo that cannot be drawn small leaves its tile empty instead of a broken picture.
  document.querySelectorAll("img.thumb").forEach(function (image) {
    function hide() { image.classList.add("gone"); }
    image.addEventListener("error", hide);
    if (image.complete && !image.naturalWidth) { hide(); }
  });

  var form = document.querySelector("form[data-progress]");
  if (!form) { return; }
  var data = form.dataset;

  // ---- the sum
  var sum = form.querySelector("[data-sum]");
  var quantity = form.elements.quantity;
  var percent = form.elements.percent;
  function plain(text) { return text.normalize("NFKC").replace(/[, ]/g, ""); }
  function written(number) { return number.toLocaleString("en-US", { maximumFractionDigits: 2 }); }
  function showSum() {
    if (!quantity) { return; }
    var added = quantity.value.trim() ? Number(plain(quantity.value)) : 0;
    var total = Number(data.total) + added;
    var target = Number(data.target || 0);
    if (isNaN(added)) { return; }
    if (sum) { sum.textContent = written(Number(data.total)) + " → " + written(total) + (target ? " / " + written(target) : "") + " " + data.unit; }
    if (target) { percent.placeholder = String(Math.max(0, Math.min(100, Math.floor(100 * total / target)))); }
  }
  if (quantity) { quantity.addEventListener("input", showSum); if (quantity.value) { showSum(); } }

  // ---- files: several choices and photos add up in the one field
  var field = form.querySelector("input[type=file][name=files]:not([data-camera])");
  var camera = form.querySelector("[data-camera]");
  var list = form.querySelector("[data-chosen]");
  var limit = Number(field.dataset.limit) * 1024 * 1024;
  var chosen = [];
  function listFiles() {
    list.textContent = "";
    Array.prototype.forEach.call(field.files, function (file) {
      var item = document.createElement("li");
      var size = file.size < 1048576 ? Math.max(1, Math.round(file.size / 1024)) + " KB" : (file.size / 1048576).toFixed(1) + " MB";
      item.textContent = file.name + " · " + size + (file.size > limit ? " · " + data.tooLarge : "");
      if (file.size > limit) { item.className = "over"; }
      list.appendChild(item);
    });
    list.hidden = !field.files.length;
  }
  function add(files) {
    try {
      var bag = new DataTransfer();
      chosen = chosen.concat(Array.prototype.slice.call(files));
      chosen.forEach(function (file) { bag.items.add(file); });
      field.files = bag.files;
      return true;
    } catch (error) { return false; }
  }
  field.addEventListener("change", function () { if (field.files.length) { add(field.files); } else { chosen = []; } listFiles(); });
  camera.addEventListener("change", function () { if (add(camera.files)) { camera.value = ""; } listFiles(); });

  // ---- the draft
  var key = "draft:" + data.draft;
  var note = form.querySelector("[data-draft-note]");
  var names = ["happened_on", "quantity", "percent", "what", "problems", "next_steps"];
  var store;
  try { store = window.localStorage; store.getItem(key); } catch (error) { return; }
  function read() { try { return JSON.parse(store.getItem(key)); } catch (error) { return null; } }
  function say(words, button) {
    note.textContent = words + " ";
    if (button) { note.appendChild(button); }
    note.hidden = false;
  }
  function clock() { var now = new Date(); return ("0" + now.getHours()).slice(-2) + ":" + ("0" + now.getMinutes()).slice(-2); }
  function save() {
    var draft = { key: form.elements.request_key.value, at: clock() };
    names.forEach(function (name) { if (form.elements[name]) { draft[name] = form.elements[name].value; } });
    try { store.setItem(key, JSON.stringify(draft)); say(data.draftWords + " " + draft.at); } catch (error) { /* full: go on without */ }
  }
  function restore(draft) {
    names.forEach(function (name) { if (form.elements[name] && draft[name]) { form.elements[name].value = draft[name]; } });
    form.elements.request_key.value = draft.key || form.elements.request_key.value;
    showSum();
    var button = document.createElement("button");
    button.type = "button";
    button.textContent = data.discardWords;
    button.addEventListener("click", function () { store.removeItem(key); form.reset(); note.hidden = true; showSum(); });
    say(data.restoredWords + " " + (draft.at || ""), button);
  }
  var old = read();
  if (old && old.key === data.saved) { store.removeItem(key); old = null; }
  if (old && !form.hasAttribute("data-bound") && (old.what || old.quantity || old.problems || old.next_steps)) { restore(old); }
  var timer;
  form.addEventListener("input", function () { window.clearTimeout(timer); timer = window.setTimeout(save, 600); });
  form.addEventListener("submit", function () { window.clearTimeout(timer); save(); });
})();
