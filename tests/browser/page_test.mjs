// The form's page from the first touch to the copied receipt, on as much of a page as Node needs, with a
// worker and a server made of functions: `node --test`.

import assert from "node:assert/strict";
import { mock, test } from "node:test";
import { Entry } from "../../admin/browser/reporter/sealing/entry.js";
import { Page } from "../../admin/browser/reporter/sealing/page.js";
import { Result } from "../../admin/browser/reporter/sealing/result.js";
import { Attached } from "../../admin/browser/shared/form/attached.js";
import { Offline, Refused } from "../../admin/browser/shared/page/post.js";
import { FormData, make, openPage, read, template } from "./dom.mjs";

globalThis.FormData = FormData;
const turn = () => new Promise((resolve) => setImmediate(resolve));
const settle = async () => {
  for (let n = 0; n < 30; n += 1) await turn();
};

const WORDS = [
  "wait",
  "summary",
  "refused",
  "busy",
  "failed",
  "unsure",
  "cut",
  "cut-unsure",
  "no-contact",
  "contact-excluded",
  "contact-changed",
  "later",
  "unable",
  "sealed-here",
  "files-cut",
  "files-unable",
  "asked",
  "wrong-group",
  "no-group",
  "one-of-two",
  "two-of-two",
];
const sentences = Object.fromEntries(WORDS.map((name) => [`data-${name}`, `say ${name}`]));
sentences["data-asked"] = "type group {number}";

const slot = (name, attributes = {}, ...children) =>
  make("p", { "data-slot": name, ...attributes }, ...children);

const stored = () =>
  template(
    "stored",
    make("h1", { "data-slot": "title", "data-closed": "all done" }, "stored"),
    slot("supplement", {}, "a supplement"),
    slot("lane", {}, "looked at later"),
    make("ul", { "data-slot": "files", hidden: "" }),
    slot("which", { hidden: "" }),
    make("ol", { "data-slot": "receipt" }),
    slot("unkept", { hidden: "" }, "not kept"),
    make(
      "form",
      { "data-slot": "open" },
      make("p", { id: "group-hint" }),
      make("div", { class: "field" }, make("input", { id: "group" })),
      make("button", { "data-print": "", hidden: "" }, "print"),
    ),
    slot("closed", { hidden: "" }, "closed"),
  );

// All that the page's template has, as far as scripts look for it.
function openForm({ isPractice = false, files = true, young = "" } = {}) {
  const form = make(
    "form",
    { ...(isPractice ? { "data-practice": "" } : { "data-draft": "ticket key" }) },
    make("div", { class: "field" }, make("textarea", { name: "what", id: "what", value: "words" })),
    make(
      "details",
      {},
      make(
        "div",
        { class: "field" },
        make("input", { name: "contact", id: "contact", type: "text", value: "me" }),
      ),
    ),
    make("input", { name: "category", type: "hidden", value: "A4" }),
    ...(files
      ? [
          make(
            "div",
            { id: "files-block", "data-limits": "ten files" },
            make("input", { type: "file" }),
          ),
        ]
      : []),
    make("p", { id: "way" }),
    make("button", { type: "submit" }),
    make("button", { class: "plain-offer", hidden: "" }),
  );
  const main = make(
    "main",
    { id: "main" },
    make("h1"),
    make("p", { id: "alarm", hidden: "" }),
    form,
  );
  const page = openPage(
    main,
    make("p", { id: "files-limits" }),
    make(
      "div",
      { id: "seal", ...sentences },
      make("p", { "data-field": "what", "data-missing": "write something" }),
    ),
    stored(),
    ...["false-key", "false-routes", "strayed", "nobody"].map((id) =>
      template(id, make("p", {}, `told: ${id}`)),
    ),
  );
  if (young) form.append(make("input", { name: "page", type: "hidden", value: young }));
  const input = form.querySelector("[type=file]");
  if (input) input.files = [];
  return { page, form, main };
}

// Plays workers; `jobs` are those that a test asks for. A job that throws an Error says its name.
function workers(jobs) {
  const all = {
    newReceipt: () => ({ digits: "digits", receipt: "111111222222" }),
    sealTip: ({ fields, contact }) => ({ lookup: "l", sealed: fields.what, contact }),
    solve: () => "proof",
    trySealing: () => true,
    ...jobs,
  };
  const made = [];
  globalThis.Worker = class {
    constructor(address) {
      this.address = address;
      made.push(this);
      queueMicrotask(() => this.onmessage({ data: { isReady: true } }));
    }

    async postMessage({ id, job, content }) {
      await turn();
      try {
        this.onmessage({ data: { id, result: await all[job](content) } });
      } catch (error) {
        this.onmessage({ data: { id, error: error.name } });
      }
    }

    terminate() {
      this.isOver = true;
    }
  };
  return made;
}

