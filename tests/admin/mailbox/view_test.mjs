// What the mailbox shows, and how its files and drafts travel, on as much of a page as Node needs:
// `node --test`.

import assert from "node:assert/strict";
import { test } from "node:test";
import { dialled } from "../../../admin/browser/mailbox/dialled.js";
import { showGroups } from "../../../admin/browser/mailbox/groups.js";
import { Keeping } from "../../../admin/browser/mailbox/keeping.js";
import { attachedTo, GivenUp, placeOf, Wait } from "../../../admin/browser/mailbox/letter_files.js";
import { askKeys, sendLetter, sendSeen } from "../../../admin/browser/mailbox/server.js";
import { dangerView, mailboxView } from "../../../admin/browser/mailbox/view.js";
import { make, openPage, read, template } from "../../browser/dom.mjs";

const slot = (name, text = "", attributes = {}) =>
  make("p", { "data-slot": name, ...attributes }, text);
const hidden = { hidden: "" };

// Everything that the page's templates have for a script to fill, by the names of the template files.
const HAPPENS = ["danger", "withdraw"].flatMap((act) => [
  slot(`happens-${act}`, `happens ${act}`, hidden),
  slot(`who-${act}`, `who ${act}`),
]);
const TEXTS = ["stored", "status", "turn-to", "moved", "next-look"];
const SHOWN = ["apart", "apart-danger", "apart-call", "no-messages", "open-part", "purged-part"];
const ITEMS = {
  "item-staff": [slot("day"), slot("body")],
  "item-own": [slot("own", "you, {day}")],
  "item-own-danger": [slot("own", "you called, {day}")],
  "item-own-withdraw": [slot("own", "you withdrew, {day}")],
  "item-changed": [slot("nth", "message {n} changed")],
  "item-misplaced": [slot("nth", "message {n} misplaced"), slot("day"), slot("body")],
  "item-missing": [slot("nth", "message {n} missing")],
  "item-no_question": [slot("nth", "no question")],
};

function page() {
  const happens = () => HAPPENS.map((one) => one.cloneNode(true));
  return openPage(
    template(
      "view-mailbox",
      ...TEXTS.map((name) => slot(name)),
      ...SHOWN.map((name) => slot(name, name, hidden)),
      slot("called", "called on {day}", hidden),
      slot("withdrawn", "withdrawn on {day}", hidden),
      make("ol", { "data-slot": "messages" }),
      ...happens(),
    ),
    template("view-danger", slot("marked", "", hidden), ...happens()),
    ...Object.entries(ITEMS).map(([id, parts]) => template(id, ...parts)),
  );
}

const ANSWER = {
  status: "received",
  status_words: "it lies there",
  turn_to: "turn to",
  moved: "another unit",
  next_look: "look again",
  apart: false,
  called: false,
  called_on: "",
  withdrawn_on: "",
  recent: "",
};
const entry = (more) => ({
  number: 1,
  side: "staff",
  day: "2026-11-30",
  body: "words",
  trouble: "",
  ...more,
});
const shown = (answer = {}, entries = [], done = {}, lang = "en") => {
  page();
  return mailboxView({ ...ANSWER, ...answer }, entries, lang, { stored: "", act: "", ...done });
};
const slotsShown = (view, names) =>
  names.filter((name) => !view.querySelector(`[data-slot="${name}"]`).hidden);

test("what the server says of a tip stands in its own places, and an empty place is hidden", () => {
  const view = shown({}, [], { stored: "stored" });
  const said = TEXTS.map((name) => view.querySelector(`[data-slot="${name}"]`).textContent);
  assert.deepEqual(said, ["stored", "it lies there", "turn to", "another unit", "look again"]);
  for (const [name, change] of [
    ["status", { status_words: "" }],
    ["turn-to", { turn_to: "" }],
    ["moved", { moved: "" }],
    ["next-look", { next_look: "" }],
  ]) {
    const others = TEXTS.filter((one) => one !== name && one !== "stored");
    assert.deepEqual(slotsShown(shown(change), TEXTS), others);
  }
});

for (const [name, answer, entries, expected] of [
  ["a tip without an answer", {}, [], ["apart-call", "no-messages", "open-part"]],
  [
    "own words alone",
    {},
    [entry({ side: "reporter", act: "" })],
    ["apart-call", "no-messages", "open-part"],
  ],
  ["an answer", {}, [entry({})], ["apart-call", "open-part"]],
  [
    "a tip that stands apart",
    { apart: true },
    [],
    ["apart", "apart-call", "no-messages", "open-part"],
  ],
  [
    "one apart, called for",
    { apart: true, called: true },
    [],
    ["apart", "apart-danger", "no-messages", "open-part"],
  ],
  ["one called for", { called: true }, [], ["no-messages", "open-part"]],
  ["a purged one", { status: "purged" }, [], ["apart-call", "no-messages", "purged-part"]],
]) {
  test(`of ${name} these places are shown: ${expected}`, () => {
    assert.deepEqual(slotsShown(shown(answer, entries), SHOWN), expected);
  });
}

