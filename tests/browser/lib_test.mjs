// What all pages use: days, bytes, sentences, faults, the line to the server: `node --test`.

import assert from "node:assert/strict";
import { mock, test } from "node:test";
import { alive, onAlive } from "../../admin/browser/shared/alive.js";
import { bodyOf as textOf } from "../../admin/browser/shared/body.js";
import {
  equal,
  fromBase64,
  fromHex,
  fromUtf8,
  toBase64,
  toHex,
} from "../../admin/browser/shared/bytes.js";
import { isDay, today } from "../../admin/browser/shared/day.js";
import { clearCut, tellCut } from "../../admin/browser/shared/form/cut.js";
import { hold } from "../../admin/browser/shared/form/hold.js";
import { forgetOthers, isKept, nameOf, withStore } from "../../admin/browser/shared/form/kept.js";
import { inTime } from "../../admin/browser/shared/form/patience.js";
import { named } from "../../admin/browser/shared/media.js";
import { replaceChildren, say, element as visible } from "../../admin/browser/shared/page/dom.js";
import { element } from "../../admin/browser/shared/page/element.js";
import { clearFaults, showFault, showFaults } from "../../admin/browser/shared/page/faults.js";
import { askBeforeLeaving } from "../../admin/browser/shared/page/leaving.js";
import { arrive, Loading, loadScript } from "../../admin/browser/shared/page/load.js";
import {
  getJson,
  isCut,
  isLost,
  Offline,
  postJson,
  Refused,
} from "../../admin/browser/shared/page/post.js";
import { parted, seen } from "../../admin/browser/shared/page/unseen.js";
import {
  bodyOf,
  fill,
  longDay,
  receiptFault,
  typedGroups,
  wordsFault,
} from "../../admin/browser/shared/page/words.js";
import { dimensions } from "../../admin/browser/shared/picture_size.js";
import { make, openPage, read } from "./dom.mjs";

test("a day is one that a calendar has, written as ours are", () => {
  for (const day of ["2026-11-30", "2024-02-29", "0001-01-01"]) assert.ok(isDay(day), day);
  const none = [
    "",
    "2026-11-31",
    "2025-02-29",
    "2026-00-10",
    "2026-13-01",
    "2026-1-1",
    " 2026-11-30",
  ];
  for (const day of [
    ...none,
    "2026-11-30 ",
    "2026-11-30\n",
    20261130,
    null,
    undefined,
    ["2026-11-30"],
  ])
    assert.equal(isDay(day), false, String(day));
});

test("today is Shanghai's, from midnight to midnight there", () => {
  mock.timers.enable({ apis: ["Date"] });
  for (const [at, day] of [
    ["2026-11-29T16:00:00Z", "2026-11-30"],
    ["2026-11-30T15:59:59Z", "2026-11-30"],
    ["2026-11-30T16:00:00Z", "2026-12-01"],
  ]) {
    mock.timers.setTime(Date.parse(at));
    assert.equal(today(), day);
  }
  mock.timers.reset();
});

test("bytes go to text and back, however many", () => {
  for (const size of [0, 1, 2, 3, 8191, 8192, 8193, 20000]) {
    const made = Uint8Array.from({ length: size }, (_, i) => (i * 7) % 256);
    assert.equal(toBase64(made), Buffer.from(made).toString("base64"));
    assert.deepEqual(fromBase64(toBase64(made)), made);
    assert.equal(toHex(made), Buffer.from(made).toString("hex"));
    assert.deepEqual(fromHex(toHex(made)), made);
  }
  for (const text of ["a", "0A", "0g", "00 ", "00\n", "abc"])
    assert.throws(() => fromHex(text), /hex/);
  assert.throws(() => fromUtf8(Uint8Array.of(0xff)));
  assert.equal(fromUtf8(Uint8Array.of(0xef, 0xbb, 0xbf, 0x61)), "\ufeffa");
});

test("bytes are the same only where each is", () => {
  const one = Uint8Array.of(1, 2, 3);
  assert.ok(equal(one, Uint8Array.of(1, 2, 3)));
  assert.ok(equal(new Uint8Array(0), new Uint8Array(0)));
  for (const other of [[0, 2, 3], [1, 0, 3], [1, 2, 0], [1, 2], [1, 2, 3, 4], [1, 2, 3, 0], []])
    assert.equal(equal(one, Uint8Array.from(other)), false, String(other));
  // Two differences do not make it the same again.
  assert.equal(equal(Uint8Array.of(1, 1), Uint8Array.of(0, 0)), false);
});

