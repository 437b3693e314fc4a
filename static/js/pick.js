// Suggestions for units by name: input[data-pick=one], textarea[data-pick=many] with chips.
// The names come from the page's <datalist>; without this script the fields take typed names.
(function () {
  "use strict";
  var MOST = 40, serial = 0;

  function element(tag, css, text) {
    var made = document.createElement(tag);
    if (css) { made.className = css; }
    if (text !== undefined) { made.textContent = text; }
    return made;
  }

  function optionsOf(id) {
    var list = document.getElementById(id);
    return list ? Array.prototype.map.call(list.options, function (o) { return { name: o.value, label: o.label, key: (o.value + " " + o.label).toLowerCase() }; }) : [];
  }

  // A listbox under `input`; `choose(name)` is called with what was picked, `taken()` lists what to leave out.
  function suggest(input, options, choose, taken) {
    var box = element("ul", "pick-list"), id = "pick-" + (++serial), at = -1;
    box.id = id; box.hidden = true; box.setAttribute("role", "listbox");
    input.setAttribute("role", "combobox"); input.setAttribute("aria-autocomplete", "list");
    input.setAttribute("aria-controls", id); input.setAttribute("aria-expanded", "false"); input.autocomplete = "off";
    input.parentNode.appendChild(box);

    function close() { box.hidden = true; at = -1; input.setAttribute("aria-expanded", "false"); input.removeAttribute("aria-activedescendant"); }
    function mark(next) {
      var rows = box.children;
      if (!rows.length) { return; }
      if (at >= 0) { rows[at].removeAttribute("aria-selected"); }
      at = (next + rows.length) % rows.length;
      rows[at].setAttribute("aria-selected", "true"); rows[at].scrollIntoView({ block: "nearest" });
      input.setAttribute("aria-activedescendant", rows[at].id);
    }
    function open() {
      var words = input.value.toLowerCase().split(/\s+/), used = taken(), found = [];
      for (var i = 0; i < options.length && found.length < MOST; i++) {
        if (used.indexOf(options[i].name) < 0 && words.every(function (w) { return options[i].key.indexOf(w) >= 0; })) { found.push(options[i]); }
      }
      box.textContent = ""; at = -1;
      found.forEach(function (option, n) {
        var row = element("li", "", option.name);
        row.id = id + "-" + n; row.setAttribute("role", "option"); row.dataset.name = option.name;
        row.appendChild(element("small", "", option.label));
        box.appendChild(row);
      });
      box.hidden = !found.length;
      input.setAttribute("aria-expanded", String(found.length > 0));
    }
    function take(name) { close(); choose(name); }
    input.addEventListener("input", open);
    input.addEventListener("click", open);
    input.addEventListener("blur", function () { window.setTimeout(close, 120); });
    input.addEventListener("keydown", function (event) {
      if (event.key === "ArrowDown" || event.key === "ArrowUp") {
        event.preventDefault();
        if (box.hidden) { open(); }
        mark(at + (event.key === "ArrowDown" ? 1 : -1));
      } else if (event.key === "Enter" && !box.hidden && at >= 0) {
        event.preventDefault(); take(box.children[at].dataset.name);
      } else if (["Escape", "Enter", "、", ","].indexOf(event.key) >= 0) { close(); }
    });
    box.addEventListener("mousedown", function (event) {
      var row = event.target.closest("[role=option]");
      if (row) { event.preventDefault(); take(row.dataset.name); }
    });
  }

  function one(input) {
    var wrap = element("div", "pick"), options = optionsOf(input.getAttribute("list"));
    input.removeAttribute("list");
    input.parentNode.insertBefore(wrap, input); wrap.appendChild(input);
    suggest(input, options, function (name) { input.value = name; input.dispatchEvent(new Event("change", { bubbles: true })); }, function () { return []; });
  }

  function many(area) {
    var wrap = element("div", "pick pick-many form-control"), input = element("input"), names = [];
    names = area.value.split(/[、，,；;\n]+/).map(function (n) { return n.trim(); }).filter(Boolean);
    if (area.classList.contains("is-invalid")) { wrap.classList.add("is-invalid"); }
    area.parentNode.insertBefore(wrap, area);
    area.hidden = true; area.required = false;
    input.type = "text"; input.id = area.id; area.removeAttribute("id");
    if (area.getAttribute("aria-describedby")) { input.setAttribute("aria-describedby", area.getAttribute("aria-describedby")); }
    wrap.appendChild(input);
    if (area.autofocus) { area.autofocus = false; input.focus(); }
    function sync() { area.value = names.join("、"); }
    function draw() {
      Array.prototype.slice.call(wrap.querySelectorAll(".chip")).forEach(function (chip) { wrap.removeChild(chip); });
      names.forEach(function (name, n) {
        var chip = element("span", "chip", name), off = element("button", "chip-x", "×");
        off.type = "button"; off.setAttribute("aria-label", (area.dataset.remove || "×") + " " + name);
        off.addEventListener("click", function () { names.splice(n, 1); sync(); draw(); input.focus(); });
        chip.appendChild(off); wrap.insertBefore(chip, input);
      });
    }
    function add(text) {
      text.split(/[、，,；;\n]+/).forEach(function (part) {
        var name = part.trim();
        if (name && names.indexOf(name) < 0) { names.push(name); }
      });
      input.value = ""; sync(); draw();
    }
    suggest(input, optionsOf(area.dataset.list), function (name) { add(name); input.focus(); }, function () { return names; });
    input.addEventListener("keydown", function (event) {
      if (event.defaultPrevented) { return; }
      if (event.key === "Backspace" && !input.value && names.length) { names.pop(); sync(); draw(); }
      if ((event.key === "Enter" || event.key === "、" || event.key === ",") && input.value.trim()) { event.preventDefault(); add(input.value); }
    });
    input.addEventListener("change", function () { if (input.value.trim()) { add(input.value); } });
    wrap.addEventListener("click", function (event) { if (event.target === wrap) { input.focus(); } });
    if (area.form) { area.form.addEventListener("submit", function () { if (input.value.trim()) { add(input.value); } }, true); }
    draw();
  }

  document.querySelectorAll("input[data-pick=one]").forEach(one);
  document.querySelectorAll("textarea[data-pick=many]").forEach(many);
})();
