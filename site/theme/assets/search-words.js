// What search and its box of help share: words made even, their sounds, and patterns of them.
// Loaded with the first word of a query; the build's table comes as assets/search/words.js.
(function () {
  "use strict";
  var HAN = "\u3400-\u9fff";
  // Between what is looked for stand a few characters, or a few words of English.
  var GAP = 6,
    WORDS = 4;
  // As in codes.py: how a letter stands for a number, and which numbers take one alone.
  var FIRST = 35,
    LETTERS = 92,
    BEYOND = 161,
    ONE = 70;
  /** @type {Record<string, string>} */
  var plain = {},
    /** @type {Record<string, string>} */
    sounds = {},
    /** @type {Record<string, string[]>} */
    second = {},
    /** @type {Record<string, number>} */
    syllables = {};

  // Many speakers say these alike, and type them so: zh z, ch c, sh s, -ng -n.
  /** @type {SearchWords["fold"]} */
  function fold(sound) {
    return sound
      .replace(/([zcs])h/g, "$1")
      .replace(/ng/g, "n")
      .replace(/v/g, "u");
  }

  // A slip of the keyboard among characters keeps zh apart from z: 是 stands for no 死.
  /** @type {(sound: string) => string} */
  function near(sound) {
    return sound.replace(/ng/g, "n");
  }

  // GB2312 lists its 3,755 common characters by sound: `order` says how many for a, for ai …
  /** @type {(order: string) => void} */
  function makeSounds(order) {
    /** @type {string[]} */
    var characters = [],
      at = 0,
      decoder;
    order.replace(/([a-z]+)(\d+)/g, function (_, sound) {
      syllables[sound] = 1;
      return "";
    });
    try {
      decoder = new TextDecoder("gb18030");
    } catch (_unknown) {
      return;
    }
    for (var row = 0xb0; row <= 0xd7; row += 1) {
      var bytes = new Uint8Array(188);
      for (var cell = 0; cell < 94; cell += 1) {
        bytes[2 * cell] = row;
        bytes[2 * cell + 1] = 0xa1 + cell;
      }
      characters = characters.concat(Array.from(decoder.decode(bytes)));
    }
    order.replace(/([a-z]+)(\d+)/g, function (_, sound, count) {
      characters.slice(at, at + +count).forEach(function (one) {
        sounds[one] = sound;
      });
      at += +count;
      return "";
    });
  }

  // The numbers that a build wrote as letters (codes.py); `single` where each takes one.
  /** @type {SearchWords["numbers"]} */
  function numbers(text, single) {
    /** @type {number[]} */
    var all = [],
      head = -1;
    for (var at = 0; at < text.length; at += 1) {
      var letter = text.charCodeAt(at),
        number = letter - (letter < BEYOND ? FIRST : BEYOND - LETTERS);
      if (head >= 0) number += ONE + (head - ONE) * LETTERS;
      if (single || head >= 0 || number < ONE) all.push(number);
      head = single || head >= 0 || number < ONE ? -1 : number;
    }
    return all;
  }

  /** @type {SearchWords["soundsOf"]} */
  function soundsOf(one) {
    return (sounds[one] ? [fold(sounds[one])] : []).concat(second[one] || []);
  }

  // Full width to half, capitals to small, no tones over letters, traditional to simplified
  // characters, and what is repeated out of need or anger once.
  /** @type {SearchWords["normalize"]} */
  function normalize(text) {
    var even = text.normalize("NFKD").replace(/[\u0300-\u036f\u200b-\u200f\ufeff]/g, "");
    even = even
      .normalize("NFKC")
      .toLowerCase()
      .replace(/([^\d\s])\1{2,}/g, "$1");
    return even.replace(/[\u3400-\u9fff]/g, function (one) {
      return plain[one] || one;
    });
  }

  // Letters as syllables of pinyin, in as few as can be; null where they are none.
  /** @type {SearchWords["spell"]} */
  function spell(letters) {
    /** @type {(string[] | null)[]} */
    var best = [[]];
    for (var end = 1; end <= letters.length; end += 1) {
      best[end] = null;
      for (var begin = Math.max(0, end - 6); begin < end; begin += 1) {
        var part = letters.slice(begin, end),
          head = best[begin],
          other = best[end];
        if (!head || !syllables[part]) continue;
        if (!other || head.length + 1 < other.length) best[end] = head.concat(part);
      }
    }
    return best[letters.length];
  }

  // A query in the forms that patterns look at: characters without what stands between them, the
  // same one by one with their sounds (死~si; and *~si; where letters were typed), words of English.
  /** @type {SearchWords["prepare"]} */
  function prepare(query, ordinary) {
    var even = normalize(query);
    var said = even.replace(/[^a-z0-9\u3400-\u9fff]+/g, " ");
    var han = said.replace(/ (?=[\u3400-\u9fff])|([\u3400-\u9fff]) /g, "$1").trim();
    if (ordinary) han = han.replace(ordinary, "\n");
    return { han: han, tokens: tokens(han), english: english(even) };
  }

  /** @type {(han: string) => string} */
  function tokens(han) {
    var all = "";
    (han.match(/[\u3400-\u9fff]|\n|[a-z]+|[0-9]+/g) || []).forEach(function (one) {
      if (one === "\n") all += one;
      else if (/^[a-z]/.test(one))
        all += (spell(one) || [one])
          .map(function (s) {
            return "*~" + fold(s) + ";";
          })
          .join("");
      else if (/^[0-9]/.test(one)) return;
      else all += one + "~" + near(sounds[one] || "") + ";";
    });
    return all;
  }

  /** @type {(even: string) => string} */
  function english(even) {
    var one = even
      .replace(/['’`]/g, "")
      .replace(/\b(do|does|did|will|would|can|could|is) ?not\b/g, "$1nt")
      .replace(/\bwillnt\b/g, "wont")
      .replace(/\bcannt\b/g, "cant")
      .replace(/\bwanna\b/g, "want to")
      .replace(/\bgonna\b/g, "going to");
    return (one.match(/[a-z]+/g) || []).join(" ");
  }

  // (a|b) one of them, ? what may be missing, … a few between, {name} a list of the data file.
  /** @type {(pattern: string, lists: PatternLists) => string} */
  function expand(pattern, lists) {
    return fill(pattern, lists).replace(/\(/g, "(?:");
  }

  /** @type {(pattern: string, lists: PatternLists) => string} */
  function fill(pattern, lists) {
    return pattern.replace(/\{([a-z]+)\}/g, function (_, name) {
      return (
        "(" +
        lists[name]
          .map(function (one) {
            return fill(one, lists);
          })
          .join("|") +
        ")"
      );
    });
  }

  /** @type {(parts: string[]) => RegExp} */
  function anyOf(parts) {
    return new RegExp(parts.length ? parts.join("|") : "(?!)");
  }

  // A character that stands alone in its place must be itself, or be spelt: 打 is no 大.
  /** @type {(one: string) => string} */
  function slip(one) {
    if (/[a-z0-9]/.test(one)) return "\\*~" + fold(one) + ";";
    var alone = one[0] === "=",
      character = one[one.length - 1],
      sound = sounds[character];
    if (!sound) return "(?:" + character + "~[a-z]*;)";
    return (
      "(?:" +
      (alone ? character + "~[a-z]*;" : "[^*;\\n]~" + near(sound) + ";") +
      "|\\*~(?:" +
      soundsOf(character).join("|") +
      ");)"
    );
  }

  /** @type {SearchWords["compile"]} */
  function compile(patterns, lists) {
    var whole = (patterns || []).map(function (one) {
      return expand(one, lists || {});
    });
    /** @type {MadePatterns} */
    var made = {
      exact: anyOf(
        whole.map(function (one) {
          return one.replace(/…/g, ".{0," + GAP + "}");
        }),
      ),
      slipped: anyOf(
        whole.map(function (one) {
          return one
            .replace(/([:|])([\u3400-\u9fff])(?=[|)])/g, "$1=$2")
            .replace(/=?[\u3400-\u9fff]|[a-z0-9]+/g, slip)
            .replace(/…/g, "(?:[^;\\n]*;){0," + GAP + "}");
        }),
      ),
      characters: {},
    };
    whole.join("").replace(/[\u3400-\u9fff]/g, function (one) {
      made.characters[one] = 1;
      return "";
    });
    return made;
  }

  // As it stands; or by its sound, if two of its characters stand or it was typed in letters.
  /** @type {SearchWords["find"]} */
  function find(made, form) {
    var exact = made.exact.exec(form.han);
    if (exact) return { at: exact.index, text: exact[0], slipped: false };
    var found = made.slipped.exec(form.tokens);
    if (!found) return null;
    var heard = found[0].split(";").filter(Boolean);
    var typed = heard.some(function (one) {
      return one[0] === "*";
    });
    var firm = heard.filter(function (one) {
      return one[0] === "*" || made.characters[one[0]];
    });
    // Two syllables within one short word of letters are hardly pinyin: da and ma in "damage".
    var all = form.tokens.split(";").length - 1;
    var inside = typed && heard.length === 2 && all === 3 && /^[a-z]+$/.test(form.han);
    return firm.length > 1 && !inside && (typed || heard.length > 2)
      ? { at: found.index, text: "", slipped: true }
      : null;
  }

  // Words with a space behind each; the spaces of the pattern itself only keep its words apart.
  /** @type {SearchWords["compileEnglish"]} */
  function compileEnglish(patterns, lists) {
    /** @type {Record<string, number>} */
    var known = {};
    var whole = (patterns || []).map(function (one) {
      return expand(one, lists || {}).replace(/([a-z][a-z?]*)|[^a-z]+/g, function (part, word) {
        if (!word) return part.replace(/ /g, "").replace(/…/g, "(?:[a-z]+ ){0," + WORDS + "}");
        known[word.replace(/\?/g, "")] = known[word.replace(/.\?/g, "")] = 1;
        return "(?:" + word + " )";
      });
    });
    return {
      known: Object.keys(known),
      exact: new RegExp("(?:^| )(?:" + (whole.join("|") || "(?!)") + ")"),
    };
  }

  /** @type {SearchWords["findEnglish"]} */
  function findEnglish(made, form, spared) {
    if (!form.english) return false;
    return (
      made.exact.test(form.english + " ") ||
      made.exact.test(
        form.english
          .split(" ")
          .map(function (one) {
            return spared && spared.indexOf(one) >= 0 ? one : correct(one, made.known);
          })
          .join(" ") + " ",
      )
    );
  }

  // The known word that a mistyped one stands for: the first letter is hardly ever wrong.
  /** @type {SearchWords["correct"]} */
  function correct(word, known) {
    if (word.length < 4 || known.indexOf(word) >= 0) return word;
    var most = word.length < 5 ? 0 : word.length < 7 ? 1 : 2;
    var best = word,
      least = most + 1;
    known.forEach(function (one) {
      if (one[0] !== word[0] || one.length < 4 || Math.abs(one.length - word.length) > most) return;
      if (one[1] !== word[1] && one[1] !== word[2] && most > 1) return;
      var far = swapped(word, one) ? 0.5 : distance(word, one);
      if (far < least) {
        least = far;
        best = one;
      }
    });
    return best;
  }

  /** @type {(a: string, b: string) => boolean} */
  function swapped(a, b) {
    if (a.length !== b.length) return false;
    var at = 0;
    while (at < a.length && a[at] === b[at]) at += 1;
    return a[at] === b[at + 1] && a[at + 1] === b[at] && a.slice(at + 2) === b.slice(at + 2);
  }

  /** @type {(a: string, b: string) => number} */
  function distance(a, b) {
    /** @type {number[]} */
    var row = [];
    for (var j = 0; j <= b.length; j += 1) row[j] = j;
    for (var i = 1; i <= a.length; i += 1) {
      var before = row[0];
      row[0] = i;
      for (j = 1; j <= b.length; j += 1) {
        var keep = row[j];
        row[j] = Math.min(keep + 1, row[j - 1] + 1, before + (a[i - 1] === b[j - 1] ? 0 : 1));
        before = keep;
      }
    }
    return row[b.length];
  }

  window.dengshaoWords = {
    han: HAN,
    fold: fold,
    numbers: numbers,
    soundsOf: soundsOf,
    normalize: normalize,
    spell: spell,
    prepare: prepare,
    compile: compile,
    find: find,
    compileEnglish: compileEnglish,
    findEnglish: findEnglish,
    correct: correct,
    takePlain: function (table) {
      table.replace(/(.)(.)/g, function (_, old, now) {
        plain[old] = now;
        return "";
      });
    },
    ordinary: function (patterns, lists) {
      return new RegExp(
        patterns
          .map(function (one) {
            return expand(one, lists).replace(/…/g, ".{0," + GAP + "}");
          })
          .join("|"),
        "g",
      );
    },
    take: function (table) {
      makeSounds(table.order);
      Object.keys(table.sounds).forEach(function (one) {
        second[one] = table.sounds[one].split(" ").map(fold);
      });
    },
  };
})();
