// Empty fields stay out of the address; everything works without this.
(function () {
  "use strict";
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
})();
