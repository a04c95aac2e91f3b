// Copies the address of this article, and opens the official words where there is room beside ours;
// without scripts the style sheet shows them there.
(function () {
  "use strict";
  var button = /** @type {HTMLElement} */ (document.getElementById("copy-link"));
  var said = /** @type {HTMLElement} */ (document.getElementById("copied"));
  /** @type {NodeListOf<HTMLDetailsElement>} */
  var folds = document.querySelectorAll(".beside .official");

  if (window.matchMedia("(min-width:1000px)").matches)
    for (var i = 0; i < folds.length; i++) folds[i].open = true;
  if (!button) return;

  /** @param {boolean} done */
  function show(done) {
    said.textContent = done ? "已复制" : "没有复制成，请从地址栏复制。";
  }

  // For pages opened from a file or without encryption, where the clipboard is kept from scripts.
  /** @param {string} words */
  function copyBySelection(words) {
    var field = document.createElement("textarea");
    field.value = words;
    field.setAttribute("aria-label", button.textContent);
    document.body.appendChild(field);
    field.select();
    var done = false;
    try {
      done = document.execCommand("copy");
    } catch (_refused) {
      done = false;
    }
    document.body.removeChild(field);
    button.focus();
    show(done);
  }

  button.hidden = false;
  button.addEventListener("click", function () {
    var words = location.href.split("#")[0];
    if (!navigator.clipboard) {
      copyBySelection(words);
      return;
    }
    navigator.clipboard.writeText(words).then(
      function () {
        show(true);
      },
      function () {
        copyBySelection(words);
      },
    );
  });
})();
