// Import: a file above the limit is refused before it travels; a bar shows that work goes on.
(function () {
  "use strict";
  document.querySelectorAll("form[data-busy]").forEach(function (form) {
    form.addEventListener("submit", function (event) {
      var input = form.querySelector("input[type=file]");
      var file = input && input.files && input.files[0];
      var said = form.querySelector("[data-client-error]");
      if (file && form.dataset.limit && file.size > Number(form.dataset.limit)) {
        event.preventDefault();
        event.stopPropagation();
        said.textContent = form.dataset.tooLarge;
        said.hidden = false;
        return;
      }
      window.setTimeout(function () {
        var note = document.querySelector("[data-busy-note]");
        if (note) { note.hidden = false; }
        form.querySelectorAll("button").forEach(function (button) { button.disabled = true; });
      }, 400);
    });
  });
  window.addEventListener("pageshow", function () {
    document.querySelectorAll("[data-busy-note]").forEach(function (note) { note.hidden = true; });
    document.querySelectorAll("form[data-busy] button").forEach(function (button) { button.disabled = false; });
  });
})();
// A choice is taken at once; without this script the button beside it does the same.
(function () {
  "use strict";
  document.querySelectorAll("select[data-auto-select]").forEach(function (select) {
    select.addEventListener("change", function () { select.form.submit(); });
  });
  document.querySelectorAll(".left-out, .columns-form").forEach(function (row) { row.classList.add("ready"); });
  document.querySelectorAll("form[data-auto]").forEach(function (form) {
    form.classList.add("ready");
    form.addEventListener("change", function () { form.submit(); });
  });
})();