test("a day is told where there is one, and in the page's language", () => {
  const days = (answer, lang) => {
    const view = shown(answer, [], {}, lang);
    return ["called", "withdrawn"].map((name) =>
      read(view.querySelector(`[data-slot="${name}"]`)).join(),
    );
  };
  assert.deepEqual(days({}), ["", ""]);
  assert.deepEqual(days({ called_on: "2026-11-30" }), ["called on November 30, 2026", ""]);
  assert.deepEqual(days({ withdrawn_on: "2026-11-30" }, "zh"), ["", "withdrawn on 2026年11月30日"]);
});

const ACTED = HAPPENS.map(({ dataset }) => dataset.slot).filter((name) =>
  name.startsWith("happens"),
);
const whoShown = (view, act) => slotsShown(view, [`who-${act}`]).length > 0;

for (const act of ["danger", "withdraw"]) {
  test(`what happens now after ${act} is told, of this press and of the last days`, () => {
    for (const view of [shown({}, [], { act }), shown({ recent: act })]) {
      assert.deepEqual(slotsShown(view, ACTED), [`happens-${act}`]);
      assert.equal(whoShown(view, act), true);
    }
    const apart = shown({ apart: true }, [], { act });
    assert.deepEqual([slotsShown(apart, ACTED), whoShown(apart, act)], [[`happens-${act}`], false]);
  });
}

test("this press says more than the last days, and nothing happens where nothing was done", () => {
  assert.deepEqual(slotsShown(shown({ recent: "withdraw" }, [], { act: "danger" }), ACTED), [
    "happens-danger",
  ]);
  assert.deepEqual(slotsShown(shown(), ACTED), []);
});

for (const [name, one, expected] of [
  ["an answer", {}, ["November 30, 2026", "words"]],
  [
    "an answer with what nobody sees",
    { body: "a\u202eb" },
    ["November 30, 2026", "a", "U+202E", "b"],
  ],
  ["own words", { side: "reporter", act: "" }, ["you, November 30, 2026"]],
  ["an own call", { side: "reporter", act: "danger" }, ["you called, November 30, 2026"]],
  ["an own withdrawal", { side: "reporter", act: "withdraw" }, ["you withdrew, November 30, 2026"]],
  ["a changed one", { trouble: "changed", number: 3 }, ["message 3 changed"]],
  [
    "own words that were changed",
    { side: "reporter", act: "", trouble: "changed", number: 4 },
    ["message 4 changed"],
  ],
  [
    "a misplaced one",
    { trouble: "misplaced", number: 2 },
    ["message 2 misplaced", "November 30, 2026", "words"],
  ],
  ["a missing one", { trouble: "missing", number: 5 }, ["message 5 missing"]],
  ["a question that is not there", { trouble: "no_question" }, ["no question"]],
]) {
  test(`${name} is shown as what it is`, () => {
    const list = shown({}, [entry(one)]).querySelector('[data-slot="messages"]');
    assert.deepEqual(read(list), expected);
  });
}

test("entries stand in their order, all of them", () => {
  const list = shown({}, [
    entry({ body: "one" }),
    entry({ body: "two" }),
    entry({ body: "three" }),
  ]);
  const bodies = list.querySelectorAll('[data-slot="body"]').map(({ textContent }) => textContent);
  assert.deepEqual(bodies, ["one", "two", "three"]);
});

test("a call whose words were not kept says so, and what happens; any other says neither", () => {
  page();
  const before = dangerView("", false);
  assert.deepEqual([slotsShown(before, ACTED), slotsShown(before, ["marked"])], [[], []]);
  const after = dangerView("counted", false);
  assert.deepEqual(slotsShown(after, ACTED), ["happens-danger"]);
  assert.equal(after.querySelector('[data-slot="marked"]').textContent, "counted");
  assert.deepEqual(
    [whoShown(after, "danger"), whoShown(dangerView("counted", true), "danger")],
    [true, false],
  );
});

const GROUP_WORDS = { counted: "{found} digits", wrongGroup: "group {groups} is wrong", and: ", " };
const DIGITS = "012345".repeat(6);

function grouped(text, check) {
  openPage();
  const place = make("div", {}, "what stood there");
  showGroups(place, text, GROUP_WORDS, check);
  return place;
}

