// The mailbox's page from the first digit to the stored letter, on as much of a page as Node needs, with
// tools and a server made of functions: `node --test`.

import assert from "node:assert/strict";
import { test } from "node:test";
import { Page } from "../../../admin/browser/mailbox/page.js";
import { make, openPage, read, template } from "../../browser/dom.mjs";

// What is told a while later keeps no test waiting.
const later = globalThis.setTimeout;
globalThis.setTimeout = (...given) => later(...given).unref();
const turn = () => new Promise((resolve) => setImmediate(resolve));
const settle = async () => {
  for (let n = 0; n < 30; n += 1) await turn();
};

const slot = (name, attributes = {}, ...children) =>
  make("p", { "data-slot": name, ...attributes }, ...children);
const hidden = { hidden: "" };
const letterForm = (act) =>
  make(
    "form",
    { "data-act": act },
    make("input", { name: "receipt", type: "hidden" }),
    make("div", { class: "field" }, make("textarea", { name: "words", id: "words" })),
    make("button", { type: "submit" }, "send"),
  );
const happens = () =>
  ["danger", "withdraw"].flatMap((act) => [slot(`happens-${act}`, hidden), slot(`who-${act}`)]);

// Each sentence says its own name; those of alarms have a why and a next.
const SENTENCES =
  "opened-here wait busy failed cut cut-unsure cut-look unable unknown purged unit-closed full";
const NAMES = `${SENTENCES} full-today share-used no-room marked summary back empty no-words stored-message stored-danger`;
const ALARMS = ["unmarked", "false-key", "strayed"].flatMap((name) => [
  name,
  `${name}-why`,
  `${name}-next`,
]);
const words = Object.fromEntries(
  [...`${NAMES} stored-withdraw`.split(" "), ...ALARMS].map((name) => [
    `data-${name}`,
    `say ${name}`,
  ]),
);
Object.assign(words, {
  "data-site": "site",
  "data-keys": "/app/mailbox-keys.js",
  "data-lang": "en",
  "data-draft": "ticket key",
  "data-most-words": "40",
  "data-too-long": "{found} are too many",
  "data-withdraw-body": "withdrawn",
  "data-danger-body": "in danger",
  "data-counted": "{found} digits",
  "data-too-few": "{found}, {off} too few",
  "data-wrong-group": "group {groups} is wrong",
  "data-wrong-order": "groups {groups} changed places",
  "data-and": ", ",
});

const RECEIPT = "012345".repeat(6);
const UNIT = { id: "police", recipients: ["a", "b"], key: 7 };
const ANSWER = {
  known: true,
  reference: "R",
  status: "received",
  status_words: "lies there",
  turn_to: "",
  moved: "",
  next_look: "",
  apart: false,
  called: false,
  called_on: "",
  withdrawn_on: "",
  recent: "",
  unit: UNIT,
  marks: [],
  messages: [],
  length: 0,
  token: "t",
};

