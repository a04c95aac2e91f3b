// Finds pages for words: pairs of characters, their sounds, synonyms, letters and numbers.
// The parts of the index (assets/search/*.js, made by site/hooks/search.py) call dengshaoAdd.
(function () {
  "use strict";
  // How much a match in each field weighs. A text is what the page says below its headings.
  var TITLE = 1, KEYWORD = 0.95, HEADING = 0.6, ABOUT = 0.45, TEXT = 0.3;
  // What is found by less than this is found by accident.
  var LEAST = 0.18;
  var HAN = "\u3400-\u9fff";
  var RUN = new RegExp("[" + HAN + "]+|[a-z0-9]+", "g");
  var DIGITS = "零一二三四五六七八九";
  // What sentences are held together by: it says little about what is looked for.
  var COMMON = /^(怎么|么办|什么|是不|不是|会不|不会|能不|不能|有没|没有|可以|一个|哪里|如何|应该|是什|我的|别人|知道|多少|要不|不要)$/;
  var sounds = null;
  var pages = [];
  var groups = [];
  var extra = {};
  var texts = 0;

  // GB2312 lists its 3,755 common characters by sound: `order` says how many for a, for ai …
  function makeSounds(order) {
    sounds = {};
    var row = 0xb0, characters = [];
    var decoder;
    try {
      decoder = new TextDecoder("gb18030");
    } catch (unknown) {
      return;
    }
    for (; row <= 0xd7; row += 1) {
      var bytes = new Uint8Array(188);
      for (var cell = 0; cell < 94; cell += 1) {
        bytes[2 * cell] = row;
        bytes[2 * cell + 1] = 0xa1 + cell;
      }
      characters = characters.concat(Array.from(decoder.decode(bytes)));
    }
    var at = 0;
    order.replace(/([a-z]+)(\d+)/g, function (_, sound, count) {
      characters.slice(at, at += +count).forEach(function (one) { sounds[one] = [fold(sound)]; });
    });
  }

  // Many speakers say these alike, and type them so: zh z, ch c, sh s, -ng -n.
  function fold(sound) {
    return sound.replace(/([zcs])h/g, "$1").replace(/ng/g, "n").replace(/v/g, "u");
  }

  function soundsOf(one) {
    return ((sounds || {})[one] || []).concat(extra[one] || []);
  }

  function pairsOfSounds(a, b) {
    var all = [];
    soundsOf(a).forEach(function (first) {
      soundsOf(b).forEach(function (second) { all.push("~" + first + "~" + second); });
    });
    return all;
  }

  function ordinal(number) {
    var tens = Math.floor(number / 10), ones = number % 10;
    return (tens > 1 ? DIGITS[tens] : "") + (tens ? "十" : "") + (ones ? DIGITS[ones] : "");
  }

  // Full width to half, capitals to small, 50条 and 第50条 to 第五十条.
  function normalize(text) {
    return text.normalize("NFKC").toLowerCase().replace(/第?\s*(\d{1,2})\s*([条章])/g,
      function (_, number, unit) { return "第" + ordinal(+number) + unit; });
  }

  function stem(word) {
    return word.length > 3 ? word.replace(/s$/, "") : word;
  }

  function isHan(run) {
    return run.charCodeAt(0) > 0x3000;
  }

  // Calls `take` with every key of a text: characters, pairs, pairs of sounds, words of letters.
  function eachKey(text, take) {
    (text.match(RUN) || []).forEach(function (run) {
      if (!isHan(run)) return take(stem(run));
      for (var at = 0; at < run.length; at += 1) {
        take(run[at]);
        if (at + 1 < run.length) {
          take(run.substr(at, 2));
          pairsOfSounds(run[at], run[at + 1]).forEach(take);
        }
      }
    });
  }

  function enter(keys, text, weight) {
    eachKey(text, function (key) {
      if (!(keys.get(key) >= weight)) keys.set(key, weight);
    });
  }

  function addPage(row, isEnglish) {
    var page = {
      url: row[0], title: row[1], about: row[3], english: isEnglish, keys: new Map(),
      names: [normalize(row[1])].concat(row[2].map(normalize)),
      headings: row[4].map(function (one) { return typeof one === "string" ? [one, one.replace(/ /g, "-")] : one; })
    };
    enter(page.keys, normalize(page.about), ABOUT);
    page.headings.forEach(function (one) { enter(page.keys, normalize(one[0]), HEADING); });
    page.names.forEach(function (name, at) { enter(page.keys, name, at ? KEYWORD : TITLE); });
    return page;
  }

  // A part holds pages from a number on; a text part holds pairs and the numbers of their pages.
  window.dengshaoAdd = function (part) {
    if (part.order) makeSounds(part.order);
    Object.keys(part.sounds || {}).forEach(function (one) {
      extra[one] = part.sounds[one].split(" ").map(fold);
    });
    groups = groups.concat((part.synonyms || []).map(function (words) { return words.map(normalize); }));
    (part.pages || []).forEach(function (row, at) {
      pages[part.from + at] = addPage(row, !!part.english);
    });
    Object.keys(part.text || {}).forEach(function (pair) {
      part.text[pair].split(" ").forEach(function (number) {
        var page = pages[parseInt(number, 36)];
        if (page && !page.keys.has(pair)) page.keys.set(pair, TEXT);
      });
    });
    texts = part.texts || texts;
  };

  function termsOf(text) {
    var terms = [];
    (text.match(RUN) || []).forEach(function (run) {
      if (!isHan(run) || run.length === 1) return terms.push({ key: stem(run), sounds: [] });
      for (var at = 0; at + 1 < run.length; at += 1) {
        terms.push({ key: run.substr(at, 2), sounds: pairsOfSounds(run[at], run[at + 1]) });
      }
    });
    terms.forEach(weigh);
    return terms;
  }

  // A pair that no page has is taken for a slip: then its sound counts nearly as much.
  function weigh(term) {
    term.known = pages.some(function (page) { return page.keys.has(term.key); });
    term.found = pages.filter(function (page) { return matches(page, term) > 0; }).length;
    term.worth = Math.log(1 + pages.length / (term.found || 1)) * (COMMON.test(term.key) ? 0.2 : 1);
  }

  function matches(page, term) {
    var best = page.keys.get(term.key) || 0;
    term.sounds.forEach(function (key) {
      best = Math.max(best, (page.keys.get(key) || 0) * (term.known ? 0.3 : 0.8));
    });
    if (!best && /^[a-z0-9]{2,}$/.test(term.key)) {
      page.keys.forEach(function (weight, key) {
        if (key.indexOf(term.key) === 0) best = Math.max(best, weight * 0.7);
      });
    }
    return best;
  }

  function total(terms) {
    return terms.reduce(function (sum, term) { return sum + term.worth; }, 0);
  }

  // The words as a whole: in the title, as a keyword, or a keyword within them.
  function wholes(page, text, terms) {
    var best = 0;
    page.names.forEach(function (name, at) {
      if (name === text) best = Math.max(best, at ? 0.7 : 0.9);
      else if (!at && name.indexOf(text) >= 0) best = Math.max(best, name.indexOf(text) ? 0.5 : 0.6);
      else if (at && name.length > 1 && text.indexOf(name) >= 0) {
        var inside = terms.filter(function (term) { return name.indexOf(term.key) >= 0; });
        best = Math.max(best, 0.6 * total(inside) / total(terms));
      } else if (at && name.indexOf(text) >= 0) best = Math.max(best, 0.25);
    });
    return best;
  }

  function score(page, text, terms) {
    var all = total(terms), sum = 0;
    terms.forEach(function (term) { sum += matches(page, term) * term.worth; });
    return all ? sum / all + wholes(page, text, terms) * (sum ? 1 : 0) : 0;
  }

  // How well letters read as the sounds of a name: "cunba" of 村霸, from any character on.
  function spelt(letters, name) {
    var best = 0;
    for (var from = 0; from < name.length; from += 1) {
      var length = consume(letters, name, from);
      if (length > 1) best = Math.max(best, (from ? 0.6 : 0.7) + 0.3 * length / name.length);
    }
    return best;
  }

  // The name that reads best, and more where the title itself reads so.
  function speltBy(letters, names) {
    return names.reduce(function (best, name) {
      return Math.max(best, KEYWORD * spelt(letters, name));
    }, 0) + 0.4 * spelt(letters, names[0]);
  }

  // Gives how many characters the letters spell, the last perhaps not to its end; 0 for none.
  function consume(letters, name, at) {
    if (!letters) return 1e-9;
    if (at >= name.length) return 0;
    return soundsOf(name[at]).reduce(function (best, sound) {
      var rest = letters.indexOf(sound) === 0 ? consume(letters.slice(sound.length), name, at + 1)
        : sound.indexOf(letters) === 0 ? 1e-9 : 0;
      return Math.max(best, rest ? rest + 1 : 0);
    }, 0);
  }

  // Who says one word of a group, or spells its sound, may find the pages that say another: the
  // more of the query that word is, the more.
  function related(text, terms, letters) {
    var others = [];
    groups.forEach(function (words) {
      var said = words.filter(function (word) { return text.indexOf(word) >= 0; })[0];
      if (!said && !words.some(function (word) { return letters && spelt(letters, word) > 0.99; })) return;
      var share = said ? shareOf(said, terms) : 1;
      words.forEach(function (word) {
        if (text.indexOf(word) < 0) others.push({ text: word, terms: termsOf(word), share: share });
      });
    });
    return others;
  }

  function shareOf(word, terms) {
    var known = terms.filter(function (term) { return term.found || word.indexOf(term.key) >= 0; });
    var inside = known.filter(function (term) { return word.indexOf(term.key) >= 0; });
    return total(known) ? total(inside) / total(known) : 0;
  }

  // A heading that says more of what was asked than the title leads the hit.
  function shown(page, terms) {
    var hit = { url: page.url, title: page.title, text: page.about, anchor: "", english: page.english };
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

  function coverage(text, terms) {
    var keys = new Map();
    enter(keys, text, 1);
    var all = total(terms), sum = 0;
    terms.forEach(function (term) { sum += matches({ keys: keys }, term) * term.worth; });
    return all ? sum / all : 0;
  }

  // Of a long sentence little may be known; a word in a title or a keyword is enough.
  function isNamed(page, terms) {
    return terms.some(function (term) {
      return !COMMON.test(term.key) && (page.keys.get(term.key) || 0) >= KEYWORD;
    });
  }

  function rank(text, terms, english) {
    var letters = /^[a-z' ]{3,}$/.test(text) ? fold(text.replace(/[' ]/g, "")) : "";
    var others = related(text, terms, letters);
    // Letters that spell Chinese are pinyin: then pages in English are hardly what is meant.
    var isPinyin = letters && pages.some(function (page) {
      return !page.english && speltBy(letters, page.names) >= KEYWORD;
    });
    var found = [];
    pages.forEach(function (page) {
      var points = score(page, text, terms);
      points += 0.5 * others.reduce(function (best, other) {
        return Math.max(best, other.share * score(page, other.text, other.terms));
      }, 0);
      if (letters) {
        points = Math.max(points, speltBy(letters, page.names));
      }
      if (page.english !== english) points *= isPinyin ? 0.5 : 0.9;
      if (points > (isNamed(page, terms) ? 0.05 : LEAST)) found.push({ page: page, points: points });
    });
    return found.sort(function (a, b) { return b.points - a.points; });
  }

  function textParts(terms) {
    var wanted = terms.filter(function (term) { return term.key.length === 2 && isHan(term.key); })
      .sort(function (a, b) { return b.worth - a.worth; })
      .map(function (term) { return "text-" + term.key.charCodeAt(0) % texts; });
    return texts ? wanted.filter(function (one, at) { return wanted.indexOf(one) === at; }).slice(0, 3) : [];
  }

  window.dengshaoFind = function (query, english) {
    var text = normalize(query).replace(/\s+/g, " ").trim();
    var terms = termsOf(text);
    var found = rank(text, terms, english);
    var least = found.length ? found[0].points * 0.2 : 0;
    var hits = found.filter(function (one) { return one.points >= least; }).slice(0, 20);
    return {
      good: hits.length >= 5 && hits[0].points > 0.5,
      parts: textParts(terms),
      points: hits.map(function (one) { return one.points; }),
      hits: hits.map(function (one) { return shown(one.page, terms); })
    };
  };
})();