test("the same answers make the same text, in whatever order, with files and without", () => {
  assert.equal(textOf({ what: "b", category: "A1" }), '{"category":"A1","what":"b"}');
  assert.equal(textOf({ category: "A1", what: "b" }), textOf({ what: "b", category: "A1" }));
  assert.equal(textOf({ what: "b" }, []), '{"what":"b"}');
  assert.equal(
    textOf({ what: "b", a: "c" }, [{ name: "f" }]),
    '{"a":"c","files":[{"name":"f"}],"what":"b"}',
  );
});

test("whoever hands in how a worker says that it lives hears it", () => {
  let heard = 0;
  alive();
  onAlive(() => (heard += 1));
  alive();
  onAlive(() => {});
  alive();
  assert.equal(heard, 1);
});

test("of a mark that a table does not have nothing is known, whatever objects inherit", () => {
  assert.deepEqual(
    ["a", "b", "toString", "__proto__"].map((mark) => named({ a: "x" }, mark)),
    ["x", "", "", ""],
  );
});

const WORDS = {
  wrongGroup: "wrong {groups}",
  wrongOrder: "order of {groups}",
  and: " and ",
  empty: "empty",
  tooFew: "{found}, {off} too few",
  tooMany: "{found}, {off} too many",
  noWords: "no words",
  mostWords: "5",
  tooLong: "{found} are too many",
  withdrawBody: "withdrawn",
  dangerBody: "danger",
};

test("holes of a sentence are filled, each as often as it stands, and an unknown one stays", () => {
  assert.equal(fill("{a} {b} {a} {c} { a }", { a: 1, b: "x", d: 2 }), "1 x 1 {c} { a }");
  assert.equal(fill("{n}", { n: 0 }), "0");
  assert.equal(fill("{n}", { n: "" }), "");
});

test("a day is written out in the page's language and is the day that it is, wherever one is", () => {
  assert.equal(longDay("2026-01-02", "en"), "January 2, 2026");
  assert.equal(longDay("2026-01-02", "ko"), "2026년 1월 2일");
  for (const lang of ["zh", "zh-CN", ""]) assert.equal(longDay("2026-01-02", lang), "2026年1月2日");
});

for (const [error, sentence] of [
  [{ groups: [2] }, "wrong 2"],
  [{ groups: [2, 5] }, "wrong 2 and 5"],
  [{ groups: [2, 5], isOrder: true }, "order of 2 and 5"],
  [{ found: 0 }, "empty"],
  [{}, "empty"],
  [{ found: 1 }, "1, 35 too few"],
  [{ found: 35 }, "35, 1 too few"],
  [{ found: 37 }, "37, 1 too many"],
]) {
  test(`a receipt with ${JSON.stringify(error)} is told: ${sentence}`, () => {
    assert.equal(receiptFault(error, WORDS), sentence);
  });
}

test("what was written is neither nothing nor too much, counted as people count", () => {
  const fault = (text, mayBeEmpty = false) => wordsFault(text, WORDS, { mayBeEmpty });
  assert.deepEqual(
    ["", "a", "𠮷𠮷𠮷𠮷𠮷", "𠮷𠮷𠮷𠮷𠮷𠮷", "abcdef"].map((text) => fault(text)),
    ["no words", "", "", "6 are too many", "6 are too many"],
  );
  assert.equal(fault("", true), "");
  assert.equal(fault("abcdef", true), "6 are too many");
});

test("typed digits stand in groups of six, whatever stands between them", () => {
  assert.deepEqual(typedGroups("０１２３４５６７８９ab-1234 5"), ["012345", "678912", "345"]);
  assert.deepEqual(typedGroups("abc"), []);
  assert.deepEqual(typedGroups("123456"), ["123456"]);
});

test("a letter says what its kind says, before what was typed", () => {
  assert.equal(bodyOf("withdraw", "typed", WORDS), "withdrawn");
  assert.equal(bodyOf("danger", "typed", WORDS), "danger\ntyped");
  assert.equal(bodyOf("danger", "", WORDS), "danger");
  for (const kind of ["message", "supplement"]) assert.equal(bodyOf(kind, "typed", WORDS), "typed");
});

