// Who reads about reporting may soon open the form: its scripts are fetched when nothing else is
// going on. Not where the reader saves data. A file of its own, so that no other page carries it.
(function () {
  "use strict";
  var own = /** @type {HTMLElement} */ (document.currentScript);
  var addresses = /** @type {string} */ (own.dataset.ahead).split(" ");
  // Without a limit a busy page may wait for an idle moment for ever.
  var LATEST_MS = 2000;

  function fetchAhead() {
    var line = navigator.connection;
    if ((line && line.saveData) || location.protocol === "file:") return;
    addresses.forEach(function (address) {
      var link = document.createElement("link");
      link.rel = "prefetch";
      link.href = address;
      document.head.appendChild(link);
    });
  }

  window.addEventListener("load", function () {
    if (window.requestIdleCallback) window.requestIdleCallback(fetchAhead, { timeout: LATEST_MS });
    else window.setTimeout(fetchAhead, LATEST_MS);
  });
})();
