// One query from its words to what is shown, and the keys that walk through it. Loaded with the first
// word: what the page itself loads stays small.
(function () {
  "use strict";
  function part(id) { return document.getElementById(id); }
  var field = part("q"), results = part("search-results"), status = part("search-status"), help = part("search-help");
  var english = document.documentElement.lang === "en";
  var words = window.dengshaoWords, load = window.dengshaoLoad;
  var page = location.protocol === "file:" ? "index.html" : "";
  var address;

  function names(name) {
    return (results.dataset[name] || "").split(" ").filter(Boolean);
  }

  function isPinyin(query) {
    return !!words.spell(words.normalize(query).replace(/[^a-z]/g, ""));
  }

  // What is looked through, round by round, until it answers. English pages are for who reads English
  // or types letters, the law comes first for who names an article, what pages say comes late.
  function plan(query, letters) {
    var typed = /^[a-z\s'’.,?!-]+$/i.test(query), other = letters ? names("english") : [], main = names("parts");
    var isLaw = /[法条章例罪]/.test(query), begin = main.concat(typed ? [] : other, isLaw ? names("law") : []);
    if (english) begin = other.concat(/[\u3400-\u9fff]/.test(query) || isPinyin(query) ? main : []);
    else if (typed && !isPinyin(query)) begin = other;
    return [begin, main.concat(other, names("law")), names("late")];
  }

  // Evidence of characters by their sounds, of letters by their words, or by both.
  function askedParts(query, spoken) {
    var parts = window.dengshaoAskedParts(query, window.dengshaoHelpSense().parts);
    if (!isLetters(query, spoken)) return parts;
    return (window.dengshaoAskedHeard(query) ? parts : []).concat("asked-english");
  }

  function isLetters(query, spoken) {
    return spoken && !/[\u3400-\u9fff]/.test(query);
  }

  // Help first: it waits for no list of pages.
  window.dengshaoRun = function (query, assets, isCurrent) {
    var letters = english || /[a-z]{2}/i.test(query), spoken, hits = [];
    address = function (url, anchor) {
      return assets + "../" + url + page + (anchor ? "#" + encodeURIComponent(anchor) : "");
    };
    if (!query) return finish({ hits: [] }, query, []);
    return load(words.isOld(query) ? ["help", "plain"] : ["help"]).then(function () {
      // One word that reads as pinyin is hardly English.
      spoken = letters && (english || /\s/.test(query) || !isPinyin(query));
      return load(spoken ? ["help-english"] : []);
    }).then(function () {
      hits = window.dengshaoHelpFor(query, spoken);
      if (isCurrent()) showHelp(hits);
      return load(askedParts(query, spoken));
    }).then(function () {
      var isHeard = isLetters(query, spoken) && window.dengshaoAskedHeard(query);
      var asked = window.dengshaoAskedFor(query, isLetters(query, spoken) && !isHeard, window.dengshaoHelpSense());
      hits = window.dengshaoHelpFor(query, spoken && !isHeard, asked);
      if (isCurrent()) showHelp(hits);
      return find(query, plan(query, letters), hits, [], asked);
    }).then(function (found) {
      if (isCurrent()) finish(found, query, hits);
    });
  };

  function find(query, rounds, hits, before, asked) {
    var now = before.concat(rounds[0]);
    return load(now).then(function () {
      var found = window.dengshaoFind(query, english, now, hits, asked);
      var rest = rounds.slice(1);
      var last = rest.length === 1 && !found.few;
      return found.good || last || !rest.length ? found : find(query, rest, hits, now.concat(found.parts), asked);
    });
  }

  function showHelp(hits) {
    window.dengshaoHelpShow(help, hits, address);
    part("search-calls").hidden = hits.length > 0;
  }

  function row(hit) {
    var item = results.appendChild(document.createElement("li"));
    var link = item.appendChild(document.createElement("a"));
    link.href = address(hit.url, hit.anchor);
    if (hit.english !== english) link.lang = hit.english ? "en" : "zh-CN";
    link.appendChild(document.createElement("b")).textContent = hit.title;
    link.appendChild(document.createElement("span")).textContent = hit.text;
  }

  function finish(found, query, help) {
    var hits = found.hits;
    if (!query) showHelp(help);
    results.textContent = "";
    hits.forEach(row);
    part("search-none").hidden = !query || hits.length > 0;
    part("search-contents").hidden = hits.length > 0;
    if (hits.length) status.textContent = status.dataset.found.replace("0", hits.length);
    else status.textContent = query ? status.dataset.none : "";
    results.setAttribute("aria-busy", "false");
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

  document.addEventListener("keydown", walk);
})();