const boxes = (text) =>
  parted(text).map((part) => (typeof part === "string" ? part : `[${part.code}]`));

test("what nobody sees is shown in a box, and all the rest stays in its place", () => {
  assert.deepEqual(boxes("a\u202eb"), ["a", "[U+202E]", "b"]);
  assert.deepEqual(boxes("\u202ea\u202e"), ["[U+202E]", "a", "[U+202E]"]);
  assert.deepEqual(boxes("\u0000\u0007"), ["[U+0000]", "[U+0007]"]);
  assert.deepEqual(boxes("a\u{e0041}b"), ["a", "[U+E0041]", "b"]);
  assert.deepEqual(boxes(""), [""]);
  assert.deepEqual(boxes("line\n\tend 字 👨‍👩‍👧"), [
    "line\n\tend 字 👨",
    "[U+200D]",
    "👩",
    "[U+200D]",
    "👧",
  ]);
});

const page = () => {
  const part = (id, attributes = {}) =>
    make(
      "div",
      { class: "field" },
      make("input", { id, ...attributes }),
      make("p", { id: `${id}-hint` }),
    );
  return openPage(
    make(
      "main",
      {},
      make("h1"),
      part("first"),
      make("div", { class: "field" }, make("input", { id: "second" })),
    ),
  );
};

test("pieces become text, boxes or what they are, and an empty one nothing", () => {
  openPage();
  const made = element("p", "name", "a", "", null, false, make("b", {}, "c"));
  assert.deepEqual(
    [made.tagName, made.className, read(made), made.childNodes.length],
    ["P", "name", ["a", "c"], 2],
  );
  assert.equal(element("p").hasAttribute("class"), false);
  const seenOne = visible("p", "", "x\u202ey", 0, make("b"));
  assert.deepEqual(read(seenOne), ["x", "U+202E", "y", "0"]);
  assert.equal(seenOne.children[0].className, "unseen");
  replaceChildren(seenOne, "new", "\u200f");
  assert.deepEqual(read(seenOne), ["new", "U+200F"]);
  assert.deepEqual(seen("a").length, 1);
});

test("a place is shown with what it says, and hidden without", () => {
  openPage();
  const place = make("p", { hidden: "" });
  say(place, null, "a", false, "b", undefined);
  assert.deepEqual([read(place), place.hidden], [["a", "b"], false]);
  say(place, false);
  assert.deepEqual([place.textContent, place.hidden], ["", true]);
});

test("faults stand above, each leads to its place, and a field says its own", () => {
  const document = page();
  const main = document.querySelector("main");
  const [first, second] = ["first", "second"].map((id) => document.getElementById(id));
  showFaults(main, "two", [
    { text: "one is missing", field: first },
    { text: "two is missing", field: second },
    { text: "elsewhere", to: "files" },
    { text: ["call ", make("a", {}, "110")], field: null },
  ]);
  const summary = document.getElementById("error-summary");
  assert.equal(main.children[1], summary);
  assert.equal(document.activeElement, summary);
  assert.deepEqual([summary.getAttribute("role"), summary.tabIndex], ["alert", -1]);
  assert.deepEqual(read(summary), [
    "two",
    "one is missing",
    "two is missing",
    "elsewhere",
    "call ",
    "110",
  ]);
  assert.deepEqual(
    summary.querySelectorAll("a").map(({ href }) => href),
    ["#first", "#second", "#files", ""],
  );
  for (const field of [first, second]) {
    const sentence = document.getElementById(`${field.id}-error`);
    assert.equal(sentence.nextElementSibling, field);
    assert.equal(field.getAttribute("aria-invalid"), "true");
    assert.ok(field.closest(".field").classList.contains("field--error"));
  }
  assert.equal(first.getAttribute("aria-describedby"), "first-hint first-error");
  assert.equal(second.getAttribute("aria-describedby"), "second-error");
  // One at a time: those of before are gone.
  showFault(main, "one", "two is missing", second);
  assert.deepEqual(read(document.getElementById("error-summary")), ["one", "two is missing"]);
  assert.equal(document.getElementById("first-error"), null);
  clearFaults(main);
  assert.equal(document.getElementById("error-summary"), null);
  assert.deepEqual(document.querySelectorAll(".field__error, .field--error, [aria-invalid]"), []);
  assert.equal(first.getAttribute("aria-describedby"), "first-hint");
  assert.equal(second.hasAttribute("aria-describedby"), false);
});