function open({
  answers = {},
  tools = {},
  reasons = [],
  kept = null,
  typed = RECEIPT,
  files = true,
} = {}) {
  const root = make(
    "main",
    { id: "mailbox", ...words },
    make("h1"),
    make(
      "form",
      { id: "open", action: "/mailbox/" },
      make(
        "div",
        { class: "field" },
        make("input", { name: "receipt", id: "receipt", type: "text", value: "" }),
      ),
      slot("groups"),
      make("button", { type: "submit" }, "open"),
      make("p", { class: "plain-offer", hidden: "" }),
    ),
    make("p", { id: "way" }),
  );
  const block = files ? [make("div", { id: "files-block" }, make("input", { type: "file" }))] : [];
  const page = openPage(
    root,
    template(
      "view-mailbox",
      make("h1"),
      slot("stored", hidden),
      ...["status", "turn-to", "moved", "next-look"].map((name) => slot(name)),
      ...["apart", "apart-danger", "apart-call", "no-messages", "purged-part"].map((name) =>
        slot(name, hidden),
      ),
      slot("called", hidden, "{day}"),
      slot("withdrawn", hidden, "{day}"),
      ...happens(),
      make("ol", { "data-slot": "messages" }),
      make(
        "div",
        { "data-slot": "open-part" },
        letterForm("message"),
        ...block,
        make("button", { "data-act": "danger" }),
        make("button", { "data-act": "withdraw" }),
      ),
    ),
    template(
      "view-danger",
      make("h1"),
      slot("marked", hidden),
      ...happens(),
      letterForm("confirm-danger"),
      make("form", { "data-act": "back" }, make("button", { type: "submit" })),
    ),
    template(
      "view-withdraw",
      make("h1"),
      letterForm("confirm-withdraw"),
      make("form", { "data-act": "back" }, make("button", { type: "submit" })),
    ),
    template(
      "plain-letter",
      make("div", { class: "plain-offer", hidden: "" }, make("button", { "data-plain": "" })),
    ),
    template("item-staff", slot("body"), slot("day")),
    template("item-own", slot("own", {}, "{day}")),
  );
  const asked = [];
  const all = {
    "/mailbox/thread": [200, ANSWER],
    "/mailbox/seen": [200, {}],
    "/mailbox/sealed": [200, { stored: true }],
    "/keys.json": [200, { keys: [] }],
    "/tip/routes.json": [200, { takers: ["s", "u"] }],
    ...answers,
  };
  globalThis.fetch = async (address, { body, method } = {}) => {
    asked.push([address, body && JSON.parse(body), method]);
    await turn();
    const list = all[address] ?? [0];
    const [status, content] = Array.isArray(list[0])
      ? list.length > 1
        ? list.shift()
        : list[0]
      : list;
    if (!status) throw new TypeError("no network");
    return { ok: status < 400, status, json: async () => content ?? JSON.parse("x") };
  };
  const drafts = [];
  window.dengshaoMailbox = {
    check: (text) => {
      const digits = text.replace(/\D/g, "");
      if (digits.length !== 36) throw Object.assign(new Error("length"), { found: digits.length });
      if (digits.startsWith("9")) throw Object.assign(new Error("group"), { groups: [1] });
      return digits;
    },
    derive: (digits, site) => ({ lookup: `${digits} ${site}`, talk: "talk" }),
    toHex: () => "abcdef",
    openThread: async () => [],
    sealSeen: () => "seen",
    blankSeen: () => "blank",
    toBase64: (box) => box,
    checkReader: () => {},
    checkRoutes: () => {},
    checkMark: () => {},
    trySealing: async () => true,
    sealLetter: async (_keys, _answer, kind, body) => ({
      kind,
      number: 1,
      digest: "d",
      sealed: body,
      key: 7,
    }),
    ...tools,
  };
  window.DengshaoDraft = {
    openKept: async () => kept,
    Draft: class {
      save = (content) => drafts.push(content);
      wipe = () => drafts.push("wiped");
    },
  };
  window.DengshaoLoad = {
    load: (address, isThere, done) => {
      asked.push([address]);
      done(reasons.shift() ?? (isThere() ? "" : "unable"));
    },
  };
  const scrolled = [];
  window.scrollTo = (...place) => scrolled.push(place);
  window.sessionStorage = { getItem: () => null };
  globalThis.navigator = undefined;
  const own = new Page(root);
  own.start();
  const field = root.querySelector("#receipt");
  field.value = typed;
  const submit = async (form, isHeld = true) => {
    const event = new Event("submit", { cancelable: true, bubbles: true });
    form.dispatchEvent(event);
    await settle();
    assert.equal(event.defaultPrevented, isHeld);
  };
  const enter = () => submit(root.querySelector("#open"));
  const act = (name) => root.querySelector(`[data-act="${name}"]`);
  const write = (text, name = "message") => {
    const area = act(name).querySelector("textarea");
    area.value = text;
    area.dispatchEvent(new Event("input", { bubbles: true }));
  };
  const summary = () => {
    const found = page.getElementById("error-summary");
    return found ? read(found) : [];
  };
  const sent = () =>
    asked.filter(([address]) => address === "/mailbox/sealed").map(([, body]) => body);
  const cut = () => root.querySelectorAll(".cut").flatMap(read);
  const stored = () => read(root.querySelector('[data-slot="stored"]')).join("");
  const press = async (name) => {
    act(name).click();
    await settle();
  };
  return {
    root,
    page,
    own,
    asked,
    drafts,
    field,
    submit,
    enter,
    act,
    write,
    press,
    summary,
    sent,
    cut,
    stored,
    scrolled,
    all,
  };
}

async function opened(how) {
  const it = open(how);
  await it.enter();
  assert.deepEqual(it.summary(), []);
  return it;
}