const named = (name) => () => {
  throw Object.assign(new Error(name), { name });
};

// Plays the server, and the scripts that come; `lost` are addresses to which no line leads.
function serve(answers = {}, lost = []) {
  const asked = [];
  const all = {
    "/tip/routes.json": [200, { units: {} }],
    "/keys.json": [200, { keys: [], routes: "r" }],
    "/tip/challenge": [200, {}],
    "/tip/sealed": [200, { stored: true, lane: "" }],
    ...answers,
  };
  globalThis.fetch = async (address, { body }) => {
    asked.push([address, body && JSON.parse(body)]);
    await turn();
    if (lost.includes(address) || !all[address][0]) throw new TypeError("no network");
    const [status, content] = all[address];
    return { ok: status < 400, status, json: async () => content ?? JSON.parse("x") };
  };
  // A script comes in its own time, and leaves what it makes only then.
  const brings = {
    "/app/seal-send.js": () => {
      window.DengshaoPage = Page;
    },
    "/app/seal-result.js": () => {
      window.DengshaoResult = Result;
    },
  };
  window.DengshaoLoad = {
    arrive: (address, done) => done(lost.includes(address) ? "cut" : "", address),
    load: async (address, isThere, done) => {
      asked.push([address]);
      await turn();
      if (lost.includes(address)) done("cut");
      else {
        brings[address]?.();
        done(isThere() ? "" : "unable");
      }
    },
  };
  return { asked, lost, brings, sent: (address) => asked.filter(([one]) => one === address) };
}

function open({ jobs, answers, lost, ...how } = {}) {
  const there = openForm(how);
  const server = serve(answers, lost);
  const made = workers(jobs);
  const entry = new Entry(there.form);
  server.brings["/app/draft.js"] = () => {
    window.DengshaoDraft = { Keeping };
  };
  const Keeping = class {
    receipt = null;
    receipts = null;
    saved = [];

    constructor(form, onReceipt) {
      Object.assign(this, { form, onReceipt });
    }

    start() {
      this.isStarted = true;
    }

    async save() {
      this.saved.push(this.receipt);
    }
  };
  const press = async () => {
    const event = new Event("submit", { cancelable: true, bubbles: true });
    there.form.dispatchEvent(event);
    await settle();
    return event;
  };
  const summary = () => {
    const found = there.page.getElementById("error-summary");
    return found ? read(found).slice(1) : [];
  };
  const cut = () => there.form.querySelectorAll(".cut").flatMap(read);
  return {
    ...there,
    ...server,
    made,
    entry,
    press,
    summary,
    cut,
    way: there.page.getElementById("way"),
    alarm: there.page.getElementById("alarm"),
    plain: there.form.querySelector(".plain-offer"),
  };
}

test("a press seals and sends, once, and shows the receipt", async () => {
  const it = open();
  it.entry.start(true);
  assert.equal(it.way.textContent, "say sealed-here");
  assert.equal(it.page.getElementById("files-limits").textContent, "ten files");
  const [event] = await Promise.all([it.press(), it.press()]);
  assert.equal(event.defaultPrevented, true);
  const sent = it.sent("/tip/sealed");
  assert.equal(sent.length, 1);
  assert.deepEqual(sent[0][1], {
    proof: "proof",
    website: "",
    lookup: "l",
    sealed: "words",
    contact: "me",
  });
  assert.deepEqual(read(it.main.querySelector("#receipt")), ["111111", "222222"]);
  // Kept under its receipt before anything was posted.
  assert.deepEqual(it.entry.keeping.saved, [{ digits: "digits", receipt: "111111222222" }]);
  // What was typed is gone, and with it the worker.
  assert.deepEqual(
    it.form.elements.map(({ value }) => value),
    ["", "", "A4", "", "", ""],
  );
  assert.ok(it.made.every(({ isOver }) => isOver));
});