test("that nothing went out is said once beside the button, and taken back", () => {
  const document = openPage(
    make("form", {}, make("p", {}, "x"), make("button", { type: "submit" })),
  );
  const form = document.querySelector("form");
  tellCut(form, "no line");
  tellCut(form, "no line yet");
  const [said, ...others] = document.querySelectorAll(".cut");
  assert.deepEqual([read(said), others], [["no line yet"], []]);
  assert.equal(said.nextElementSibling.type, "submit");
  assert.deepEqual(
    [document.activeElement, said.getAttribute("role"), said.tabIndex],
    [said, "alert", -1],
  );
  clearCut(form);
  assert.deepEqual(document.querySelectorAll(".cut"), []);
});

test("while words are on their way no field takes any", () => {
  const fields = [
    make("textarea"),
    make("input", { type: "text" }),
    make("input", { type: "radio" }),
  ];
  const form = make("form", {}, ...fields);
  hold(form, true);
  assert.deepEqual(
    fields.map(({ readOnly }) => Boolean(readOnly)),
    [true, true, false],
  );
  hold(form, false);
  assert.deepEqual(
    fields.map(({ readOnly }) => Boolean(readOnly)),
    [false, false, false],
  );
});

function leave(mustAsk) {
  const document = openPage(make("a", { href: "tel:110" }, make("b")), make("a", { href: "/" }));
  mock.timers.enable({ apis: ["setTimeout"] });
  askBeforeLeaving(mustAsk);
  const isAsked = () => {
    const event = new Event("beforeunload", { cancelable: true });
    Object.defineProperty(event, "returnValue", { value: true, writable: true });
    window.dispatchEvent(event);
    // Older browsers ask only where this is set.
    assert.equal(event.returnValue, event.defaultPrevented ? "" : true);
    return event.defaultPrevented;
  };
  return { document, isAsked };
}

test("whoever has something to lose is asked, but not who calls for help, for a second", () => {
  let hasWords = false;
  const { document, isAsked } = leave(() => hasWords);
  assert.equal(isAsked(), false);
  hasWords = true;
  assert.equal(isAsked(), true);
  document.querySelectorAll("a")[1].click();
  assert.equal(isAsked(), true);
  document.querySelector("b").click();
  assert.equal(isAsked(), false);
  mock.timers.tick(999);
  assert.equal(isAsked(), false);
  mock.timers.tick(1);
  assert.equal(isAsked(), true);
  mock.timers.reset();
});

test("a script is loaded once, however often it is asked for, and anew where that failed", async () => {
  let asked = 0;
  const loading = new Loading(async () => {
    asked += 1;
    if (asked === 1) throw new Error("no");
    return asked;
  });
  const both = await Promise.allSettled([loading.get(), loading.get()]);
  assert.deepEqual(
    both.map(({ status }) => status),
    ["rejected", "rejected"],
  );
  assert.equal(loading.now, null);
  assert.deepEqual(await Promise.all([loading.get(), loading.get()]), [2, 2]);
  assert.equal(await loading.get(), 2);
});

test("what does not come is told from what does not run", async () => {
  let reason = "";
  const is = () => true;
  openPage();
  window.DengshaoLoad = {
    load: (address, isThere, done) =>
      done(address === "/a.js" && isThere === is && !reason ? "" : reason || "wrong"),
    arrive: (address, done) => done(reason, `${address}?own`),
  };
  await loadScript("/a.js", is);
  assert.equal(await arrive("/a.js"), "/a.js?own");
  reason = "cut";
  await assert.rejects(loadScript("/a.js", is), Offline);
  await assert.rejects(arrive("/a.js"), Offline);
  reason = "unable";
  await assert.rejects(loadScript("/a.js", is), { name: "Unable", message: "/a.js" });
  // However it fails to arrive: there is nothing that could run.
  await assert.rejects(arrive("/a.js"), Offline);
});

function serve(...answers) {
  const asked = [];
  globalThis.fetch = async (address, options) => {
    asked.push([address, options]);
    const answer = answers.shift();
    if (answer instanceof Error) throw answer;
    const [status, content] = answer;
    const json = async () => {
      if (content === undefined) throw new SyntaxError("no JSON");
      return content;
    };
    return { ok: status >= 200 && status < 300, status, json };
  };
  return asked;
}

