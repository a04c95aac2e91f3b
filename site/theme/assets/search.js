// The search page's field and hits. Words stay in this page: nothing is sent, nothing is kept, and
// what is typed is not even written into the address. The index is fetched at the first word.
(function () {
  "use strict";
  var form = document.getElementById("search");
  var field = document.getElementById("q");
  var results = document.getElementById("search-results");
  var status = document.getElementById("search-status");
  var none = document.getElementById("search-none");
  var contents = document.getElementById("search-contents");
  var english = document.documentElement.lang === "en";
  var assets = document.currentScript.src.replace(/[^/]*$/, "");
  var page = location.protocol === "file:" ? "index.html" : "";
  var loading = {};
  var timer = 0;
  var turn = 0;

  function load(name) {
    if (!loading[name]) {
      loading[name] = new Promise(function (done, failed) {
        var script = document.createElement("script");
        script.onload = done;
        // Asked for again at the next word: the line may be back by then.
        script.onerror = function () { delete loading[name]; failed(); };
        script.src = assets + name + ".js";
        document.head.appendChild(script);
      });
    }
    return loading[name];
  }

  function loadAll(names) {
    return Promise.all(names.map(function (name) { return load("search/" + name); }));
  }

  function words(name) {
    return (results.dataset[name] || "").split(" ").filter(Boolean);
  }

  // English pages are another part of the index: for who reads English, or types letters.
  function firstParts(query) {
    var parts = words("parts");
    return english || /[a-z]{2}/i.test(query) ? parts.concat(words("english")) : parts;
  }

  function find(query) {
    return load("search-find").then(function () {
      return loadAll(firstParts(query));
    }).then(function () {
      var found = window.dengshaoFind(query, english);
      if (found.good) return found;
      // Not enough in titles, headings and keywords: look into what the pages say.
      return loadAll(words("late").concat(found.parts)).then(function () {
        return window.dengshaoFind(query, english);
      });
    });
  }

  function show(hit) {
    var row = document.createElement("li");
    var link = row.appendChild(document.createElement("a"));
    var anchor = hit.anchor ? "#" + encodeURIComponent(hit.anchor) : "";
    link.href = assets + "../" + hit.url + page + anchor;
    if (hit.english !== english) link.lang = hit.english ? "en" : "zh-CN";
    link.appendChild(document.createElement("b")).textContent = hit.title;
    link.appendChild(document.createElement("span")).textContent = hit.text;
    results.appendChild(row);
  }

  function finish(hits, query) {
    results.textContent = "";
    hits.forEach(show);
    none.hidden = !query || hits.length > 0;
    contents.hidden = hits.length > 0;
    if (hits.length) status.textContent = status.dataset.found.replace("0", hits.length);
    else status.textContent = query ? status.dataset.none : "";
    results.setAttribute("aria-busy", "false");
  }

  function fail() {
    finish([], "");
    status.textContent = status.dataset.failed;
  }

  function search() {
    var query = field.value.trim().slice(0, 60);
    var mine = turn += 1;
    clearTimeout(timer);
    results.setAttribute("aria-busy", "true");
    return (query ? find(query) : Promise.resolve({ hits: [] })).then(function (found) {
      if (mine === turn) finish(found.hits, query);
    }, function () {
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
    } catch (malformed) {
      field.value = match[1];
    }
    search();
  }

  // Down and up walk through the field and the hits; Enter opens a hit, as it opens any link.
  function walk(event) {
    var stops = [field].concat(Array.prototype.slice.call(results.querySelectorAll("a")));
    var at = stops.indexOf(document.activeElement);
    var step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    // While pinyin is typed the arrows choose among its characters.
    if (event.isComposing || event.keyCode === 229) return;
    if (step && at >= 0 && stops[at + step]) {
      event.preventDefault();
      stops[at + step].focus();
    }
  }

  form.hidden = false;
  results.setAttribute("aria-busy", "false");
  field.addEventListener("focus", function () { load("search-find").catch(fail); });
  field.addEventListener("input", wait);
  form.addEventListener("submit", function (event) {
    event.preventDefault();
    search().then(function () {
      var first = results.querySelector("a");
      if (first) first.focus();
    });
  });
  document.addEventListener("keydown", walk);
  window.addEventListener("hashchange", readAddress);
  readAddress();
})();