test("the receipt opens the mailbox, and nothing of it leaves but the lookup", async () => {
  const it = await opened();
  assert.deepEqual(
    it.asked.filter(([, body]) => body),
    [["/mailbox/thread", { lookup: "abcdef" }, "POST"]],
  );
  assert.ok(!JSON.stringify(it.asked).includes("012345"));
  assert.equal(it.own.visit.lookup, "abcdef");
  assert.deepEqual(read(it.root.querySelector('[data-slot="status"]')), ["lies there"]);
  assert.equal(it.page.activeElement, it.root.querySelector("h1"));
  assert.deepEqual(it.scrolled, [[0, 0]]);
  assert.equal(it.stored(), "");
});

test("what was opened is shown, once and after each letter anew", async () => {
  let answers = 1;
  const openThread = async () =>
    Array.from({ length: answers }, (_, n) => ({
      number: n + 1,
      side: "staff",
      day: "2026-11-30",
      body: `answer ${n + 1}`,
      trouble: "",
    }));
  const it = await opened({ tools: { openThread } });
  const shown = () =>
    it.root.querySelectorAll('[data-slot="body"]').map(({ textContent }) => textContent);
  assert.deepEqual(shown(), ["answer 1"]);
  answers = 2;
  it.write("words");
  await it.submit(it.act("message"));
  assert.deepEqual(shown(), ["answer 1", "answer 2"]);
});

for (const [name, how, said] of [
  ["too few digits", { typed: "123" }, ["say summary", "3, 33 too few"]],
  ["none", { typed: "" }, ["say summary", "say empty"]],
  ["a wrong group", { typed: RECEIPT.replace("0", "9") }, ["say summary", "group 1 is wrong"]],
  [
    "one that nobody knows",
    { answers: { "/mailbox/thread": [200, { known: false }] } },
    ["say summary", "say unknown"],
  ],
]) {
  test(`of a receipt with ${name} the field says so, and it stays`, async () => {
    const it = open(how);
    await it.enter();
    assert.deepEqual(it.summary(), said);
    assert.equal(it.field.getAttribute("aria-invalid"), "true");
    assert.equal(it.field.value, how.typed ?? RECEIPT);
    assert.equal(
      it.root.querySelectorAll("[role=status]").filter((one) => one.className === "meta").length,
      0,
    );
  });
}

test("typed digits are shown in groups, checked once the script is there, which is asked for once", async () => {
  const it = open({ typed: RECEIPT.replace("0", "9") });
  it.own.tools = null;
  const groups = () => read(it.root.querySelector('[data-slot="groups"]'));
  it.field.dispatchEvent(new Event("input"));
  assert.deepEqual(groups().at(0), "36 digits");
  await settle();
  assert.ok(groups().includes("group 1 is wrong"));
  it.field.dispatchEvent(new Event("focus"));
  await settle();
  const keys = it.asked.filter(([address]) => address === "/app/mailbox-keys.js");
  assert.equal(keys.length, 1);
});

test("after a line that failed each touch asks again, and each key does not", async () => {
  const it = open({ reasons: ["", "cut", "cut", "cut", "cut"] });
  const keys = () => it.asked.filter(([address]) => address === "/app/mailbox-keys.js").length;
  it.field.dispatchEvent(new Event("input"));
  await settle();
  assert.equal(keys(), 1);
  for (const [name, expected] of [
    ["input", 1],
    ["change", 2],
    ["input", 2],
    ["focus", 3],
  ]) {
    it.field.dispatchEvent(new Event(name));
    await settle();
    assert.equal(keys(), expected, name);
  }
  window.dispatchEvent(new Event("online"));
  await settle();
  assert.equal(keys(), 4);
  // Nothing is told of it before the press.
  assert.deepEqual([it.cut(), it.root.querySelector(".plain-offer").hidden], [[], true]);
});

test("a receipt that a browser filled in is taken up at once", async () => {
  const it = open();
  it.asked.length = 0;
  it.own.start();
  await settle();
  assert.ok(it.asked.some(([address]) => address === "/app/mailbox-keys.js"));
});

