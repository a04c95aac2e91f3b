// Three comforts that work without this file too: larger type, leaving at once, printing.
(function () {
  "use strict";
  var SIZE = "dengshao.elder";
  var root = document.documentElement;
  var elder = document.getElementById("elder");
  var exit = document.getElementById("quick-exit");

  // A browser may refuse its storage; the page then simply forgets.
  function withStore(name, act) {
    try {
      return act(window[name]);
    } catch (refused) {
      return null;
    }
  }

  function showElder(on) {
    root.classList.toggle("elder", on);
    if (!elder) return;
    elder.hidden = false;
    elder.textContent = on ? elder.dataset.normal : elder.dataset.large;
  }

  function toggleElder() {
    var on = !root.classList.contains("elder");
    showElder(on);
    withStore("localStorage", function (store) {
      if (on) store.setItem(SIZE, "1");
      else store.removeItem(SIZE);
    });
  }

  // Typed words go first, so that "back" has nothing to refill; then the page; then the address.
  function leave(event) {
    if (event) event.preventDefault();
    Array.prototype.forEach.call(document.forms, function (form) {
      HTMLFormElement.prototype.reset.call(form);
    });
    var target = exit.href;
    document.title = "";
    document.body.textContent = "";
    withStore("localStorage", function (store) { store.removeItem(SIZE); });
    withStore("sessionStorage", function (store) { store.clear(); });
    window.location.replace(target);
  }

  var presses = [];
  function countEscape(event) {
    if (event.key !== "Escape") return;
    presses = presses.filter(function (at) { return event.timeStamp - at < 2000; });
    presses.push(event.timeStamp);
    if (presses.length >= 3) leave();
  }

  showElder(withStore("localStorage", function (store) { return store.getItem(SIZE); }) === "1");
  if (elder) elder.addEventListener("click", toggleElder);
  if (exit) {
    exit.addEventListener("click", leave);
    document.addEventListener("keydown", countEscape);
  }
  Array.prototype.forEach.call(document.querySelectorAll("[data-print]"), function (button) {
    button.hidden = false;
    button.addEventListener("click", function () { window.print(); });
  });
  var summary = document.getElementById("error-summary");
  if (summary) summary.focus();
})();
