// The task's form: only those deadline fields that the cadence needs, and lines for more milestones.
// Without this script all fields stand there, and the server says which ones it has no use for.
(function () {
  "use strict";
  document.querySelectorAll("[data-cadence]").forEach(function (group) {
    var cadence = group.querySelector("select[name=cadence]");
    function draw() {
      group.querySelectorAll("[data-when]").forEach(function (part) {
        var on = part.dataset.when.split(" ").indexOf(cadence.value) >= 0;
        part.hidden = !on;
        part.querySelectorAll("input, select").forEach(function (field) { field.disabled = !on; });
      });
    }
    cadence.addEventListener("change", draw);
    window.addEventListener("pageshow", draw);
    draw();
  });

  document.querySelectorAll("[data-lines]").forEach(function (list) {
    var prefix = list.dataset.lines, add = list.querySelector("[data-add-line]");
    var total = list.querySelector("[name=" + prefix + "-TOTAL_FORMS]"), most = list.querySelector("[name=" + prefix + "-MAX_NUM_FORMS]");
    function lines() { return list.querySelectorAll("[data-line]"); }
    function limit() { add.hidden = lines().length >= Number(most.value); }
    add.addEventListener("click", function () {
      var all = lines(), last = all[all.length - 1], line = last.cloneNode(true), number = Number(total.value);
      line.querySelectorAll("input, label, p, div").forEach(function (part) {
        ["name", "id", "for", "aria-describedby"].forEach(function (key) {
          if (part.hasAttribute(key)) { part.setAttribute(key, part.getAttribute(key).replace(/-\d+-/, "-" + number + "-")); }
        });
        if (part.tagName === "INPUT") { part.value = ""; part.removeAttribute("value"); part.classList.remove("is-invalid"); }
      });
      line.querySelectorAll(".error").forEach(function (error) { error.parentNode.removeChild(error); });
      last.after(line);
      total.value = number + 1;
      line.querySelector("input").focus();
      limit();
    });
    limit();
  });
})();