test("while it is on its way nothing more is typed, and it says that one waits", async () => {
  const it = open();
  it.entry.start(true);
  await it.entry.loading.get();
  const pressed = it.press();
  await turn();
  assert.equal(it.form.elements.what.readOnly, true);
  const wait = it.way.nextElementSibling;
  assert.deepEqual([wait.textContent, wait.getAttribute("role")], ["say wait", "status"]);
  await pressed;
});

test("after a failure one may type again, and nothing waits", async () => {
  const it = open({ answers: { "/tip/sealed": [400, { error: "unknown" }] } });
  it.entry.start(true);
  await it.press();
  assert.deepEqual(it.summary(), ["say refused"]);
  assert.equal(it.form.elements.what.readOnly, false);
  assert.equal(it.page.querySelectorAll("[role=status]").length, 0);
  assert.equal(it.entry.page.isBusy, false);
  // The next press begins anew.
  await it.press();
  assert.equal(it.sent("/tip/sealed").length, 2);
});

test("a fault in the form is told, and nothing is sent", async () => {
  const it = open();
  it.form.elements.what.value = " ";
  it.entry.start(true);
  await it.press();
  assert.deepEqual(it.summary(), ["write something"]);
  assert.equal(it.page.getElementById("what").getAttribute("aria-invalid"), "true");
  assert.equal(it.sent("/tip/sealed").length, 0);
});

// What each error of sealing or of the server makes of the page.
const fails = (name) => ({ jobs: { sealTip: named(name) } });
const answered = (...answer) => ({ answers: { "/tip/sealed": answer } });
const ENDS = [
  ["no unit takes it", fails("NoUnit"), { notice: "told: nobody" }],
  ["no unit keeps contacts", fails("NoContact"), { summary: ["say no-contact"], isOpen: true }],
  [
    "the contact's unit is kept out",
    fails("ContactExcluded"),
    { summary: ["say contact-excluded"], isOpen: true },
  ],
  ["a false key", fails("FalseKey"), { alarm: ["told: false-key"] }],
  ["false routes", fails("FalseRoutes"), { alarm: ["told: false-routes"] }],
  ["a tip that strayed", fails("Strayed"), { alarm: ["told: strayed"] }],
  ["sealing that fails where it works", fails("Other"), { summary: ["say failed"] }],
  [
    "a browser that cannot seal",
    { jobs: { sealTip: named("Other"), trySealing: named("No") } },
    { isPlain: true },
  ],
  ["a lost answer", answered(0), { cut: ["say cut-unsure"] }],
  ["a page that is not ours", answered(200, undefined), { cut: ["say cut-unsure"] }],
  ["an answer that says nothing", answered(200, {}), { cut: ["say cut-unsure"] }],
  ["a proxy that failed", answered(502, undefined), { summary: ["say busy"] }],
  ["a busy server", answered(503, { error: "busy" }), { summary: ["say busy"] }],
  ["a refusal", answered(400, { error: "unknown" }), { summary: ["say refused"] }],
  ["no line to the keys", { answers: { "/keys.json": [0] } }, { cut: ["say cut"] }],
  ["no script of the result", { lost: ["/app/seal-result.js"] }, { cut: ["say cut"] }],
];

for (const [name, how, expected] of ENDS) {
  test(`${name}: ${JSON.stringify(expected)}`, async () => {
    const it = open(how);
    // A worker that fails is followed by the page itself, where the same fails.
    window.DengshaoSealJobs = { trySealing: () => true, ...how.jobs };
    it.entry.start(true);
    await it.press();
    const notice = it.page.getElementById("no-unit");
    const found = {
      summary: it.summary(),
      alarm: it.alarm.hidden ? [] : read(it.alarm),
      cut: it.cut(),
      isPlain: !it.plain.hidden,
      notice: notice ? notice.textContent : "",
      isOpen: it.page.querySelector("details").open,
    };
    assert.deepEqual(found, {
      summary: [],
      alarm: [],
      cut: [],
      isPlain: false,
      notice: "",
      isOpen: false,
      ...expected,
    });
    if (expected.alarm) assert.equal(it.page.activeElement, it.alarm);
    if (expected.notice) assert.equal(it.page.activeElement, notice);
    // What was told is not told twice.
    await it.press();
    assert.deepEqual(
      [it.summary(), it.alarm.hidden ? [] : read(it.alarm), it.cut()],
      [found.summary, found.alarm, found.cut],
    );
    assert.equal(it.page.querySelectorAll("#no-unit").length, expected.notice ? 1 : 0);
  });
}