test("typed digits are repeated in groups, counted, and those that are wrong are marked", () => {
  const wrong = () => {
    throw Object.assign(new Error("wrong"), { groups: [1, 6] });
  };
  const place = grouped(DIGITS, wrong);
  // Each digit in an element of its own, for whoever hears them.
  assert.deepEqual(read(place), ["36 digits", ...DIGITS, "group 1, 6 is wrong"]);
  const lines = place.querySelectorAll("li").map(({ textContent }) => textContent);
  assert.deepEqual(lines, Array(6).fill("012345"));
  const tags = place.querySelectorAll("li").map(({ children: [{ tagName }] }) => tagName);
  assert.deepEqual(tags, ["MARK", "SPAN", "SPAN", "SPAN", "SPAN", "MARK"]);
  assert.equal(place.querySelector(".field__error").getAttribute("role"), "status");
});

for (const [name, text, check, expected] of [
  ["nothing", "", () => assert.fail("checked"), []],
  ["too few digits", DIGITS.slice(1), () => assert.fail("checked"), ["35 digits"]],
  ["too many digits", `${DIGITS}1`, () => assert.fail("checked"), ["37 digits"]],
  ["all of them", DIGITS, () => "", ["36 digits"]],
  ["all of them without a script to check", DIGITS, null, ["36 digits"]],
]) {
  test(`of ${name} no group is called wrong`, () => {
    const place = grouped(text, check);
    assert.deepEqual(
      read(place).filter((one) => !/^\d+$/.test(one)),
      expected,
    );
    assert.deepEqual(place.querySelectorAll("mark, .field__error"), []);
  });
}

test("an error that names no group marks none", () => {
  const place = grouped(DIGITS, () => {
    throw new Error("length");
  });
  assert.deepEqual(place.querySelectorAll("mark, .field__error"), []);
});

test("each telephone in a sentence is one press away, and nothing else is", () => {
  openPage();
  const pieces = dialled("call 110, or 12345; not 11012345, 1100 or 119");
  assert.deepEqual(
    pieces.map((one) => one.href ?? one),
    ["call ", "tel:110", ", or ", "tel:12345", "; not 11012345, 1100 or 119"],
  );
  assert.deepEqual([pieces[1].textContent, pieces[1].className], ["110", ""]);
});

function serve(answers) {
  const asked = [];
  globalThis.fetch = async (address, options = {}) => {
    asked.push([address, options.body && JSON.parse(options.body), options.body]);
    const [status, content] = answers[address] || [404, undefined];
    if (!status) throw new TypeError("no network");
    return { ok: status < 400, status, json: async () => content ?? JSON.parse("x") };
  };
  return asked;
}

test("a letter goes with lookup, token and all that it has, filled up to whole steps", async () => {
  const asked = serve({ "/m/sealed": [200, {}], "/m/seen": [200, {}] });
  await sendLetter("/m/", "lookup", "token", { kind: "message", number: 3, sealed: "x" });
  await sendLetter("/m/", "lookup", "token", { sealed: "x".repeat(4096) });
  await sendSeen("/m/", "lookup", "box");
  assert.deepEqual(asked[0].slice(0, 2), [
    "/m/sealed",
    { lookup: "lookup", token: "token", kind: "message", number: 3, sealed: "x" },
  ]);
  assert.deepEqual(
    asked.slice(0, 2).map(([, , body]) => body.length),
    [4096, 8192],
  );
  assert.deepEqual(asked[2].slice(0, 2), ["/m/seen", { lookup: "lookup", seen: "box" }]);
});

test("keys that retire count beside the others, and a list that is none is no answer", async () => {
  serve({ "/keys.json": [200, { keys: ["a"], retiring: ["b"] }] });
  assert.deepEqual(await askKeys(), ["a", "b"]);
  serve({ "/keys.json": [200, { keys: ["a"] }] });
  assert.deepEqual(await askKeys(), ["a"]);
  for (const keys of [undefined, null, "a", { length: 1 }]) {
    serve({ "/keys.json": [200, { keys, retiring: ["b"] }] });
    await assert.rejects(askKeys(), { name: "Offline" });
  }
});

// Whether a letter's files are packed, by what can be believed of where its tip lies.
const ROUTES = { takers: ["supervision", "upper"] };
async function isPacked({
  unit = "police",
  published = [200, { keys: [], routes: "digest" }],
  tools = {},
  isMarked = true,
}) {
  openPage(make("div", { id: "files-block" }, make("input", { type: "file" })));
  serve({ "/tip/routes.json": [200, ROUTES], "/keys.json": published });
  let asked = null;
  const visit = {
    lookup: "abcdef",
    answer: { unit: { id: unit } },
    tools: { checkRoutes: (...given) => assert.deepEqual(given, [ROUTES, "digest"]), ...tools },
    checkMark: () => {
      if (!isMarked) throw new Error("Strayed");
    },
  };
  const block = document.getElementById("files-block");
  block.querySelector("input").files = [];
  const attached = attachedTo(block, visit, {});
  window.DengshaoLoad = { load: (_address, _isThere, done) => done("") };
  window.DengshaoFiles = async (root, options) => {
    asked = options;
    assert.equal(root, block);
    return {};
  };
  block.dispatchEvent(new Event("change"));
  await attached.loading.get();
  assert.equal(asked.place, "mailbox.abcd");
  return asked.isPacked();
}

