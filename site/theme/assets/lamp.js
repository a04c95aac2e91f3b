// Three comforts that work without this file too: larger type, leaving at once, printing.
(function () {
  "use strict";
  var SIZE = "dengshao.elder";
  var root = document.documentElement;
  // Without this file it is a link to the same page in 长辈版 (lamp.css, decision 78).
  var link = document.getElementById("elder");
  var elder = document.createElement("button");
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
    var words = link ? link.dataset : {};
    elder.textContent = /** @type {string} */ ([words.large, words.larger, words.normal][size]);
  }

  /** @param {number} next */
  function keepSize(next) {
    showSize(next);
    withStore("localStorage", function (store) {
      if (size) store.setItem(SIZE, String(size));
      else store.removeItem(SIZE);
    });
  }

  function changeSize() {
    keepSize((size + 1) % 3);
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
  if (link) {
    elder.type = "button";
    elder.id = link.id;
    elder.addEventListener("click", changeSize);
    /** @type {Node} */ (link.parentNode).replaceChild(elder, link);
  }
  // Who came by an address of 长辈版 wants it on the next page too. The mark goes: it would outlast the size.
  var isMarked = location.hash === "#large";
  if (stored === "1" || stored === "2") showSize(+stored);
  else if (isMarked || root.classList.contains("elder")) keepSize(1);
  else showSize(0);
  if (isMarked) location.replace("#");
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
