// Ticking rows: all of the page at once, the count in the bar, the tint of the chosen rows.
(function () {
  "use strict";
  document.querySelectorAll("form[data-bulk]").forEach(function (form) {
    var head = form.querySelector("[data-pick-all]"), every = form.querySelector("[data-every]"), count = form.querySelector("[data-count]"), bar = form.querySelector(".bulk");
    function boxes() { return Array.prototype.slice.call(form.querySelectorAll("input[name=pick]")); }
    function draw() {
      var all = boxes(), on = all.filter(function (box) { return box.checked; }), whole = every && every.checked;
      all.forEach(function (box) { box.closest("tr, li").classList.toggle("on", whole || box.checked); });
      if (head) { head.checked = all.length > 0 && on.length === all.length; head.indeterminate = on.length > 0 && on.length < all.length; }
      // On a phone the acts would cover half the list before anything is chosen.
      if (bar) { bar.classList.toggle("idle", !whole && on.length === 0); }
      document.body.classList.toggle("choosing", whole || on.length > 0);
      if (count) { count.textContent = whole ? every.dataset.every : on.length; }
    }
    form.addEventListener("change", function (event) {
      if (event.target === head) { boxes().forEach(function (box) { box.checked = head.checked; }); }
      draw();
    });
    if (head) { head.hidden = false; }
    window.addEventListener("pageshow", draw);
    draw();
  });
  document.querySelectorAll("[data-copy]").forEach(function (button) {
    button.hidden = false;
    button.addEventListener("click", function () {
      var source = document.getElementById(button.dataset.copy), range = document.createRange(), selection = window.getSelection();
      range.selectNodeContents(source); selection.removeAllRanges(); selection.addRange(range);
      if (document.execCommand("copy")) { button.lastChild.textContent = button.dataset.done; }
    });
  });
})();