test("after a false key nothing goes the plain way, whatever fails next", async () => {
  let failure = "FalseKey";
  const it = open({ jobs: { sealTip: () => named(failure)(), trySealing: named("No") } });
  window.DengshaoSealJobs = { sealTip: () => named(failure)(), trySealing: named("No") };
  it.entry.start(true);
  await it.press();
  failure = "Other";
  await it.press();
  assert.deepEqual([read(it.alarm), it.plain.hidden], [["told: false-key"], true]);
});

test("after a false key another page in place of the server's answer raises the alarm again", async () => {
  let isFalse = true;
  const it = open({
    jobs: { sealTip: () => (isFalse ? named("FalseKey")() : { lookup: "l" }) },
    answers: { "/tip/sealed": [200, { stored: true }] },
  });
  it.entry.start(true);
  await it.press();
  isFalse = false;
  const fetched = globalThis.fetch;
  for (const [status, expected] of [
    [403, ["told: false-key"]],
    [0, []],
    [499, ["told: false-key"]],
    [500, []],
    [503, []],
  ]) {
    globalThis.fetch = async (address, options) => {
      if (address !== "/keys.json") return fetched(address, options);
      if (!status) throw new TypeError("no network");
      return { ok: false, status, json: async () => JSON.parse("x") };
    };
    await it.press();
    assert.deepEqual(it.alarm.hidden ? [] : read(it.alarm), expected, String(status));
  }
});

test("what may be stored is never offered the plain way", async () => {
  const it = open({ ...answered(0), jobs: { trySealing: named("No") } });
  it.entry.start(true);
  await it.press();
  it.form.elements.what.value = "other words";
  workers({ sealTip: named("Other"), trySealing: named("No") });
  window.DengshaoSealJobs = { sealTip: named("Other"), trySealing: named("No") };
  globalThis.fetch = async (address) => ({
    ok: true,
    status: 200,
    json: async () => (address === "/mailbox/thread" ? { known: false } : { keys: [], units: {} }),
  });
  it.entry.page.workshop.close();
  await it.press();
  assert.deepEqual([it.summary(), it.plain.hidden], [["say unsure"], true]);
});

test("a receipt of an earlier page is used where nothing was sent on this one, and else not", async () => {
  const receipt = { digits: "old", receipt: "999999888888" };
  const it = open({
    answers: {
      "/tip/sealed": [409, { error: "other_words" }],
      "/mailbox/thread": [200, { known: true, unit: {}, token: "t" }],
      "/mailbox/sealed": [200, { stored: true }],
    },
    jobs: { sealSupplement: () => ({ letter: { sealed: "s" } }) },
  });
  it.entry.start(true);
  await settle();
  it.entry.keeping.receipt = receipt;
  await it.press();
  assert.equal(it.sent("/mailbox/sealed").length, 1);
  assert.deepEqual(read(it.main.querySelector("#receipt")), ["999999", "888888"]);
  assert.equal(it.main.querySelector('[data-slot="supplement"]').hidden, false);
});

test("in practice nothing is posted and nothing is kept, and the receipt is shown", async () => {
  const it = open({ isPractice: true });
  it.entry.start(true);
  await it.press();
  assert.deepEqual(
    it.asked.filter(([, body]) => body),
    [],
  );
  assert.deepEqual(it.sent("/app/draft.js"), []);
  assert.deepEqual(read(it.main.querySelector("#receipt")), ["111111", "222222"]);
});

test("a worker whose script hangs is waited for twenty seconds, and not for what is sealed already", async () => {
  const it = open();
  window.DengshaoLoad.arrive = () => {};
  it.entry.start(true);
  mock.timers.enable({ apis: ["setTimeout"] });
  await it.press();
  assert.deepEqual([it.cut(), it.entry.page.isBusy], [[], true]);
  mock.timers.tick(20000);
  await settle();
  assert.deepEqual([it.cut(), it.entry.page.isBusy], [["say cut"], false]);
  mock.timers.reset();
  const other = open(answered(0));
  other.entry.start(true);
  await other.press();
  other.entry.page.workshop.close();
  window.DengshaoLoad.arrive = () => assert.fail("asked for a worker");
  await other.press();
  const [first, second] = other.sent("/tip/sealed").map(([, body]) => body);
  assert.deepEqual(second, first);
});