test("requests go without a cookie, from no cache, and what is posted is filled up to whole steps", async () => {
  const asked = serve([200, { a: 1 }], [200, {}], [200, {}], [200, {}]);
  assert.deepEqual(await getJson("/a"), { a: 1 });
  await postJson("/b", { words: "字" });
  const short = JSON.stringify({ words: "字" });
  for (const fill of [16, short.length]) await postJson("/c", { words: "字" }, fill);
  for (const [, { credentials, cache, signal }] of asked) {
    assert.deepEqual([credentials, cache], ["omit", "no-store"]);
    assert.ok(signal instanceof AbortSignal);
  }
  assert.deepEqual(asked[0][1].headers, { Accept: "application/json" });
  const { method, headers, body } = asked[1][1];
  assert.deepEqual([method, body], ["POST", short]);
  assert.deepEqual(headers, { "Content-Type": "application/json", Accept: "application/json" });
  assert.deepEqual(
    asked.slice(2).map(([, options]) => options.body.length),
    [16, short.length],
  );
  assert.equal(asked[2][1].body.trimEnd(), short);
});

for (const [name, answer, error] of [
  ["no line", new TypeError("no network"), { name: "Offline", status: 0 }],
  ["no JSON", [502], { name: "Offline", status: 502 }],
  ["a page that is not ours", [200], { name: "Offline", status: 200 }],
  ["nothing", [200, null], { name: "Offline", status: 200 }],
  ["a refusal", [409, { error: "taken" }], { name: "Refused", status: 409, reason: "taken" }],
  ["a refusal without a word", [500, {}], { name: "Refused", status: 500, reason: "unknown" }],
]) {
  test(`of ${name} it is told what it is`, async () => {
    serve(answer);
    const found = await postJson("/a", {}).catch((caught) => caught);
    const { name: own, status, reason } = found;
    assert.deepEqual({ name: own, status, ...(reason && { reason }) }, error);
    assert.equal(isLost(found), error.name === "Offline");
    assert.equal(found instanceof (error.name === "Offline" ? Offline : Refused), true);
  });
}

test("no answer is waited for longer than a minute and a half, and none that came is broken off", async () => {
  mock.timers.enable({ apis: ["setTimeout"] });
  let signal = null;
  globalThis.fetch = (_address, options) => {
    ({ signal } = options);
    return new Promise((_resolve, reject) =>
      signal.addEventListener("abort", () => reject(new Error("aborted"))),
    );
  };
  const asked = getJson("/a");
  mock.timers.tick(89999);
  assert.equal(signal.aborted, false);
  mock.timers.tick(1);
  assert.equal(signal.aborted, true);
  await assert.rejects(asked, Offline);
  serve([200, { a: 1 }]);
  const fetched = globalThis.fetch;
  globalThis.fetch = (address, options) => {
    ({ signal } = options);
    return fetched(address, options);
  };
  await getJson("/a");
  mock.timers.tick(100000);
  assert.equal(signal.aborted, false);
  mock.timers.reset();
});

test("a browser that says that the line is dead is believed only where ours is too", async () => {
  const online = (onLine) =>
    Object.defineProperty(globalThis, "navigator", {
      value: onLine === undefined ? undefined : { onLine },
      configurable: true,
    });
  const asked = serve([200, {}], new TypeError("no network"));
  for (const onLine of [undefined, true]) {
    online(onLine);
    assert.equal(await isCut(), false);
  }
  assert.deepEqual(asked, []);
  online(false);
  assert.equal(await isCut(), false);
  assert.equal(await isCut(), true);
  assert.deepEqual(asked[0], [
    "/app/hold.js",
    { method: "HEAD", credentials: "omit", cache: "no-store" },
  ]);
});

test("whoever presses waits twenty seconds, and not at all for what is there", async () => {
  mock.timers.enable({ apis: ["setTimeout"] });
  assert.equal(await inTime(Promise.resolve(3)), 3);
  await assert.rejects(inTime(Promise.reject(new Error("own"))), /own/);
  const late = inTime(new Promise(() => {}));
  let isLate = false;
  late.catch(() => (isLate = true));
  mock.timers.tick(19999);
  await new Promise((resolve) => setImmediate(resolve));
  assert.equal(isLate, false);
  mock.timers.tick(1);
  await assert.rejects(late, Offline);
  mock.timers.reset();
});

