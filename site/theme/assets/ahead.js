// Who reads about reporting may soon open the form: its scripts are fetched when nothing else is
// going on. Not where the reader saves data. A file of its own, so that no other page carries it.
(function () {
  "use strict";
  var own = /** @type {HTMLElement} */ (document.currentScript);

  function fetchAhead() {
    var line = navigator.connection;
    if ((line && line.saveData) || location.protocol === "file:") return;
    /** @type {string} */ (own.dataset.ahead).split(" ").forEach(function (address) {
      var link = document.createElement("link");
      link.rel = "prefetch";
      link.href = address;
      document.head.appendChild(link);
    });
  }

  window.addEventListener("load", function () {
    // Without a limit a busy page may wait for an idle moment for ever.
    if (window.requestIdleCallback) window.requestIdleCallback(fetchAhead, { timeout: 2000 });
    else setTimeout(fetchAhead, 2000);
  });
})();