for (const [name, how, expected] of [
  ["of any other unit", {}, false],
  ["of the supervisory unit", { unit: "supervision" }, true],
  ["of the unit above", { unit: "upper" }, true],
  ["where no line leads to what the site publishes", { published: [0] }, true],
  [
    "where nobody published these routes",
    {
      tools: {
        checkRoutes: () => {
          throw new Error("FalseRoutes");
        },
      },
    },
    true,
  ],
  ["where the tip has no mark of that unit", { isMarked: false }, true],
]) {
  test(`files of a letter ${name} are ${expected ? "" : "not "}packed`, async () => {
    assert.equal(await isPacked(how), expected);
  });
}

test("each receipt's files stand apart, told by four digits", () => {
  assert.equal(placeOf({ lookup: "abcdef" }), "mailbox.abcd");
  assert.notEqual(placeOf({ lookup: "abce" }), placeOf({ lookup: "abcd" }));
});

const settled = (promise) =>
  Promise.race([
    promise.then(
      () => "done",
      (error) => error.constructor.name,
    ),
    new Promise((resolve) => setImmediate(() => resolve("waiting"))),
  ]);

test("what is waited for may be given up, once, and is never posted then", async () => {
  const wait = new Wait();
  let posted = 0;
  const ran = wait.run(() => new Promise(() => {}));
  ran.catch(() => {});
  assert.equal(await settled(ran), "waiting");
  assert.equal(wait.giveUp(), true);
  assert.equal(await settled(ran), GivenUp.name);
  assert.equal(wait.giveUp(), false);
  assert.equal(await settled(wait.post(async () => (posted += 1))), "waiting");
  assert.equal(posted, 0);
});

test("what is being posted is not given up any more, but between two posts it may be", async () => {
  const wait = new Wait();
  let end = null;
  const posting = wait.post(() => new Promise((resolve) => (end = resolve)));
  assert.equal(wait.giveUp(), false);
  end("answer");
  assert.equal(await posting, "answer");
  assert.equal(wait.giveUp(), true);
  wait.end.catch(() => {});
});

test("a post that fails may be given up too, and says how it failed", async () => {
  const wait = new Wait();
  await assert.rejects(
    wait.post(async () => {
      throw new Error("no");
    }),
    /no/,
  );
  assert.equal(wait.mayGiveUp, true);
});

test("once it is done, or has failed, nothing is given up", async () => {
  const done = new Wait();
  assert.equal(await done.run(async () => 5), 5);
  assert.equal(done.giveUp(), false);
  const failed = new Wait();
  await assert.rejects(
    failed.run(async () => {
      throw new Error("no");
    }),
    /no/,
  );
  assert.equal(failed.giveUp(), false);
});

function keeping(kept) {
  const saved = [];
  const root = make("div", { "data-draft": "ticket key" }, make("textarea"), make("input"));
  openPage(root);
  window.DengshaoLoad = {
    load: (address, isThere, done) =>
      done(address === "/app/draft.js" && isThere() ? "" : "unable"),
  };
  window.DengshaoDraft = {
    openKept: async (...asked) => {
      saved.push(asked);
      return kept;
    },
    Draft: class {
      constructor(...given) {
        saved.push(given);
      }

      save = (content) => saved.push(content);
      wipe = () => saved.push("wiped");
    },
  };
  return { root, saved, keeping: new Keeping(root, "/m/") };
}

test("what was written under a receipt comes back, and is kept while it is written", async () => {
  const { root, saved, keeping: own } = keeping({ words: "written before" });
  own.prepare();
  assert.equal(await own.begin({ lookup: "abcdef" }), "written before");
  assert.deepEqual(saved.splice(0), [
    ["mailbox.abcd", "/m/draft"],
    ["mailbox.abcd", "ticket key"],
  ]);
  const [area, field] = root.children;
  const input = () =>
    Object.defineProperty(new Event("input", { bubbles: true }), "x", { value: 1 });
  area.value = "words";
  area.dispatchEvent(input());
  area.value = " \n";
  area.dispatchEvent(input());
  field.value = "no words of a letter";
  field.dispatchEvent(input());
  assert.deepEqual(saved, [{ words: "words" }, "wiped"]);
  assert.equal(await keeping(null).keeping.begin({ lookup: "abcdef" }), "");
});

test("a script that does not come is told at the press, and not before", async () => {
  const { keeping: own } = keeping(null);
  window.DengshaoLoad.load = (_address, _isThere, done) => done("cut");
  own.prepare();
  await assert.rejects(own.begin({ lookup: "abcdef" }), { name: "Offline" });
});
