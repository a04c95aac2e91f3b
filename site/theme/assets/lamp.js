// Three comforts that work without this file too: larger type, leaving at once, printing.
(function () {
  "use strict";
  var SIZE = "dengshao.elder";
  var root = document.documentElement;
  var elder = document.getElementById("elder");
  var exit = /** @type {HTMLAnchorElement} */ (document.getElementById("quick-exit"));
  // 0 普通, 1 长辈版, 2 更大; the button names what the next press brings.
  var size = 0;

  // A browser may refuse its storage; the page then simply forgets.
  /** @type {<T>(name: "localStorage" | "sessionStorage", act: (store: Storage) => T) => T | null} */
  function withStore(name, act) {
    try {
      return act(window[name]);
    } catch (_refused) {
      return null;
    }
  }

  /** @param {number} next */
  function showSize(next) {
    size = next;
    root.classList.toggle("elder", size > 0);
    root.classList.toggle("elder--larger", size > 1);
    if (!elder) return;
    elder.hidden = false;
    var words = /** @type {string[]} */ ([
      elder.dataset.large,
      elder.dataset.larger,
      elder.dataset.normal,
    ]);
    elder.textContent = words[size];
  }

  function changeSize() {
    showSize((size + 1) % 3);
    withStore("localStorage", function (store) {
      if (size) store.setItem(SIZE, String(size));
      else store.removeItem(SIZE);
    });
  }

  // Typed words go first, so that "back" has nothing to refill; then the page; then the address.
  /** @param {Event} [event] */
  function leave(event) {
    if (event) event.preventDefault();
    // For read.js: a voice must not go on with the next paragraph.
    document.dispatchEvent(new Event("leave"));
    Array.prototype.forEach.call(document.forms, function (form) {
      HTMLFormElement.prototype.reset.call(form);
    });
    var target = exit.href;
    document.title = "";
    document.body.textContent = "";
    withStore("localStorage", function (store) {
      store.removeItem(SIZE);
    });
    withStore("sessionStorage", function (store) {
      store.clear();
    });
    window.location.replace(target);
  }

  /** @type {number[]} */
  var presses = [];
  /** @param {KeyboardEvent} event */
  function countEscape(event) {
    // Esc in the middle of typing pinyin belongs to the keyboard.
    if (event.key !== "Escape" || event.isComposing || event.keyCode === 229) return;
    presses = presses.filter(function (at) {
      return event.timeStamp - at < 2000;
    });
    presses.push(event.timeStamp);
    if (presses.length >= 3) leave();
  }

  var stored = withStore("localStorage", function (store) {
    return store.getItem(SIZE);
  });
  showSize(stored === "1" || stored === "2" ? +stored : 0);
  if (elder) elder.addEventListener("click", changeSize);
  if (exit) {
    exit.addEventListener("click", leave);
    document.addEventListener("keydown", countEscape);
  }
  Array.prototype.forEach.call(document.querySelectorAll("[data-print]"), function (button) {
    button.hidden = false;
    button.addEventListener("click", function () {
      window.print();
    });
  });
  var summary = document.getElementById("error-summary");
  if (summary) summary.focus();
})();