test("keys that do not run here offer the plain way, by a press of its own", async () => {
  const it = open({ reasons: ["", "unable"] });
  it.field.dispatchEvent(new Event("focus"));
  await settle();
  const offer = it.root.querySelector(".plain-offer");
  assert.deepEqual(
    [offer.hidden, it.root.querySelector("#way").textContent],
    [false, "say unable"],
  );
  await it.enter();
  assert.equal(it.page.activeElement, offer);
  assert.deepEqual(
    it.asked.filter(([, body]) => body),
    [],
  );
});

test("a form that says yes goes its own way", async () => {
  const it = open();
  const form = it.root.querySelector("#open");
  form.setAttribute("data-yes", "");
  await it.submit(form, false);
  assert.deepEqual(
    it.asked.filter(([, body]) => body),
    [],
  );
});

for (const [name, answer, expected] of [
  ["no line", [0], { cut: ["say cut-look"] }],
  ["another page", [200, undefined], { cut: ["say cut-look"] }],
  ["a refusal", [429, { error: "other" }], { summary: ["say summary", "say busy"] }],
]) {
  test(`where ${name} comes in answer to the receipt, it is told`, async () => {
    const it = open({ answers: { "/mailbox/thread": answer } });
    await it.enter();
    assert.deepEqual(
      { cut: it.cut(), summary: it.summary() },
      { cut: [], summary: [], ...expected },
    );
    // Told once, and gone with the next press.
    it.all["/mailbox/thread"] = [200, ANSWER];
    await it.enter();
    assert.deepEqual([it.cut(), it.summary()], [[], []]);
  });
}

// ---- Letters.

for (const [kind, typed, sealed, said] of [
  ["message", " words ", "words", "say stored-message"],
  ["danger", " words ", "in danger\nwords", "say stored-danger"],
  ["danger", "", "in danger", "say stored-danger"],
  ["withdraw", "words", "withdrawn", "say stored-withdraw"],
]) {
  test(`${kind} with "${typed}" goes sealed as "${sealed}"`, async () => {
    const it = await opened();
    it.write(typed);
    if (kind !== "message") await it.press(kind);
    const name = kind === "message" ? "message" : `confirm-${kind}`;
    assert.equal(it.act(name).querySelector("textarea").value, typed);
    await it.submit(it.act(name));
    const [{ sealed: went, kind: own, token, lookup }, ...others] = it.sent();
    assert.deepEqual([went, own, token, lookup, others], [sealed, kind, "t", "abcdef", []]);
    assert.equal(it.stored(), said);
    // What was taken back stays to be written on; what was sent is gone.
    const left = kind === "withdraw" ? "words" : "";
    assert.equal(it.act("message").querySelector("textarea").value, left);
    assert.deepEqual(it.drafts.at(-1), left ? { words: left } : "wiped");
    const acts = ["danger", "withdraw"].filter(
      (one) => !it.root.querySelector(`[data-slot="happens-${one}"]`).hidden,
    );
    assert.deepEqual(acts, kind === "message" ? [] : [kind]);
    assert.equal(it.asked.filter(([address]) => address === "/mailbox/thread").length, 2);
  });
}

for (const [kind, typed, sentence] of [
  ["message", " ", "say no-words"],
  ["message", "x".repeat(41), "41 are too many"],
  ["danger", "x".repeat(41), "41 are too many"],
]) {
  test(`${kind} with ${typed.length} letters is not sent: ${sentence}`, async () => {
    const it = await opened();
    it.write(typed);
    if (kind !== "message") await it.press(kind);
    await it.submit(it.act(kind === "message" ? "message" : `confirm-${kind}`));
    assert.deepEqual([it.summary(), it.sent()], [["say summary", sentence], []]);
    assert.equal(it.page.getElementById("words").getAttribute("aria-invalid"), "true");
  });
}

test("a withdrawal asks for no words and minds none, however many stand there", async () => {
  const it = await opened();
  it.write("x".repeat(41));
  await it.press("withdraw");
  await it.submit(it.act("confirm-withdraw"));
  assert.equal(it.sent().length, 1);
});

test("back, what was typed comes along, each way", async () => {
  const it = await opened();
  it.write("first");
  for (const kind of ["danger", "withdraw"]) {
    await it.press(kind);
    it.write(`${kind} words`, `confirm-${kind}`);
    await it.submit(it.act("back"));
    assert.equal(it.act("message").querySelector("textarea").value, `${kind} words`);
    assert.equal(it.stored(), "");
  }
  assert.deepEqual(it.sent(), []);
});