test("a browser that cannot is told so, is offered the plain way, and loads nothing that seals", async () => {
  const it = open();
  it.entry.start(false);
  assert.deepEqual([it.way.textContent, it.plain.hidden], ["say unable", false]);
  const event = await it.press();
  assert.equal(event.defaultPrevented, true);
  assert.equal(it.page.activeElement, it.plain);
  assert.deepEqual(it.sent("/app/seal-send.js"), []);
  assert.equal(it.page.getElementById("files-limits").textContent, "");
});

test("a press that says yes goes the plain way by itself", async () => {
  const it = open();
  it.entry.start(true);
  it.form.setAttribute("data-yes", "");
  const event = await it.press();
  assert.equal(event.defaultPrevented, false);
  assert.deepEqual(it.sent("/tip/sealed"), []);
});

test("a touch loads what seals, and tells nobody of a line that fails; the press does", async () => {
  const it = open({ lost: ["/app/seal-send.js"] });
  it.entry.start(true);
  for (const name of ["focusin", "change"]) {
    it.form.dispatchEvent(new Event(name, { bubbles: true }));
    await settle();
  }
  window.dispatchEvent(new Event("online"));
  await settle();
  assert.equal(it.sent("/app/seal-send.js").length, 3);
  assert.deepEqual([it.cut(), it.way.textContent], [[], "say sealed-here"]);
  await it.press();
  assert.deepEqual([it.cut(), it.way.textContent], [["say cut"], "say sealed-here"]);
  it.lost.length = 0;
  await it.press();
  assert.equal(it.sent("/tip/sealed").length, 1);
});

test("while a press waits for the script, a touch begins nothing", async () => {
  const it = open();
  it.entry.start(true);
  let come = null;
  window.DengshaoLoad.load = (address, _isThere, done) => {
    it.asked.push([address]);
    const end = () => {
      it.brings[address]?.();
      done("");
    };
    if (address === "/app/seal-send.js") come = end;
    else end();
  };
  const pressed = it.press();
  assert.equal(it.way.textContent, "say wait");
  it.form.dispatchEvent(new Event("focusin", { bubbles: true }));
  await turn();
  assert.equal(it.sent("/app/seal-send.js").length, 1);
  come();
  await Promise.all([pressed, settle()]);
  assert.equal(it.sent("/tip/sealed").length, 1);
});

test("a script that does not run here offers the plain way", async () => {
  const it = open();
  it.brings["/app/seal-send.js"] = () => {};
  it.entry.start(true);
  await it.press();
  assert.deepEqual([it.way.textContent, it.plain.hidden], ["say unable", false]);
});

test("a worker and a page that both fail offer the plain way while one still types", async () => {
  const it = open();
  globalThis.Worker = class {
    constructor() {
      throw new Error("no worker");
    }
  };
  it.entry.start(true);
  it.form.dispatchEvent(new Event("focusin", { bubbles: true }));
  await settle();
  assert.equal(it.plain.hidden, false);
});

test("without a line to the worker the plain way is not offered at a touch", async () => {
  const it = open({ lost: ["/app/seal-worker.js"] });
  it.entry.start(true);
  it.form.dispatchEvent(new Event("focusin", { bubbles: true }));
  await settle();
  assert.deepEqual([it.plain.hidden, it.entry.page.isPreparing], [true, false]);
});

test("drafts are loaded where something is kept, and a receipt of before is shown", async () => {
  const it = open();
  it.entry.start(true);
  await settle();
  assert.equal(it.entry.keeping.isStarted, true);
  assert.equal(it.entry.keeping.form, it.form);
  await it.entry.keeping.onReceipt({
    receipts: ["333333444444"],
    isSupplement: false,
    lane: "",
    count: 1,
  });
  assert.deepEqual(read(it.main.querySelector("#receipt")), ["333333", "444444"]);
});

test("what is thrown away takes the receipt along", async () => {
  const it = open(answered(0));
  it.entry.start(true);
  await it.press();
  const { session } = it.entry.page;
  assert.equal(session.isUnsent, false);
  it.form.dispatchEvent(new Event("dengshao:cleared"));
  assert.deepEqual([session.isUnsent, session.receipt], [true, null]);
});

// ---- The receipt.

