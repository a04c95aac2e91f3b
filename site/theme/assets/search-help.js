// Whether a search holds words of somebody in danger, and the box that then stands above all hits:
// telephones, and the page that helps. The words come from content/data/crisis.yml.
(function () {
  "use strict";
  var MOST = 3;
  // How words were found: as they stand, in English, by their sound.
  var FIRM = 1,
    SPOKEN = 2,
    SLIPPED = 3;
  // What is learnt from asked.yml: so far from it, and a word that only looks like danger counts for
  // nothing; of several kinds those count that have so much of what the first one has, or so much where
  // the words themselves name a kind; and so many characters must be left to learn from.
  var CALM = -0.7,
    NEAR = 0.5,
    NEARER = 0.75,
    LEAST = 3;
  var LEAD = { zh: "接着看：", en: "What to do: " };
  /** @type {HelpLanguage} */
  var here = document.documentElement.lang === "en" ? "en" : "zh";
  var words = window.dengshaoWords;
  /** @typedef {{ item: HelpItem, how: number, points?: number }} Hit */
  /** @type {HelpItem[]} */
  var items = [],
    /** @type {PatternLists} */
    lists = {},
    /** @type {RegExp | null} */
    ordinary = null,
    /** @type {Partial<HelpEnglishPart>} */
    english = {},
    /** @type {HelpSense} */
    sense;

  // Patterns are made at the first query that needs them: some of them are long.
  window.dengshaoHelp = function (part) {
    lists = part.lists;
    items = part.items;
    ordinary = words.ordinary(part.ordinary, lists);
    sense = part.sense;
    sense.ordinary = ordinary;
    sense.kinds = items.filter(function (item) {
      return !item.general;
    }).length;
    join();
  };
  window.dengshaoHelpEnglish = function (part) {
    english = part;
    join();
  };

  // The two parts come in either order.
  function join() {
    var pages = english.items;
    items.forEach(function (item) {
      if (pages) item.en = pages[item.id];
    });
  }

  /** @type {(item: HelpItem, form: QueryForms, spoken: boolean) => number} */
  function found(item, form, spoken) {
    if (!item.made) item.made = words.compile(item.words, lists);
    var hit = words.find(item.made, form);
    if (hit && !hit.slipped) return FIRM;
    if (spoken && form.english) {
      if (!item.spoken)
        item.spoken = words.compileEnglish(
          /** @type {HelpEnglish} */ (item.en).words,
          english.lists,
        );
      if (words.findEnglish(item.spoken, form, english.spared)) return SPOKEN;
    }
    return hit ? SLIPPED : 0;
  }

  window.dengshaoHelpSense = function () {
    return sense;
  };

  // The kinds of danger that the words tell of: what is written before what only sounds so, and the
  // general one only where no other is meant. `spoken` says whether English words count. `asked` is
  // what search-asked.js makes of them, once it has been read.
  window.dengshaoHelpFor = function (query, spoken, asked) {
    var form = words.prepare(query, ordinary);
    var hits = items
      .map(function (item) {
        return { item: item, how: found(item, form, spoken) };
      })
      .filter(function (hit) {
        return hit.how;
      });
    var firm = hits.filter(function (hit) {
      return hit.how !== SLIPPED;
    });
    if (firm.length) hits = firm;
    if (asked) hits = weighed(hits, asked, spoken, isOrdinary(form));
    var named = hits.filter(function (hit) {
      return !hit.item.general;
    });
    return (named.length ? named : hits).slice(0, MOST).map(told);
  };

  // Whether hardly anything is left once ordinary words are out: 孩子 of 孩子找不到工作.
  /** @type {(form: QueryForms) => boolean} */
  function isOrdinary(form) {
    return /\n/.test(form.han) && form.han.replace(/\n/g, "").length < LEAST;
  }

  // Joins what the patterns found with what was learnt, the surest kind first.
  /** @type {(hits: Hit[], asked: Asked, spoken: boolean, isNothing: boolean) => Hit[]} */
  function weighed(hits, asked, spoken, isNothing) {
    if (asked.lean < CALM) return [];
    var learnt =
      asked.danger > 0 && !isNothing
        ? items.slice(0, sense.kinds).map(function (_, at) {
            return asked.told[at] || 0;
          })
        : [];
    var most = Math.max.apply(null, learnt.concat(0.01)),
      near = hits.length ? NEARER : NEAR;
    return items
      .map(function (item, at) {
        var hit = hits.filter(function (one) {
          return one.item === item;
        })[0];
        var points = (learnt[at] || 0) / most;
        return {
          item: item,
          how: hit ? hit.how : spoken ? SPOKEN : FIRM,
          points: (hit ? 1 : 0) + (points >= near ? points : 0),
        };
      })
      .filter(function (hit) {
        return hit.points;
      })
      .sort(function (a, b) {
        return b.points - a.points;
      });
  }

  // In the language of the words, and in that of the page where it is another one.
  /** @type {(hit: Hit) => HelpHit} */
  function told(hit) {
    /** @type {HelpLanguage} */
    var first = hit.how === SPOKEN ? "en" : "zh";
    var both = first === here || !hit.item[here] ? [first] : [first, here];
    return {
      phones: hit.item.phones,
      english: first === "en",
      pages: both.map(function (language) {
        return { language: language, page: /** @type {HelpPage} */ (hit.item[language]) };
      }),
    };
  }

  /** @type {MakeInside} */
  function add(parent, name, text, className) {
    var made = parent.appendChild(document.createElement(name));
    if (className) made.className = className;
    made.textContent = text;
    return made;
  }

  // Fills the box, or empties it. `address` makes an address in the site one that can be opened.
  window.dengshaoHelpShow = function (box, hits, address) {
    box.textContent = "";
    box.hidden = !hits.length;
    if (!hits.length) return;
    box.lang = hits[0].english ? "en" : "zh-CN";
    add(box, "h2", hits[0].pages[0].page.name);
    add(box, "p", hits[0].pages[0].page.say);
    showPhones(add(box, "p", "", "calls"), hits);
    var list = add(box, "ul", "", "list");
    hits.forEach(function (hit) {
      hit.pages.forEach(function (one) {
        var link = add(add(list, "li", ""), "a", LEAD[one.language] + one.page.name);
        link.href = address(one.page.url);
        link.lang = one.language === "en" ? "en" : "zh-CN";
      });
    });
  };

  /** @type {(row: Element, hits: HelpHit[]) => void} */
  function showPhones(row, hits) {
    /** @type {Record<string, boolean>} */
    var known = {};
    hits.forEach(function (hit) {
      hit.phones.forEach(function (phone) {
        if (known[phone[0]]) return;
        known[phone[0]] = true;
        var link = add(row, "a", "", "button button--danger");
        link.href = "tel:" + phone[0];
        add(link, "b", phone[0]);
        link.appendChild(document.createTextNode(" " + phone[hits[0].english ? 2 : 1]));
      });
    });
  }
})();
