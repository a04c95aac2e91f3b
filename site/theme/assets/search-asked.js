// What a query is about that stands in no list of words: evidence learnt from the lines of
// content/data/asked.yml (site/hooks/asked.py), by characters and pairs of them, or words of English.
// All of it is read for every query: what is fetched must tell nobody what is looked for.
(function () {
  "use strict";
  // As in asked.py: the weight of what tells nothing, and how many signs a kind of danger has.
  var NOTHING = 109,
    LEVELS = 3;
  // A single character tells less than a pair, and a pair that only sounds so less than one that is meant.
  var ALONE = 0.6,
    HEARD = 0.7;
  // From here on danger is rather meant than not: words may say little where they are only heard.
  var SURE = 0.2,
    SURE_HEARD = -0.5;
  var words = window.dengshaoWords;
  /**
   * What one sign tells, and each of several that sound alike.
   * @typedef {{ weight: number, signs: number[] }} Entry
   * @typedef {{ signs: number[], part: number }} Share
   * @typedef {{ weight: number } & ({ each: Share[] } | (Share & { each?: undefined }))} Evidence
   * @typedef {{ is: string, sound: string }} Step
   */
  /** @type {Record<string, Record<string, Entry>>} */
  var table = {},
    /** @type {Record<string, string[]>} */
    heads = {},
    /** @type {Record<string, Entry>} */
    english = {};

  // What many speakers do not tell apart.
  /** @type {(sound: string) => string} */
  function coarse(sound) {
    return words.fold(sound).replace(/^n/, "l").replace(/^hu$/, "fu");
  }

  /** @type {(one: string) => string} */
  function soundOf(one) {
    return coarse(words.soundsOf(one)[0] || "");
  }

  /** @type {(weight: number, signs: string) => Entry} */
  function entry(weight, signs) {
    return { weight: weight - NOTHING, signs: words.numbers(signs, true) };
  }

  // What each character tells alone, then what it tells before each of those that follow it.
  window.dengshaoAsked = function (part) {
    var all = part.characters,
      rows = part.seconds.split(" "),
      signs = part.signs.split(" "),
      at = 0;
    rows.forEach(function (row, number) {
      var head = all[number],
        sound = soundOf(head);
      heads[sound] = (heads[sound] || []).concat(head);
      table[head] = {};
      [""]
        .concat(
          words.numbers(row).map(function (one) {
            return all[one];
          }),
        )
        .forEach(function (one) {
          table[head][one] = entry(part.weights.charCodeAt(at), signs[at]);
          at += 1;
        });
    });
  };

  window.dengshaoAskedEnglish = function (text) {
    text.split(" ").forEach(function (row) {
      var found = /^(\w+)=(.)(.*)$/.exec(row);
      if (found) english[found[1]] = entry(found[2].charCodeAt(0), found[3]);
    });
  };

  // The characters of a query with their sounds; letters as the syllables that they spell. Where
  // ordinary words were taken out nothing is a pair.
  /** @type {(query: string, ordinary?: RegExp) => (Step | null)[]} */
  function steps(query, ordinary) {
    /** @type {(Step | null)[]} */
    var all = [];
    (words.prepare(query, ordinary).han.match(/[\u3400-\u9fff\n]|[a-z]+/g) || []).forEach(
      function (one) {
        if (one === "\n") return all.push(null);
        if (!/^[a-z]/.test(one)) return all.push({ is: one, sound: soundOf(one) });
        (words.spell(one) || respell(one) || []).forEach(function (sound) {
          all.push({ is: "", sound: coarse(sound) });
        });
      },
    );
    return all;
  }

  // Letters that spell nothing may have two of them changed about: xaing.
  /** @type {(letters: string) => string[] | null} */
  function respell(letters) {
    /** @type {string[] | null} */
    var best = null;
    for (var at = 0; at + 1 < letters.length; at += 1) {
      var found = words.spell(
        letters.slice(0, at) + letters[at + 1] + letters[at] + letters.slice(at + 2),
      );
      if (found && (!best || found.length < best.length)) best = found;
    }
    return best;
  }

  // Of a pair that nobody has typed one character is a slip; of letters both are heard.
  /** @type {(a: Step, b: Step, head: string, one: string) => boolean} */
  function isNear(a, b, head, one) {
    if (soundOf(one) !== b.sound) return false;
    return !a.is || !b.is
      ? (!a.is || a.is === head) && (!b.is || b.is === one)
      : a.is === head || b.is === one;
  }

  // What a pair tells: as it stands, or all together that sound so.
  /** @type {(a: Step, b: Step) => Evidence | null} */
  function pairOf(a, b) {
    var told = a.is && b.is && table[a.is] && table[a.is][b.is];
    if (told) return { weight: told.weight, signs: told.signs, part: 1 };
    /** @type {Entry[]} */
    var near = [];
    (heads[a.sound] || []).forEach(function (head) {
      Object.keys(table[head]).forEach(function (one) {
        if (one && isNear(a, b, head, one)) near.push(table[head][one]);
      });
    });
    return near.length
      ? {
          weight:
            HEARD *
            Math.max.apply(
              null,
              near.map(function (one) {
                return one.weight;
              }),
            ),
          each: near.map(function (one) {
            return { signs: one.signs, part: HEARD / Math.sqrt(near.length) };
          }),
        }
      : null;
  }

  // What each character and each pair of a query tells; nothing where nobody typed it before.
  /** @type {(query: string, ordinary?: RegExp) => (Evidence | null)[]} */
  function evidence(query, ordinary) {
    /** @type {Record<string, Evidence | null>} */
    var all = {},
      run = steps(query, ordinary);
    run.forEach(function (step, at) {
      if (!step) return;
      var next = run[at + 1],
        alone = step.is && table[step.is] && table[step.is][""];
      if (step.is)
        all[step.is] = alone ? { weight: alone.weight, signs: alone.signs, part: ALONE } : null;
      if (next) all[step.is + step.sound + "~" + next.is + next.sound] = pairOf(step, next);
    });
    return Object.keys(all).map(function (key) {
      return all[key];
    });
  }

  /** @type {(query: string) => (Evidence | null)[]} */
  function spokenEvidence(query) {
    var run = words.prepare(query).english.split(" ").filter(Boolean);
    var known = Object.keys(english).filter(function (one) {
      return one.indexOf("_") < 0;
    });
    run = run.map(function (one) {
      return words.correct(one, known);
    });
    return run
      .concat(
        run.slice(1).map(function (one, at) {
          return run[at] + "_" + one;
        }),
      )
      .map(function (one) {
        return english[one]
          ? { weight: english[one].weight, signs: english[one].signs, part: 1 }
          : null;
      });
  }

  // Letters that can be read as pinyin, a slip among them or not, unless all of them are English words.
  window.dengshaoAskedHeard = function (query) {
    var run = words.prepare(query).english.split(" ");
    var isSpelt = run.every(function (one) {
      return words.spell(one) || respell(one);
    });
    return (
      isSpelt &&
      !run.every(function (one) {
        return english[one];
      })
    );
  };

  // How surely danger is meant (above nothing: rather so than not) once ordinary words are out, how far
  // the evidence leans, which kinds of danger, and which of the pages that asked.yml names are asked for:
  // each by how much of the evidence is for it.
  window.dengshaoAskedFor = function (query, spoken, sense) {
    /** @type {Asked["told"]} */
    var told = {},
      all = spoken ? spokenEvidence(query) : evidence(query);
    var telling = spoken ? all : evidence(query, sense.ordinary),
      lean = leanOf(telling) * sense.step;
    var isHeard = !spoken && !/[\u3400-\u9fff]/.test(query);
    count(told, telling, sense.kinds, true);
    count(told, all, sense.kinds, false);
    return {
      danger: (spoken ? sense.english : sense.bias) + lean - (isHeard ? SURE_HEARD : SURE),
      lean: lean,
      told: told,
    };
  };

  /** @type {(all: (Evidence | null)[]) => number} */
  function leanOf(all) {
    var sum = all.reduce(function (sum, one) {
      return sum + (one ? one.weight : 0);
    }, 0);
    return all.length ? sum / Math.sqrt(all.length) : 0;
  }

  // Kinds of danger by how much of a piece of evidence is of that kind, pages by how few others it is for.
  /** @type {(told: Asked["told"], all: (Evidence | null)[], kinds: number, isDanger: boolean) => void} */
  function count(told, all, kinds, isDanger) {
    all
      .reduce(
        function (some, one) {
          return one ? some.concat(one.each || one) : some;
        },
        /** @type {Share[]} */ ([]),
      )
      .forEach(function (one) {
        one.signs.forEach(function (sign) {
          var isKind = sign < kinds * LEVELS;
          if (isKind !== isDanger) return;
          var name = isKind ? Math.floor(sign / LEVELS) : sign - kinds * LEVELS + kinds;
          var points = isKind
            ? Math.log(1 + 2 * (1 + (sign % LEVELS)))
            : Math.log(60 / one.signs.length);
          told[name] = (told[name] || 0) + Math.max(0, points) * one.part;
        });
      });
  }
})();
