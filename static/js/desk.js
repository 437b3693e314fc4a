// The review desk: J and K move through the queue, a phrase goes into the opinion, the current row is in sight.
(function () {
  "use strict";
  var queue = document.querySelector("[data-queue]");
  document.addEventListener("keydown", function (event) {
    if (!queue || /^(INPUT|TEXTAREA|SELECT)$/.test(event.target.tagName) || event.ctrlKey || event.metaKey || event.altKey) { return; }
    var key = event.key.toLowerCase(), to = key === "j" ? queue.dataset.after : key === "k" ? queue.dataset.before : "";
    if (to) { window.location.assign(to); }
  });
  document.querySelectorAll("[data-phrase]").forEach(function (button) {
    button.addEventListener("click", function () {
      var box = button.closest(".field").querySelector("textarea");
      box.value = box.value.trim() ? box.value.trim() + " " + button.dataset.phrase : button.dataset.phrase;
      box.focus();
    });
  });
  var list = document.querySelector(".queue"), current = list && list.querySelector("[aria-current]");
  if (current) { list.scrollTop = Math.max(0, current.offsetTop - list.offsetTop - list.clientHeight / 2); }
})();