function result({ receipts = ["111111222222333333"], words = {}, kept = null, ...stored_ } = {}) {
  const page = openPage(make("main", { id: "main" }, make("p", {}, "the form")), stored());
  const main = page.getElementById("main");
  const printed = [];
  window.print = () => printed.push(1);
  const scrolled = [];
  window.scrollTo = (...place) => scrolled.push(place);
  let copied = 0;
  const dataset = page.createElement("p").dataset;
  for (const [name, sentence] of Object.entries({ ...sentences, ...words }))
    dataset[name.slice(5).replace(/-./g, (two) => two[1].toUpperCase())] = sentence;
  const shown = new Result(main, dataset, kept, () => (copied += 1));
  shown.show({ receipts, isSupplement: false, lane: "", count: receipts.length, ...stored_ });
  const type = (text) => {
    main.querySelector("#group").value = text;
    main.querySelector("form").dispatchEvent(new Event("submit", { cancelable: true }));
  };
  const at = (name) => main.querySelector(`[data-slot="${name}"]`);
  return { page, main, shown, type, at, printed, scrolled, copied: () => copied };
}

test("a receipt is shown in groups, one of which is asked for, each of them now and then", async () => {
  const numbers = new Set();
  for (let n = 0; n < 60; n += 1) {
    const { main, shown } = result();
    numbers.add(main.querySelector("#group-hint").textContent);
    assert.equal(main.querySelector("#group-hint").textContent, `type group ${shown.asked}`);
    assert.deepEqual(
      main.querySelectorAll(".receipt__group").map(({ textContent }) => textContent),
      ["111111", "222222", "333333"],
    );
  }
  assert.deepEqual(
    [...numbers].sort(),
    [1, 2, 3].map((n) => `type group ${n}`),
  );
});

const groupOf = ({ shown }) => "111111222222333333".slice(6 * (shown.asked - 1), 6 * shown.asked);

test("the right group, typed with anything between its digits, ends it", () => {
  const it = result();
  const group = groupOf(it);
  const wide = [...group]
    .map((digit) => String.fromCharCode(digit.charCodeAt(0) + 0xfee0))
    .join(" - ");
  it.type(wide);
  assert.equal(it.copied(), 1);
  assert.deepEqual(
    [it.at("open"), it.at("closed").hidden, it.at("which").hidden],
    [null, false, true],
  );
  assert.equal(it.at("title").textContent, "all done");
  assert.equal(it.page.activeElement, it.at("title"));
  // To the very top, when it is shown and when it is over.
  assert.deepEqual(it.scrolled, [
    [0, 0],
    [0, 0],
  ]);
});

for (const [typed, sentence] of [
  ["", "say no-group"],
  ["abc", "say no-group"],
  ["999999", "say wrong-group"],
  ["11111", "say wrong-group"],
]) {
  test(`"${typed}" is told: ${sentence}`, () => {
    const it = result();
    it.type(typed);
    assert.deepEqual(read(it.page.getElementById("error-summary")).slice(1), [sentence]);
    assert.equal(it.copied(), 0);
    assert.notEqual(it.at("open"), null);
    it.type(typed);
    assert.equal(it.page.querySelectorAll("#error-summary").length, 1);
    it.type(groupOf(it));
    assert.equal(it.copied(), 1);
    assert.equal(it.page.getElementById("error-summary"), null);
  });
}

test("of two receipts each is copied, and the page says which", () => {
  const it = result({ receipts: ["111111222222333333", "111111222222333333"] });
  assert.deepEqual(read(it.at("which")), ["say one-of-two"]);
  it.type(groupOf(it));
  assert.deepEqual(
    [read(it.at("which")), it.copied(), it.main.querySelector("#group").value],
    [["say two-of-two"], 0, ""],
  );
  assert.equal(it.page.activeElement, it.main.querySelector("#group"));
  it.type(groupOf(it));
  assert.equal(it.copied(), 1);
});

test("the second of two, after a page was loaded anew, is still called the second", () => {
  const it = result({ count: 2 });
  assert.deepEqual(read(it.at("which")), ["say two-of-two"]);
  assert.deepEqual(read(result().at("which")), []);
});

for (const [more, expected] of [
  [{}, []],
  [{ isSupplement: true }, ["supplement"]],
  [{ lane: "machine" }, ["lane"]],
  [{ lane: "other" }, []],
  [{ files: [{ name: "a.jpg", text: "stored" }] }, ["files"]],
]) {
  test(`of ${JSON.stringify(more)} the page tells ${expected}`, () => {
    const it = result(more);
    assert.deepEqual(
      ["supplement", "lane", "files"].filter((name) => !it.at(name).hidden),
      expected,
    );
    if (more.files) assert.deepEqual(read(it.at("files")), ["a.jpg", " ", "stored"]);
    if (more.files) assert.equal(it.at("files").querySelector("b").dir, "auto");
  });
}

