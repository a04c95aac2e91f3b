// Who reads about reporting may soon open the form: its scripts are fetched when nothing else is
// going on. Not where the reader saves data. A file of its own, so that no other page carries it.
(function () {
  "use strict";
  var own = /** @type {HTMLElement} */ (document.currentScript);
  var addresses = /** @type {string} */ (own.dataset.ahead).split(" ");

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
    if (window.requestIdleCallback) window.requestIdleCallback(fetchAhead);
    else window.setTimeout(fetchAhead, 2000);
  });
})();
