// What every page does: "/" focuses the search; filter forms submit on change; a form is sent once; a chosen file is named;
// small panels (columns, filters, export) close on Escape and on a click outside.
(function () {
  "use strict";
  document.addEventListener("keydown", function (event) {
    var typing = /^(INPUT|TEXTAREA|SELECT)$/.test(event.target.tagName);
    if (event.key === "/" && !typing && !event.ctrlKey && !event.metaKey) {
      var search = document.querySelector("[data-search]");
      if (search && search.offsetParent !== null) { event.preventDefault(); search.focus(); search.select(); }
    }
  });
  document.addEventListener("change", function (event) {
    var form = event.target.form, named = event.target.type === "file" && event.target.parentNode.querySelector("[data-file-name]");
    if (named && event.target.files.length) { named.textContent = event.target.files[0].name + (event.target.files.length > 1 ? " +" + (event.target.files.length - 1) : ""); }
    if (form && form.hasAttribute("data-autosubmit") && !/^(search|date)$/.test(event.target.type)) { form.requestSubmit ? form.requestSubmit() : form.submit(); }
  });
  document.addEventListener("submit", function (event) {
    var form = event.target;
    if (form.method !== "post" || form.hasAttribute("data-resend")) { return; }
    if (form.dataset.sent) { event.preventDefault(); return; }
    form.dataset.sent = "1";
    window.setTimeout(function () { delete form.dataset.sent; }, 8000);
  });
  window.addEventListener("pageshow", function () {
    document.querySelectorAll("form[data-sent]").forEach(function (form) { delete form.dataset.sent; });
  });
  document.querySelectorAll("[data-print]").forEach(function (button) { button.addEventListener("click", function () { window.print(); }); });
  function closeAll(except) {
    document.querySelectorAll("details[data-pop][open]").forEach(function (pop) {
      if (pop !== except) { pop.removeAttribute("open"); }
    });
  }
  document.addEventListener("click", function (event) { closeAll(event.target.closest("details[data-pop]")); });
  document.addEventListener("keydown", function (event) {
    if (event.key !== "Escape") { return; }
    var open = document.querySelector("details[data-pop][open]");
    if (open) { open.removeAttribute("open"); open.querySelector("summary").focus(); }
  });
})();