test("a receipt is kept until it was copied, and it is told where it is not", async () => {
  for (const [isKept, isTold] of [
    [true, false],
    [false, true],
    [null, false],
  ]) {
    const said = [];
    const kept = {
      save: async (content) => said.push(content) && isKept,
      wipe: () => said.push("wiped"),
    };
    const it = result({ kept, receipts: ["111111222222333333", "111111222222333333"] });
    await turn();
    assert.equal(!it.at("unkept").hidden, isTold);
    it.type(groupOf(it));
    it.type(groupOf(it));
    const common = { isSupplement: false, lane: "", count: 2, files: [] };
    assert.deepEqual(said, [
      { receipts: ["111111222222333333", "111111222222333333"], ...common },
      { receipts: ["111111222222333333"], ...common },
      "wiped",
    ]);
  }
});

test("it may be printed, and one is asked before leaving it, until it was copied", () => {
  const it = result();
  const print = it.main.querySelector("[data-print]");
  assert.equal(print.hidden, false);
  print.click();
  assert.equal(it.printed.length, 1);
  const asks = () => {
    const event = new Event("beforeunload", { cancelable: true });
    Object.defineProperty(event, "returnValue", { value: true, writable: true });
    window.dispatchEvent(event);
    return event.defaultPrevented;
  };
  assert.equal(asks(), true);
  it.type(groupOf(it));
  assert.equal(asks(), false);
});

// ---- The files beside the words.

const ENTRIES = { entries: [{ name: "a" }], tickets: ["t"] };
function attached({ reasons = [], field = {}, isChosen = false, place = "tip" } = {}) {
  const root = make("div", {}, make("input", { type: "file" }));
  openPage(root);
  root.querySelector("input").files = isChosen ? ["file"] : [];
  const said = [];
  const files = {
    isEmpty: false,
    words: { wait: "files go", plainAgain: "choose again" },
    faults: () => ["a fault"],
    collect: async (onWait) => {
      onWait();
      return ENTRIES;
    },
    hold: (isHeld) => said.push(isHeld),
    recheck: async () => said.push("recheck"),
    outcome: (entries) => entries.map(({ name }) => name),
    wipe: () => said.push("wipe"),
    release: () => true,
    ...field,
  };
  const asked = [];
  window.DengshaoLoad = {
    load: (address, isThere, done) => {
      asked.push(address);
      done(reasons.shift() ?? (isThere() ? "" : "unable"));
    },
  };
  window.DengshaoFiles = async (...given) => {
    asked.push(given);
    root.querySelector("input").files = [];
    return files;
  };
  const options = { place };
  const words = { filesCut: "no line", filesUnable: "not here" };
  return {
    root,
    options,
    said,
    asked,
    files,
    own: new Attached(root, options, words),
    told: () => root.querySelectorAll(".field__error").flatMap(read),
  };
}

for (const name of ["focusin", "change", "dragover"]) {
  test(`files are made ready at ${name}, once`, async () => {
    const { root, own, asked, options } = attached();
    own.start();
    assert.deepEqual([asked, own.hasFiles], [[], false]);
    for (let n = 0; n < 2; n += 1) {
      root.dispatchEvent(new Event(name));
      await settle();
    }
    assert.deepEqual(asked, ["/app/files.js", [root, options]]);
    assert.equal(own.hasFiles, true);
  });
}

for (const [name, act] of [
  ["was touched before", ({ root }) => root.querySelector("input").focus()],
  ["holds a file", ({ root }) => (root.querySelector("input").files = ["file"])],
  [
    "has uploads of an earlier page",
    () =>
      (window.sessionStorage = { getItem: (one) => (one === "dengshao.files.tip" ? "[]" : null) }),
  ],
]) {
  test(`a field that ${name} is made ready at once`, async () => {
    const it = attached();
    act(it);
    it.own.start();
    await settle();
    assert.equal(it.asked.length, 2);
  });
}

