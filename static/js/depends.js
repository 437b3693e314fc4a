// Parts of a form that belong to one choice: [data-when="kind=enterprise"] stands there only while it is chosen.
// Without this script all parts stand there, and the server ignores those that the choice has no use for.
(function () {
  "use strict";
  document.querySelectorAll("[data-when]").forEach(function (part) {
    var wanted = part.dataset.when.split("="), form = part.closest("form");
    var select = form && form.querySelector("select[name=" + wanted[0] + "]");
    if (!select) { return; }
    function draw() { part.hidden = select.value !== wanted[1]; }
    select.addEventListener("change", draw);
    window.addEventListener("pageshow", draw);
    draw();
  });
})();
