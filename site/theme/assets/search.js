// The search page's field. Words stay in this page: nothing is sent, nothing is kept, and what is
// typed is not even written into the address. All that finds is fetched at the first word.
(function () {
  "use strict";
  /** @type {(id: string) => HTMLElement} */
  function part(id) {
    return /** @type {HTMLElement} */ (document.getElementById(id));
  }
  var form = part("search"),
    field = /** @type {HTMLInputElement} */ (part("q")),
    results = part("search-results"),
    status = part("search-status");
  var own = /** @type {HTMLScriptElement} */ (document.currentScript);
  var assets = own.src.replace(/[^/]*$/, "");
  /** @type {Record<string, Promise<unknown>>} */
  var loading = {},
    timer = 0,
    turn = 0;

  /** @type {(name: string) => Promise<unknown>} */
  function load(name) {
    if (!loading[name]) {
      loading[name] = new Promise(function (done, failed) {
        var script = document.createElement("script");
        script.onload = done;
        // Asked for again at the next word: the line may be back by then.
        script.onerror = function () {
          delete loading[name];
          failed();
        };
        script.src = assets + name + ".js";
        document.head.appendChild(script);
      });
    }
    return loading[name];
  }

  window.dengshaoLoad = function (names) {
    return Promise.all(
      names.map(function (name) {
        return load("search/" + name);
      }),
    );
  };

  function tools() {
    return load("search-words").then(function () {
      return Promise.all(
        ["search-help", "search-asked", "search-find", "search-run", "search/words"].map(load),
      );
    });
  }

  function fail() {
    results.textContent = "";
    results.setAttribute("aria-busy", "false");
    part("search-none").hidden = part("search-contents").hidden = false;
    status.textContent = /** @type {string} */ (status.dataset.failed);
  }

  function search() {
    var query = field.value.trim().slice(0, 60);
    turn += 1;
    var mine = turn;
    clearTimeout(timer);
    results.setAttribute("aria-busy", "true");
    return tools()
      .then(function () {
        return window.dengshaoRun(query, assets, function () {
          return mine === turn;
        });
      })
      .catch(function () {
        if (mine === turn) fail();
      });
  }

  function wait() {
    results.setAttribute("aria-busy", "true");
    clearTimeout(timer);
    timer = setTimeout(search, 200);
  }

  function readAddress() {
    var match = /^#q=(.*)$/.exec(location.hash);
    if (!match) return;
    try {
      field.value = decodeURIComponent(match[1].replace(/\+/g, " "));
    } catch (_malformed) {
      field.value = match[1];
    }
    search();
  }

  form.hidden = false;
  results.setAttribute("aria-busy", "false");
  field.addEventListener("focus", function () {
    tools().catch(fail);
  });
  field.addEventListener("input", wait);
  form.addEventListener("submit", function (event) {
    event.preventDefault();
    search().then(function () {
      /** @type {HTMLElement | null} */
      var first = form.querySelector("#search-help a,#search-results a");
      if (first) first.focus();
    });
  });
  window.addEventListener("hashchange", readAddress);
  readAddress();
})();