test("a call whose words could not be sealed counts, says so, and keeps them", async () => {
  const answer = { ...ANSWER, unit: { id: "", recipients: [], key: 0 } };
  const it = await opened({ answers: { "/mailbox/thread": [200, answer] } });
  it.write("help");
  await it.press("danger");
  await it.submit(it.act("confirm-danger"));
  assert.equal(it.sent()[0].sealed, "");
  assert.equal(it.root.querySelector('[data-slot="marked"]').textContent, "say marked");
  assert.equal(it.act("confirm-danger").querySelector("textarea").value, "help");
  // Without a word there is none to keep.
  const other = await opened({ answers: { "/mailbox/thread": [200, answer] } });
  await other.press("danger");
  await other.submit(other.act("confirm-danger"));
  assert.equal(other.stored(), "say stored-danger");
});

const ERRORS = {
  purged: "say purged",
  unknown: "say unknown",
  unit_closed: "say unit-closed",
  talk_full: "say full",
  full_today: "say full-today",
  share_used: "say share-used",
  no_room: "say no-room",
  marked: "say marked",
  other: "say busy",
};
for (const [error, sentence] of Object.entries(ERRORS)) {
  test(`a letter that is refused as ${error} stays, and it is told: ${sentence}`, async () => {
    const it = await opened({ answers: { "/mailbox/sealed": [409, { error }] } });
    it.write("words");
    await it.submit(it.act("message"));
    assert.deepEqual(it.summary(), ["say summary", sentence]);
    assert.equal(it.act("message").querySelector("textarea").value, "words");
    assert.equal(it.act("message").querySelector("textarea").readOnly, false);
    assert.equal(it.own.isBusy, false);
  });
}

const raising = (name) => async () => {
  throw Object.assign(new Error(name), { name });
};
for (const [name, tools, expected] of [
  [
    "Unmarked",
    { sealLetter: raising("Unmarked") },
    ["say unmarked", "say unmarked-why", "say unmarked-next"],
  ],
  [
    "FalseKey",
    {
      checkReader: () => {
        throw Object.assign(new Error(), { name: "FalseKey" });
      },
    },
    ["say false-key", "say false-key-why", "say false-key-next"],
  ],
  [
    "Strayed",
    { sealLetter: raising("Strayed") },
    ["say strayed", "say strayed-why", "say strayed-next"],
  ],
  ["Other", { sealLetter: raising("Other") }, ["say summary", "say failed"]],
]) {
  test(`where sealing fails with ${name} nothing is sent, and it is told`, async () => {
    const it = await opened({ tools });
    it.write("words");
    await it.submit(it.act("message"));
    assert.deepEqual([it.summary(), it.sent()], [expected, []]);
    assert.equal(it.root.querySelector(".plain-offer"), null);
  });
}

test("after a false key nothing goes the plain way, whatever fails next", async () => {
  let name = "FalseKey";
  const it = await opened({
    tools: { sealLetter: () => raising(name)(), trySealing: raising("No") },
  });
  it.write("words");
  await it.submit(it.act("message"));
  name = "Other";
  await it.submit(it.act("message"));
  assert.deepEqual(it.summary(), ["say false-key", "say false-key-why", "say false-key-next"]);
  assert.equal(it.root.querySelector(".plain-offer"), null);
});

for (const trySealing of [raising("No"), async () => false]) {
  test("a browser that cannot seal offers the plain way in the letter's own form, and no file goes there", async () => {
    const it = await opened({ tools: { sealLetter: raising("Other"), trySealing } });
    it.write("words");
    const form = it.act("message");
    await it.submit(form);
    const offer = form.querySelector(".plain-offer");
    assert.deepEqual([offer.hidden, it.page.activeElement], [false, offer]);
    assert.equal(it.root.querySelector("#files-block").hidden, true);
    await it.submit(form);
    assert.equal(form.querySelectorAll(".plain-offer").length, 1);
    const gone = [];
    const button = form.querySelector("[type=submit]");
    button.click = () =>
      gone.push([form.hasAttribute("data-yes"), form.querySelector("[name=receipt]").value]);
    form.querySelector("[data-plain]").click();
    await settle();
    assert.deepEqual(gone, [[true, RECEIPT]]);
    assert.equal(form.hasAttribute("data-yes"), false);
  });
}