test("what does not come is said beside the field, and asked for again at the next touch", async () => {
  for (const [reason, sentence] of [
    ["cut", "no line"],
    ["unable", "not here"],
  ]) {
    const { own, told, root } = attached({ reasons: [reason] });
    await own.begin();
    assert.deepEqual(told(), [sentence]);
    assert.equal(root.querySelector(".field__error").getAttribute("role"), "status");
    await own.begin();
    assert.deepEqual([told(), own.hasFiles], [[], true]);
  }
});

test("a page whose server takes no files has none, and loads nothing for them", async () => {
  openPage();
  window.DengshaoLoad = { load: () => assert.fail("loaded") };
  const own = new Attached(null, { place: "tip" }, {});
  own.start();
  await own.begin();
  assert.deepEqual(
    [own.isChosen, own.hasFiles, own.faults(), own.outcome([])],
    [false, false, [], []],
  );
  assert.deepEqual(await own.collect(() => assert.fail()), { entries: [], tickets: [] });
  assert.equal(
    await own.sendWith(
      () => assert.fail(),
      async (files) => files.entries.length,
    ),
    0,
  );
  own.wipe();
  assert.equal(own.release(), "");
});

test("a file that was chosen before our script was there is in the list before anything is sent", async () => {
  const { own, said } = attached({ isChosen: true });
  const waits = [];
  const sent = await own.sendWith(
    (sentence) => waits.push(sentence),
    async (files) => files,
  );
  assert.deepEqual([sent, waits, said], [ENTRIES, ["files go"], [true, false]]);
  assert.deepEqual([own.faults(), own.outcome([{ name: "a" }])], [["a fault"], ["a"]]);
});

test("a chosen file that cannot be sent here holds the words back, and is told at its field", async () => {
  const { own } = attached({ isChosen: true, reasons: ["unable", "cut"] });
  const send = () =>
    own.sendWith(
      () => {},
      () => assert.fail(),
    );
  const error = await send().catch((caught) => caught);
  assert.deepEqual(error.faults, [{ text: "not here", to: "files" }]);
  await assert.rejects(send(), { name: "Offline" });
});

test("what fails at a file says so, and the field is let go", async () => {
  const { own, said } = attached({
    isChosen: true,
    field: {
      collect: async () => {
        throw new Error("no");
      },
    },
  });
  const error = await own
    .sendWith(
      () => {},
      () => assert.fail(),
    )
    .catch((caught) => caught);
  assert.deepEqual([error.isOfFiles, said], [true, [true, false]]);
});

test("a file that the server misses is brought again, four times at most", async () => {
  const miss = async () => {
    throw new Refused("files", 409);
  };
  const { own, said } = attached({ isChosen: true });
  let tries = 0;
  await assert.rejects(
    own.sendWith(
      () => {},
      () => {
        tries += 1;
        return miss();
      },
    ),
    { reason: "files" },
  );
  assert.deepEqual([tries, said], [4, [true, "recheck", "recheck", "recheck", false]]);
  const once = attached({ isChosen: true });
  tries = 0;
  assert.equal(
    await once.own.sendWith(
      () => {},
      () => {
        tries += 1;
        return tries < 2 ? miss() : "sent";
      },
    ),
    "sent",
  );
  assert.deepEqual(once.said, [true, "recheck", false]);
});

test("nothing else is tried again", async () => {
  for (const error of [
    new Refused("other", 409),
    new Offline(),
    Object.assign(new Error("x"), { reason: "files" }),
  ]) {
    const { own, said } = attached({ isChosen: true });
    await assert.rejects(
      own.sendWith(
        () => {},
        async () => {
          throw error;
        },
      ),
      (caught) => caught === error,
    );
    assert.deepEqual(said, [true, false]);
  }
});

test("wiped, no file is held any more, and given back, a sentence says where that failed", async () => {
  const first = attached({ isChosen: true });
  await first.own.ready();
  first.own.wipe();
  assert.deepEqual([first.said, first.own.hasFiles], [["wipe"], false]);
  for (const [isBack, sentence] of [
    [true, ""],
    [false, "choose again"],
  ]) {
    const { own, root } = attached({ isChosen: true, field: { release: () => isBack } });
    await own.ready();
    await own.begin();
    own.say("something went wrong");
    assert.equal(own.release(), sentence);
    assert.deepEqual([own.hasFiles, root.querySelectorAll(".field__error")], [false, []]);
    // What is given back is not taken again.
    own.start();
    root.dispatchEvent(new Event("change"));
    await settle();
    assert.equal(own.files, null);
  }
});
