// The page for wrong addresses: a field that hands its words to the search page behind "#", where no
// server reads them. It holds the words of the wrong address already, where that had any.
(function () {
  "use strict";
  var form = /** @type {HTMLFormElement | null} */ (document.getElementById("lost"));
  var field = /** @type {HTMLInputElement} */ (document.getElementById("q"));
  if (!form) return;
  var search = form.dataset.search;

  function words() {
    try {
      var parts = decodeURIComponent(location.pathname).split("/");
      // Of /law/60/old.html the last part that says something; numbers and dashes say nothing.
      return parts
        .map(function (part) {
          return part.replace(/\.[a-z]+$/, "").replace(/[^A-Za-z\u3400-\u9fff]+/g, " ");
        })
        .filter(function (part) {
          return part.trim() && !/^(index|en|app)$/.test(part.trim());
        })
        .slice(-1)
        .join("")
        .trim()
        .slice(0, 60);
    } catch (_malformed) {
      return "";
    }
  }

  field.value = words();
  form.hidden = false;
  form.addEventListener("submit", function (event) {
    event.preventDefault();
    location.href = search + "#q=" + encodeURIComponent(field.value.trim());
  });
})();
