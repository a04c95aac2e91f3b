// Finds pages for words: pairs of characters, their sounds, synonyms, letters and numbers. The parts
// of the index (assets/search/*.js, made by site/hooks/search.py) call dengshaoAdd. What is found
// depends on the query and the parts named with it, never on what else was loaded before.
(function () {
  "use strict";
  // How much a match in each field weighs. A text is what the page says below its headings.
  var TITLE = 1,
    KEYWORD = 0.95,
    HEADING = 0.6,
    ABOUT = 0.45,
    TEXT = 0.3;
  // What is found by less than this is found by accident.
  var LEAST = 0.18;
  // Less of a query than this in its own characters, and a page is found by its sound alone.
  var MEANT = 0.2;
  // What evidence of asked.yml adds to the page that most of it is for; so much of it is enough to be
  // sure, such a share counts for nothing, and such a one must be looked at.
  var ASKED = 1,
    ENOUGH = 4,
    LITTLE = 0.3,
    MOSTLY = 0.85;
  var words = window.dengshaoWords;
  var fold = words.fold,
    soundsOf = words.soundsOf;
  var RUN = new RegExp("[" + words.han + "]+|[a-z0-9]+", "g");
  var DIGITS = "零一二三四五六七八九";
  // What sentences are held together by: it says little about what is looked for.
  var COMMON =
    /[我你您他她它俺咱的了吗呢吧啊么咋啥嘛咯嘞咗嘅呀哪谁这那]|^(怎样|如何|可以|一个|应该|知道|多少|不要|要不|没有|有没|不是|会不|不会|能不|不能|请问|有人|别人|被人|是不|如果|因为|已经|还是|一直|老是|天天|现在|今天|想要|要怎|该怎)$/;
  /**
   * @typedef {Map<string, number>} Keys
   * @typedef {{
   *   url: string,
   *   title: string,
   *   about: string,
   *   number: number,
   *   english: boolean,
   *   place: boolean,
   *   keys: Keys,
   *   names: string[],
   *   headings: [words: string, anchor: string][],
   * }} Page
   * @typedef {{ keys: Keys, number?: number, place?: boolean }} Keyed
   * @typedef {{
   *   pages: Page[],
   *   text?: Record<string, string>,
   *   answers: number[][],
   *   synonyms: SynonymGroup[],
   * }} Part
   * What a query is looked for by; all but the first two is found out among the pages.
   * @typedef {{
   *   key: string,
   *   sounds: string[],
   *   known: boolean,
   *   near: string,
   *   found: number,
   *   worth: number,
   * }} Term
   * @typedef {SynonymGroup & { pages: number[] }} Group
   * @typedef {{ numbers: number[], share: number }} Share
   * @typedef {{ page: Page, points: number, meant: number, pin: number }} Ranked
   */
  /** @type {Record<string, Part>} */
  var parts = {};
  /** @type {Page[]} */
  var pages = [],
    /** @type {Record<string, string>} */
    telling = {},
    /** @type {SynonymGroup[]} */
    synonyms = [],
    /** @type {number[][]} */
    answers = [],
    /** @type {Record<string, Set<number>>} */
    said = {};

  /** @type {(number: number) => string} */
  function ordinal(number) {
    var tens = Math.floor(number / 10),
      ones = number % 10;
    return (tens > 1 ? DIGITS[tens] : "") + (tens ? "十" : "") + (ones ? DIGITS[ones] : "");
  }

  // 50条 and 第50条 to 第五十条.
  /** @type {(text: string) => string} */
  function normalize(text) {
    return words.normalize(text).replace(/第?\s*(\d{1,2})\s*([条章])/g, function (_, number, unit) {
      return "第" + ordinal(+number) + unit;
    });
  }

  /** @type {(word: string) => string} */
  function stem(word) {
    return word.length > 3 ? word.replace(/s$/, "") : word;
  }

  /** @type {(run: string) => boolean} */
  function isHan(run) {
    return run.charCodeAt(0) > 0x3000;
  }

  /** @type {(first: string[], second: string[]) => string[]} */
  function pairsOfSounds(first, second) {
    /** @type {string[]} */
    var all = [];
    first.forEach(function (a) {
      second.forEach(function (b) {
        all.push("~" + a + "~" + b);
      });
    });
    return all;
  }

  // Calls `take` with every key of a text: characters, pairs, pairs of sounds, words of letters.
  /** @type {(text: string, take: (key: string) => void) => void} */
  function eachKey(text, take) {
    (text.match(RUN) || []).forEach(function (run) {
      if (!isHan(run)) return take(stem(run));
      for (var at = 0; at < run.length; at += 1) {
        take(run[at]);
        if (at + 1 < run.length) {
          take(run.substr(at, 2));
          pairsOfSounds(soundsOf(run[at]), soundsOf(run[at + 1])).forEach(take);
        }
      }
    });
  }

  /** @type {(keys: Keys, text: string, weight: number) => void} */
  function enter(keys, text, weight) {
    eachKey(text, function (key) {
      if (!((keys.get(key) || 0) >= weight)) keys.set(key, weight);
    });
  }

  // A row gives address, title, keywords, description, headings and telephones.
  /** @type {(row: PageRow, number: number, isEnglish: boolean) => Page} */
  function makePage(row, number, isEnglish) {
    /** @type {Page} */
    var page = {
      url: row[0],
      title: row[1],
      about: row[3],
      number: number,
      english: isEnglish,
      place: /^places\//.test(row[0]),
      keys: new Map(),
      names: [normalize(row[1])].concat(row[2].map(normalize)),
      headings: row[4].map(function (one) {
        return typeof one === "string" ? [one, one.replace(/ /g, "-")] : one;
      }),
    };
    enter(page.keys, normalize(page.about), ABOUT);
    (row[5] ? row[5].split(" ") : []).forEach(function (phone) {
      enter(page.keys, phone, HEADING);
    });
    page.headings.forEach(function (one) {
      enter(page.keys, normalize(one[0]), HEADING);
    });
    page.names.forEach(function (name, at) {
      enter(page.keys, name, at ? KEYWORD : TITLE);
    });
    return page;
  }

  // A part holds pages from a number on; the text holds pairs and the numbers of their pages.
  window.dengshaoAdd = function (name, part) {
    parts[name] = {
      pages: (part.pages || []).map(function (row, at) {
        return makePage(row, (part.from || 0) + at, !!part.english);
      }),
      text: part.text && sayings(part.text),
      answers: part.asked || [],
      synonyms: part.synonyms || [],
    };
  };

  // Pairs by their first character, and the pages of each: by how much a number is more than the last.
  /** @type {(text: NonNullable<IndexPart["text"]>) => Record<string, string>} */
  function sayings(text) {
    /** @type {Record<string, string>} */
    var all = {},
      numbers = text.pages.split(" "),
      at = 0;
    text.pairs.split(" ").forEach(function (row) {
      for (var second = 1; second < row.length; second += 1) {
        all[row[0] + row[second]] = numbers[at];
        at += 1;
      }
    });
    return all;
  }

  // What is looked through for this query, and no more.
  /** @type {(names: string[]) => void} */
  function choose(names) {
    var chosen = names
      .filter(function (name, at) {
        return parts[name] && names.indexOf(name) === at;
      })
      .map(function (name) {
        return parts[name];
      });
    pages = chosen.reduce(
      function (all, part) {
        return all.concat(part.pages);
      },
      /** @type {Page[]} */ ([]),
    );
    telling = chosen.reduce(
      function (all, part) {
        return part.text || all;
      },
      /** @type {Record<string, string>} */ ({}),
    );
    said = {};
    synonyms = chosen.reduce(
      function (all, part) {
        return all.concat(part.synonyms);
      },
      /** @type {SynonymGroup[]} */ ([]),
    );
    answers = chosen.reduce(
      function (all, part) {
        return part.answers.length ? part.answers : all;
      },
      /** @type {number[][]} */ ([]),
    );
  }

  // The numbers of the pages that say a pair, read once a query.
  /** @type {(key: string) => Set<number>} */
  function sayers(key) {
    if (!said[key]) {
      var number = 0;
      said[key] = new Set(
        words.numbers(telling[key] || "").map(function (more) {
          number += more;
          return number;
        }),
      );
    }
    return said[key];
  }

  /** @type {(page: Keyed, key: string) => number} */
  function weightOf(page, key) {
    return (
      page.keys.get(key) ||
      (key.length === 2 && isHan(key) && sayers(key).has(Number(page.number)) ? TEXT : 0)
    );
  }

  /** @type {(text: string) => Term[]} */
  function termsOf(text) {
    /** @type {Term[]} */
    var terms = [];
    (text.match(RUN) || []).forEach(function (run) {
      var spelt = isHan(run) ? null : words.spell(run);
      if (!isHan(run) || run.length === 1) terms.push(makeTerm(stem(run), []));
      if (spelt && spelt.length > 1)
        addSounds(
          terms,
          spelt.map(function (one) {
            return [fold(one)];
          }),
        );
      for (var at = 0; isHan(run) && at + 1 < run.length; at += 1) {
        terms.push(
          makeTerm(run.substr(at, 2), pairsOfSounds(soundsOf(run[at]), soundsOf(run[at + 1]))),
        );
      }
    });
    terms.forEach(weigh);
    return terms;
  }

  /** @type {(key: string, sounds: string[]) => Term} */
  function makeTerm(key, sounds) {
    return { key: key, sounds: sounds, known: false, near: "", found: 0, worth: 0 };
  }

  /** @type {(terms: Term[], spelt: string[][]) => void} */
  function addSounds(terms, spelt) {
    for (var at = 0; at + 1 < spelt.length; at += 1)
      terms.push(makeTerm("", pairsOfSounds(spelt[at], spelt[at + 1])));
  }

  // A pair that no page has is taken for a slip: then its sound counts nearly as much.
  /** @type {(term: Term) => void} */
  function weigh(term) {
    term.known = pages.some(function (page) {
      return weightOf(page, term.key) > 0;
    });
    term.near = term.known ? "" : nearest(term.key);
    term.found = pages.filter(function (page) {
      return matches(page, term) > 0;
    }).length;
    term.worth = Math.log(1 + pages.length / (term.found || 1)) * (COMMON.test(term.key) ? 0.2 : 1);
  }

  // The word of English pages that a mistyped or longer one stands for.
  /** @type {(word: string) => string} */
  function nearest(word) {
    /** @type {Record<string, number>} */
    var known = {},
      root = word.replace(/(ing|ed|er|ers|ment|ly|ion)$/, "");
    if (!/^[a-z]{4,}$/.test(word)) return "";
    pages.forEach(function (page) {
      if (page.english)
        page.keys.forEach(function (_, key) {
          if (/^[a-z]{4,}$/.test(key)) known[key] = 1;
        });
    });
    var all = Object.keys(known),
      near = words.correct(word, all);
    if (near !== word) return near;
    return root.length > 3
      ? all.filter(function (key) {
          return key.indexOf(root) === 0;
        })[0] || ""
      : "";
  }

  /** @type {(page: Keyed, term: Term) => number} */
  function meant(page, term) {
    var best = weightOf(page, term.key);
    if (!best && term.near) best = 0.8 * weightOf(page, term.near);
    if (!best && /^[a-z0-9]{2,}$/.test(term.key)) {
      page.keys.forEach(function (weight, key) {
        if (key.indexOf(term.key) === 0) best = Math.max(best, weight * 0.7);
      });
    }
    return best;
  }

  // A place is never meant by what only sounds like its name.
  /** @type {(page: Keyed, term: Term) => number} */
  function matches(page, term) {
    var best = meant(page, term);
    if (page.place) return best;
    term.sounds.forEach(function (key) {
      best = Math.max(best, (page.keys.get(key) || 0) * (term.known ? 0.3 : 0.8));
    });
    return best;
  }

  /** @type {(terms: Term[]) => number} */
  function total(terms) {
    return terms.reduce(function (sum, term) {
      return sum + term.worth;
    }, 0);
  }

  // The words as a whole: in the title, as a keyword, or a keyword within them.
  /** @type {(page: Page, text: string, terms: Term[]) => number} */
  function wholes(page, text, terms) {
    var best = 0;
    page.names.forEach(function (name, at) {
      if (name === text) best = Math.max(best, at ? 0.7 : 0.9);
      else if (!at && name.indexOf(text) >= 0)
        best = Math.max(best, name.indexOf(text) ? 0.5 : 0.6);
      else if (at && name.length > 1 && text.indexOf(name) >= 0) {
        var inside = terms.filter(function (term) {
          return term.key && name.indexOf(term.key) >= 0;
        });
        best = Math.max(best, (0.6 * total(inside)) / total(terms));
      } else if (at && name.indexOf(text) >= 0) best = Math.max(best, 0.25);
    });
    return best;
  }

  /** @type {(page: Page, text: string, terms: Term[]) => number} */
  function score(page, text, terms) {
    var all = total(terms),
      sum = 0;
    terms.forEach(function (term) {
      sum += matches(page, term) * term.worth;
    });
    return all ? sum / all + wholes(page, text, terms) * (sum ? 1 : 0) : 0;
  }

  // How well letters read as the sounds of a name: "cunba" of 村霸, from any character on.
  /** @type {(letters: string, name: string) => number} */
  function spelt(letters, name) {
    var best = 0;
    for (var from = 0; from < name.length; from += 1) {
      var length = consume(letters, name, from);
      if (length > 1) best = Math.max(best, (from ? 0.6 : 0.7) + (0.3 * length) / name.length);
    }
    return best;
  }

  // The name that reads best, and more where the title itself reads so.
  /** @type {(letters: string, page: Page) => number} */
  function speltBy(letters, page) {
    if (!letters || page.place) return 0;
    return (
      page.names.reduce(function (best, name) {
        return Math.max(best, KEYWORD * spelt(letters, name));
      }, 0) +
      0.4 * spelt(letters, page.names[0])
    );
  }

  // Gives how many characters the letters spell, the last perhaps not to its end; 0 for none.
  /** @type {(letters: string, name: string, at: number) => number} */
  function consume(letters, name, at) {
    if (!letters) return 1e-9;
    if (at >= name.length) return 0;
    return soundsOf(name[at]).reduce(function (best, sound) {
      var rest =
        letters.indexOf(sound) === 0
          ? consume(letters.slice(sound.length), name, at + 1)
          : sound.indexOf(letters) === 0
            ? 1e-9
            : 0;
      return Math.max(best, rest ? rest + 1 : 0);
    }, 0);
  }

  // Groups of English words for one thing, of which the query says one.
  /** @type {(form: QueryForms) => Group[]} */
  function related(form) {
    return /** @type {Group[]} */ (synonyms).filter(function (group) {
      if (!group.made) group.made = words.compileEnglish(group.english);
      return group.pages && words.findEnglish(group.made, form);
    });
  }

  // What groups of words add to a page: the first of their pages is the best.
  /** @type {(page: Page, groups: Group[]) => number} */
  function added(page, groups) {
    return groups.reduce(function (most, group) {
      var at = group.pages.indexOf(page.number);
      return at < 0 ? most : Math.max(most, 0.92 - 0.05 * at);
    }, 0);
  }

  // How much of the evidence of asked.yml is for each of its pages, the best one for all of it.
  /** @type {(asked: Asked, kinds: number) => Share[]} */
  function sharesOf(asked, kinds) {
    var most = ENOUGH;
    answers.forEach(function (_, at) {
      most = Math.max(most, asked.told[kinds + at] || 0);
    });
    return answers
      .map(function (numbers, at) {
        return { numbers: numbers, share: (asked.told[kinds + at] || 0) / most };
      })
      .filter(function (one) {
        return one.share > LITTLE;
      });
  }

  // What that adds to pages, by their numbers.
  /** @type {(shares: Share[]) => Record<number, number>} */
  function answering(shares) {
    /** @type {Record<number, number>} */
    var points = {};
    shares.forEach(function (one) {
      one.numbers.forEach(function (number) {
        points[number] = ASKED * one.share;
      });
    });
    return points;
  }

  // A page that answers may stand in a part that has yet to be read.
  /** @type {(groups: Group[], shares: Share[]) => boolean} */
  function isWanting(groups, shares) {
    var first = groups
      .map(function (group) {
        return group.pages;
      })
      .concat(
        shares
          .filter(function (one) {
            return one.share > MOSTLY;
          })
          .map(function (one) {
            return one.numbers;
          }),
      );
    return first.some(function (numbers) {
      return !pages.some(function (page) {
        return page.number === numbers[0] || (page.english && numbers.indexOf(page.number) > 0);
      });
    });
  }

  // A heading that says more of what was asked than the title leads the hit.
  /** @type {(page: Page, terms: Term[]) => SearchHit} */
  function shown(page, terms) {
    var hit = {
      url: page.url,
      title: page.title,
      text: page.about,
      anchor: "",
      english: page.english,
    };
    var least = coverage(normalize(page.title), terms) + 0.3;
    page.headings.forEach(function (one) {
      var covered = coverage(normalize(one[0]), terms);
      if (covered <= least) return;
      least = covered;
      hit.title = one[0] + " · " + page.title;
      hit.anchor = one[1];
    });
    return hit;
  }

  /** @type {(text: string, terms: Term[]) => number} */
  function coverage(text, terms) {
    var keys = new Map();
    enter(keys, text, 1);
    var all = total(terms),
      sum = 0;
    terms.forEach(function (term) {
      sum += matches({ keys: keys }, term) * term.worth;
    });
    return all ? sum / all : 0;
  }

  // Of a long sentence little may be known; a word in a title or a keyword is enough.
  /** @type {(page: Page, terms: Term[]) => boolean} */
  function isNamed(page, terms) {
    return terms.some(function (term) {
      return !COMMON.test(term.key) && (page.keys.get(term.key) || 0) >= KEYWORD;
    });
  }

  /** @type {(page: Page, terms: Term[]) => boolean} */
  function isMeant(page, terms) {
    var sum = 0;
    terms.forEach(function (term) {
      if (meant(page, term) > 0) sum += term.worth;
    });
    return sum > MEANT * total(terms);
  }

  // What is pinned first; what is meant before what only sounds so.
  /** @type {(a: Ranked, b: Ranked) => number} */
  function before(a, b) {
    return a.pin - b.pin || b.meant - a.meant || b.points - a.points;
  }

  /**
   * @param {string} text
   * @param {Term[]} terms
   * @param {Group[]} groups
   * @param {boolean} english
   * @param {string[]} pinned
   * @param {Record<number, number>} answers
   */
  function rank(text, terms, groups, english, pinned, answers) {
    var letters = /^[a-z' ]{3,}$/.test(text) ? fold(text.replace(/[' ]/g, "")) : "";
    if (terms.length === 1 && terms[0].near) letters = fold(terms[0].near);
    // Letters that spell Chinese are pinyin: then pages in English are hardly what is meant.
    var isPinyin =
      letters &&
      words.spell(text.replace(/[' ]/g, "")) &&
      pages.some(function (page) {
        return !page.english && speltBy(letters, page) >= KEYWORD;
      });
    /** @type {Ranked[]} */
    var found = [];
    pages.forEach(function (page) {
      var asked = answers[page.number] || 0,
        more = added(page, groups),
        pin = pinned.indexOf(page.url);
      var sure = more > 0 || asked > 0.5 || isMeant(page, terms);
      var points = Math.max(score(page, text, terms) + more + asked, speltBy(letters, page));
      if (page.english !== english) points *= isPinyin ? 0.5 : 0.9;
      if (pin < 0 && points <= (isNamed(page, terms) ? 0.05 : LEAST)) return;
      found.push({
        page: page,
        points: points,
        meant: sure ? 1 : 0,
        pin: pin < 0 ? pinned.length : pin,
      });
    });
    return found.sort(before);
  }

  // `help` are the kinds of danger that search-help.js found: their pages come before all others.
  // `asked` is what search-asked.js makes of the query.
  window.dengshaoFind = function (query, english, names, help, asked) {
    choose(names);
    var text = normalize(query).replace(/\s+/g, " ").trim();
    var terms = termsOf(text);
    var pinned = help.reduce(
      function (all, hit) {
        return all.concat(
          hit.pages.map(function (one) {
            return one.page.url;
          }),
        );
      },
      /** @type {string[]} */ ([]),
    );
    var groups = related(words.prepare(query)),
      shares = sharesOf(asked, window.dengshaoHelpSense().kinds);
    var found = rank(text, terms, groups, english, pinned, answering(shares));
    var wanting = isWanting(groups, shares);
    var least =
      found.reduce(function (most, one) {
        return Math.max(most, one.points);
      }, 0) * 0.2;
    var hits = found
      .filter(function (one) {
        return one.pin < pinned.length || one.points >= least;
      })
      .slice(0, 20);
    // Letters that read as the sounds of a name are all that can be known of them.
    var read =
      hits.length > 0 && !hits[0].page.english && /^[a-z' ]+$/.test(text) && hits[0].points > 0.9;
    var sure = hits.length > 0 && (read || hits[0].meant === 1) && !wanting;
    // Who is in danger waits for no more.
    var helped = hits.length > 0 && hits[0].pin < pinned.length;
    return {
      good:
        helped ||
        (sure &&
          (read ||
            (hits.length >= 5 && hits[0].points > 0.5) ||
            (hits.length > 1 && hits[0].points > 0.8))),
      few: !sure || hits.length < 3,
      points: hits.map(function (one) {
        return one.points;
      }),
      hits: hits.map(function (one) {
        return shown(one.page, terms);
      }),
    };
  };
})();
