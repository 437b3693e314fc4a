// Small panels (columns, more filters) close on Escape and on a click outside, and empty fields stay out of
// the address; everything works without this.
(function () {
  "use strict";
  function closeAll(except) {
    document.querySelectorAll("details[data-pop][open]").forEach(function (pop) {
      if (pop !== except) { pop.removeAttribute("open"); }
    });
  }
  var form = document.querySelector(".ledger-filters");
  function empties(off) {
    Array.prototype.forEach.call(form ? form.elements : [], function (field) {
      if (field.name && (field.value === "" || !off)) { field.disabled = off; }
    });
  }
  if (form) {
    form.addEventListener("submit", function () { empties(true); });
    window.addEventListener("pageshow", function () { empties(false); });
  }
  document.addEventListener("click", function (event) { closeAll(event.target.closest("details[data-pop]")); });
  document.addEventListener("keydown", function (event) {
    if (event.key !== "Escape") { return; }
    var open = document.querySelector("details[data-pop][open]");
    if (open) { open.removeAttribute("open"); open.querySelector("summary").focus(); }
  });
})();
