// One query from its words to what is shown, and the keys that walk through it. Loaded with the first
// word: what the page itself loads stays small.
(function () {
  "use strict";
  /** @type {(id: string) => HTMLElement} */
  function part(id) {
    return /** @type {HTMLElement} */ (document.getElementById(id));
  }
  var field = part("q"),
    results = part("search-results"),
    status = part("search-status"),
    help = part("search-help");
  var english = document.documentElement.lang === "en";
  var words = window.dengshaoWords,
    load = window.dengshaoLoad;
  var page = location.protocol === "file:" ? "index.html" : "";
  // From so many milliseconds on a line is slow.
  var SLOW = 1000;
  /** @typedef {Record<"first" | "own" | "lists" | "evidence" | "late", string[]>} Files */
  /** @type {(url: string, anchor?: string) => string} */
  var address;

  /** @type {(name: string) => string[]} */
  function names(name) {
    return (results.dataset[name] || "").split(" ").filter(Boolean);
  }

  /** @type {(query: string) => boolean} */
  function isPinyin(query) {
    return !!words.spell(words.normalize(query).replace(/[^a-z]/g, ""));
  }

  // What is looked through, round by round, until it answers. English pages are for who reads English
  // or types letters, the law comes first for who names an article, what pages say comes late.
  /** @type {(query: string, letters: boolean) => string[][]} */
  function plan(query, letters) {
    var typed = /^[a-z\s'’.,?!-]+$/i.test(query),
      other = letters ? names("english") : [],
      main = names("parts");
    var isLaw = /[法条章例罪]/.test(query),
      begin = main.concat(typed ? [] : other, isLaw ? names("law") : []);
    if (english) begin = other.concat(/[\u3400-\u9fff]/.test(query) || isPinyin(query) ? main : []);
    else if (typed && !isPinyin(query)) begin = other;
    var more = main.concat(other, names("law"), "text");
    return [begin, more, more.concat(names("late"))];
  }

  /** @type {(query: string, spoken: boolean) => boolean} */
  function isLetters(query, spoken) {
    return spoken && !/[\u3400-\u9fff]/.test(query);
  }

  // Waits for all of them, and tells whether each has come. What has not is done without.
  /** @type {(names: string[]) => Promise<boolean>} */
  function arrive(names) {
    return Promise.all(
      names.map(function (name) {
        return load([name]).then(
          function () {
            return true;
          },
          function () {
            return false;
          },
        );
      }),
    ).then(function (all) {
      return all.every(Boolean);
    });
  }

  // Which files are fetched stands in the server's log. So it may tell no more of the words than whether
  // letters are among them, and whether names answer them (`late`).
  /** @type {(letters: boolean) => Files} */
  function fetched(letters) {
    return {
      first: ["help", "plain"].concat(letters ? "help-english" : []),
      own: names(english ? "english" : "parts"),
      lists: names("parts").concat(names("law"), letters ? names("english") : []),
      evidence: ["asked"].concat(letters ? "asked-english" : []),
      late: names("late").concat("text"),
    };
  }

  // Help first: it waits for no list of pages, and for no evidence.
  window.dengshaoRun = function (query, assets, isCurrent) {
    var letters = english || /[a-z]{2}/i.test(query),
      files = fetched(letters);
    address = function (url, anchor) {
      return assets + "../" + url + page + (anchor ? "#" + encodeURIComponent(anchor) : "");
    };
    if (!query) return finish({ hits: [] }, query, true);
    return load(files.first).then(function () {
      // One word that reads as pinyin is hardly English.
      var spoken = letters && (english || /\s/.test(query) || !isPinyin(query));
      if (isCurrent()) showHelp(window.dengshaoHelpFor(query, spoken));
      return answer(query, spoken, plan(query, letters), files, isCurrent);
    });
  };

  // Lists and evidence come together, what pages say only where those do not answer. While a line is
  // slow, and where something never comes, what is here already is shown.
  /** @type {(query: string, spoken: boolean, rounds: string[][], files: Files, isCurrent: () => boolean) => Promise<void>} */
  function answer(query, spoken, rounds, files, isCurrent) {
    /** @type {SearchFound} */
    var found,
      /** @type {boolean} */
      isWhole,
      /** @type {Promise<boolean>} */
      evidence,
      /** @type {[Promise<unknown>, Promise<boolean>]} */
      lists = [load(files.own), arrive(files.lists)];
    /** @param {number} round */
    function look(round) {
      found = lookThrough(query, spoken, rounds[round]);
      return found.good;
    }
    function show() {
      if (isCurrent()) draw(found);
    }
    evidence = arrive(files.evidence);
    return Promise.all(lists)
      .then(function (came) {
        isWhole = came[1];
        look(0);
        return slowly(evidence, show);
      })
      .then(function (came) {
        isWhole = isWhole && came;
        return (
          look(0) ||
          slowly(arrive(files.late), show).then(function (came) {
            isWhole = isWhole && came;
            return look(1) || !found.few || look(2);
          })
        );
      })
      .then(function () {
        if (isCurrent()) finish(found, query, isWhole);
      });
  }

  // Calls `show` where it takes long.
  /** @type {(coming: Promise<boolean>, show: () => void) => Promise<boolean>} */
  function slowly(coming, show) {
    var timer = setTimeout(show, SLOW);
    return coming.then(function (came) {
      clearTimeout(timer);
      return came;
    });
  }

  // By whatever has come of words of danger, evidence and pages.
  /** @type {(query: string, spoken: boolean, parts: string[]) => SearchFound} */
  function lookThrough(query, spoken, parts) {
    var isHeard = isLetters(query, spoken) && window.dengshaoAskedHeard(query);
    var asked = window.dengshaoAskedFor(
      query,
      isLetters(query, spoken) && !isHeard,
      window.dengshaoHelpSense(),
    );
    var help = window.dengshaoHelpFor(query, spoken && !isHeard, asked);
    var found = window.dengshaoFind(query, english, parts, help, asked);
    found.help = help;
    return found;
  }

  /** @type {(hits: HelpHit[]) => void} */
  function showHelp(hits) {
    window.dengshaoHelpShow(help, hits, address);
    part("search-calls").hidden = hits.length > 0;
  }

  /** @type {(hit: SearchHit) => void} */
  function row(hit) {
    var item = results.appendChild(document.createElement("li"));
    var link = item.appendChild(document.createElement("a"));
    link.href = address(hit.url, hit.anchor);
    if (hit.english !== english) link.lang = hit.english ? "en" : "zh-CN";
    link.appendChild(document.createElement("b")).textContent = hit.title;
    link.appendChild(document.createElement("span")).textContent = hit.text;
  }

  // What was found; what had the focus keeps it, or hands it to the field.
  /** @type {(found: SearchFound) => void} */
  function draw(found) {
    var focused = /** @type {HTMLAnchorElement} */ (document.activeElement);
    var held = results.contains(focused) && focused.href;
    showHelp(found.help || []);
    results.textContent = "";
    found.hits.forEach(row);
    part("search-contents").hidden = found.hits.length > 0;
    status.textContent = found.hits.length
      ? /** @type {string} */ (status.dataset.found).replace("0", String(found.hits.length))
      : "";
    if (held) (linkTo(held) || field).focus();
  }

  /** @type {(href: string) => HTMLAnchorElement | undefined} */
  function linkTo(href) {
    return Array.prototype.filter.call(results.querySelectorAll("a"), function (one) {
      return one.href === href;
    })[0];
  }

  /** @type {(found: SearchFound, query: string, isWhole: boolean) => void} */
  function finish(found, query, isWhole) {
    draw(found);
    part("search-none").hidden = !query || found.hits.length > 0;
    if (query && !found.hits.length)
      status.textContent = /** @type {string} */ (status.dataset[isWhole ? "none" : "failed"]);
    else if (query && !isWhole) status.textContent += status.dataset.partly;
    results.setAttribute("aria-busy", "false");
  }

  // Down and up walk through the field and the hits; Enter opens a hit, as it opens any link.
  /** @type {(event: KeyboardEvent) => void} */
  function walk(event) {
    var stops = [field].concat(Array.prototype.slice.call(results.querySelectorAll("a")));
    var at = stops.indexOf(/** @type {HTMLElement} */ (document.activeElement));
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