test("of what a tab keeps of files, that of other receipts goes, and of nothing else", () => {
  openPage();
  const rows = [
    "dengshao.files.mailbox.aaaa",
    "dengshao.files.mailbox.bbbb",
    "dengshao.files.tip",
    "other",
  ];
  const store = Object.fromEntries(rows.map((name) => [name, "x"]));
  Object.defineProperty(store, "getItem", { value: (name) => store[name] ?? null });
  Object.defineProperty(store, "removeItem", { value: (name) => delete store[name] });
  window.sessionStorage = store;
  assert.equal(nameOf("mailbox.aaaa"), rows[0]);
  assert.deepEqual([isKept("mailbox.aaaa"), isKept("mailbox.cccc")], [true, false]);
  forgetOthers("mailbox.aaaa");
  assert.deepEqual(Object.keys(store), [rows[0], rows[2], rows[3]]);
  assert.equal(
    withStore(() => 5),
    5,
  );
  Object.defineProperty(window, "sessionStorage", {
    get() {
      throw new Error("SecurityError");
    },
  });
  assert.equal(
    withStore(() => 5),
    null,
  );
  assert.equal(isKept("mailbox.aaaa"), false);
});

const bytes = (...numbers) => Uint8Array.from(numbers);
const ascii = (text) => [...text].map((letter) => letter.charCodeAt(0));
const jpegOf = (...rest) => bytes(0xff, 0xd8, ...rest);
const frame = (mark) => [0xff, mark, 0, 11, 8, 1, 2, 3, 4];

test("a JPEG's size stands in its first frame, whichever marks come before", () => {
  for (let mark = 0xc0; mark <= 0xcf; mark += 1) {
    const isFrame = ![0xc4, 0xc8, 0xcc].includes(mark);
    assert.deepEqual(
      dimensions(
        jpegOf(...frame(mark), ...Array(4).fill(0), ...frame(0xc1).fill(7, 5)),
        "image/jpeg",
      ),
      isFrame ? [0x0304, 0x0102] : [0x0707, 0x0707],
      mark.toString(16),
    );
  }
  for (const before of [
    [0xff, 0xe1, 0, 4, 1, 2],
    [0xff, 0x01],
    [0xff, 0xd0],
    [0xff, 0xd8],
    [0xff],
    [0xff, 0xff],
  ])
    assert.deepEqual(
      dimensions(jpegOf(...before, ...frame(0xc0)), "image/jpeg"),
      [0x0304, 0x0102],
      String(before),
    );
  assert.equal(dimensions(jpegOf(0xfe, ...frame(0xc0)), "image/jpeg"), null);
  assert.equal(dimensions(jpegOf(0xff, 0xe1), "image/jpeg"), null);
});

test("each kind of picture tells its size from where that stands", () => {
  const png = bytes(...Array(16).fill(0), 0, 0, 1, 2, 0, 0, 3, 4);
  assert.deepEqual(dimensions(png, "image/png"), [0x0102, 0x0304]);
  assert.deepEqual(
    dimensions(bytes(...ascii("GIF89a"), 2, 1, 4, 3), "image/gif"),
    [0x0102, 0x0304],
  );
  const webp = (kind, at, ...tail) =>
    bytes(...Array(12).fill(9), ...ascii(kind), ...Array(at - 16).fill(9), ...tail);
  assert.deepEqual(
    dimensions(webp("VP8X", 24, 3, 2, 1, 6, 5, 4), "image/webp"),
    [0x010204, 0x040507],
  );
  assert.deepEqual(dimensions(webp("VP8 ", 26, 2, 0xc1, 4, 0xc3), "image/webp"), [0x0102, 0x0304]);
  const bits = 0x0102 - 1 + (0x0304 - 1) * 2 ** 14 + 3 * 2 ** 28;
  const four = [0, 8, 16, 24].map((shift) => Math.floor(bits / 2 ** shift) % 256);
  assert.deepEqual(dimensions(webp("VP8L", 21, ...four), "image/webp"), [0x0102, 0x0304]);
  assert.equal(dimensions(webp("VP9 ", 30), "image/webp"), null);
  assert.equal(dimensions(png.subarray(0, 20), "image/png"), null);
  assert.equal(dimensions(png, "image/heic"), null);
  // From any place of a buffer.
  assert.deepEqual(dimensions(bytes(1, 2, 3, ...png).subarray(3), "image/png"), [0x0102, 0x0304]);
});