test("while it is found out whether this browser can seal, one waits, and presses nothing else", async () => {
  let end = null;
  const trySealing = () =>
    new Promise((resolve) => {
      end = resolve;
    });
  const it = await opened({ tools: { sealLetter: raising("Other"), trySealing } });
  it.write("words");
  const form = it.act("message");
  await it.submit(form);
  assert.deepEqual(
    [it.own.isBusy, form.querySelector("textarea").readOnly, read(form).at(-1)],
    [true, true, "say wait"],
  );
  end(true);
  await settle();
  assert.deepEqual([it.own.isBusy, form.querySelector("textarea").readOnly], [false, false]);
  assert.deepEqual(it.summary(), ["say summary", "say failed"]);
});

test("no words go the plain way where there is no line", async () => {
  const it = await opened({ tools: { sealLetter: raising("Other"), trySealing: raising("No") } });
  it.write("words");
  const form = it.act("message");
  await it.submit(form);
  form.querySelector("[type=submit]").click = () => assert.fail("sent");
  Object.defineProperty(globalThis, "navigator", { value: { onLine: false }, configurable: true });
  form.querySelector("[data-plain]").click();
  await settle();
  Object.defineProperty(globalThis, "navigator", {
    value: undefined,
    configurable: true,
    writable: true,
  });
  assert.deepEqual(it.cut(), ["say cut"]);
  assert.equal(form.querySelector("[name=receipt]").value, "");
});

test("a lost answer says that the words may be there; a line that broke before says that they are not", async () => {
  const it = await opened({ answers: { "/mailbox/sealed": [0] } });
  it.write("words");
  await it.submit(it.act("message"));
  assert.deepEqual(it.cut(), ["say cut-unsure"]);
  const other = await opened({ answers: { "/keys.json": [0] } });
  other.write("words");
  await other.submit(other.act("message"));
  assert.deepEqual([other.cut(), other.sent()], [["say cut"], []]);
});

test("stored is stored: should the new look fail, it is told all the same", async () => {
  for (const answer of [[0], [500, { error: "busy" }]]) {
    const it = await opened({ answers: { "/mailbox/thread": [[200, ANSWER], answer] } });
    it.own.entries = [
      { number: 1, side: "staff", day: "2026-11-30", body: "an answer", trouble: "" },
    ];
    it.write("words");
    await it.submit(it.act("message"));
    assert.equal(it.stored(), "say stored-message");
    assert.ok(read(it.root).includes("an answer"));
  }
});

test("one press at a time, and while it is on its way nothing more is typed", async () => {
  const it = await opened();
  it.write("words");
  const form = it.act("message");
  const first = it.submit(form);
  const wait = form.children.at(-1);
  assert.deepEqual(
    [wait.textContent, wait.getAttribute("role"), form.querySelector("textarea").readOnly],
    ["say wait", "status", true],
  );
  it.act("danger").click();
  assert.equal(it.act("confirm-danger"), null);
  const second = it.submit(form);
  await Promise.all([first, second]);
  assert.equal(it.sent().length, 1);
});

// ---- Files of a letter.

function withFiles(it, { collect, isEmpty = false } = {}) {
  const said = [];
  let end = null;
  window.DengshaoFiles = async () => ({
    isEmpty,
    words: { wait: "files go" },
    faults: () => [],
    collect:
      collect ||
      (async (onWait) => {
        onWait();
        await new Promise((resolve) => (end = resolve));
        return { entries: [{ name: "a.jpg" }], tickets: ["t1"] };
      }),
    hold: (isHeld) => said.push(isHeld),
    recheck: async () => {},
    outcome: (entries) => entries.map(({ name }) => ({ name, text: "stored" })),
    wipe: () => said.push("wiped"),
    release: () => true,
  });
  it.root.querySelector("input[type=file]").files = [];
  it.root.querySelector("#files-block").dispatchEvent(new Event("change"));
  return { said, end: () => end() };
}

test("a letter with files names them beside its words, and tells of each", async () => {
  const it = await opened();
  const files = withFiles(it);
  await settle();
  it.write(" words ");
  const sending = it.submit(it.act("message"));
  await settle();
  assert.deepEqual(read(it.act("message")).at(-1), "files go");
  files.end();
  await Promise.all([sending, settle()]);
  const [letter] = it.sent();
  assert.deepEqual(
    [JSON.parse(letter.sealed), letter.files],
    [{ files: [{ name: "a.jpg" }], what: "words" }, ["t1"]],
  );
  assert.equal(it.stored(), "say stored-message a.jpg stored");
  // The field begins anew.
  assert.deepEqual(
    [files.said, it.own.attached === null, it.own.block === null],
    [[true, false, "wiped"], false, false],
  );
});

test("files need no words, and what none of them is needs no JSON", async () => {
  const it = await opened();
  withFiles(it, { collect: async () => ({ entries: [], tickets: [] }) });
  await settle();
  await it.submit(it.act("message"));
  assert.deepEqual([it.sent()[0].sealed, "files" in it.sent()[0]], ["", false]);
});

test("who calls for help does not wait for files: they are given up, and never posted", async () => {
  const it = await opened();
  const files = withFiles(it);
  const block = it.root.querySelector("#files-block");
  await settle();
  it.write("words");
  const sending = it.submit(it.act("message"));
  await settle();
  await it.press("danger");
  assert.notEqual(it.act("confirm-danger"), null);
  assert.equal(it.act("confirm-danger").querySelector("textarea").value, "words");
  files.end();
  await sending;
  await settle();
  assert.deepEqual([it.sent(), it.summary(), files.said], [[], [], [true, false]]);
  await it.submit(it.act("confirm-danger"));
  assert.deepEqual(
    it.sent().map(({ kind }) => kind),
    ["danger"],
  );
  // Back at the letter the same field stands, with its files.
  assert.equal(it.root.querySelector("#files-block"), block);
});

test("the field of files stays the same while another step is shown", async () => {
  const it = await opened();
  const before = it.root.querySelector("#files-block");
  await it.press("withdraw");
  await it.submit(it.act("back"));
  assert.equal(it.root.querySelector("#files-block"), before);
  const none = await opened({ files: false });
  assert.equal(none.own.attached, null);
});

test("faults of files are told as faults", async () => {
  const it = await opened();
  withFiles(it, {
    collect: async () => {
      throw Object.assign(new Error("files"), {
        faults: [{ text: "choose again", to: "chosen-1" }],
      });
    },
  });
  await settle();
  it.write("words");
  await it.submit(it.act("message"));
  assert.deepEqual(it.summary(), ["say summary", "choose again"]);
});

// ---- Leaving.

function asks() {
  const event = new Event("beforeunload", { cancelable: true });
  Object.defineProperty(event, "returnValue", { value: true, writable: true });
  window.dispatchEvent(event);
  return event.defaultPrevented;
}

test("one is asked before typed words are lost, on each step, and for nothing else", async () => {
  const it = await opened();
  assert.equal(asks(), false);
  it.write(" \n");
  assert.equal(asks(), false);
  it.write("words");
  assert.equal(asks(), true);
  await it.press("danger");
  it.write("", "confirm-danger");
  // Those of the letter are still there.
  assert.equal(asks(), true);
  it.own.isLeaving = true;
  assert.equal(asks(), false);
  it.own.isLeaving = false;
  it.root.remove();
  assert.equal(asks(), false);
});

test("files that were chosen are something to lose", async () => {
  const it = await opened();
  withFiles(it);
  await settle();
  assert.equal(asks(), true);
});

test("a form that goes the plain way loses nothing; one that is held back does", async () => {
  const it = await opened();
  it.write("words");
  await it.submit(it.act("message"));
  it.write("more");
  assert.equal(asks(), true);
  it.act("message").setAttribute("data-yes", "");
  await it.submit(it.act("message"), false);
  assert.equal(asks(), false);
});

test("leaving wipes the page and all that it knew; back, it is asked for anew", async () => {
  const it = await opened({ kept: { words: "kept words" } });
  assert.equal(it.stored(), "say back");
  assert.equal(it.act("message").querySelector("textarea").value, "kept words");
  const area = it.act("message").querySelector("textarea");
  const loads = [];
  window.location = { reload: () => loads.push(1) };
  window.dispatchEvent(new Event("pagehide"));
  assert.deepEqual(
    [it.own.visit, it.own.entries, it.own.draft, area.value, it.root.textContent],
    [null, [], "", "", ""],
  );
  for (const persisted of [false, true])
    window.dispatchEvent(Object.assign(new Event("pageshow"), { persisted }));
  assert.equal(loads.length, 1);
});
