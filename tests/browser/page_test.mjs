// The form's page from the first touch to what became of a press: `node --test`.

import assert from "node:assert/strict";
import { mock, test } from "node:test";
import { read } from "./dom.mjs";
import { named, open, settle, turn, workers } from "./open_form.mjs";

const groupsIn = (main) =>
  main.querySelectorAll("#receipt li").map(({ textContent }) => textContent);

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
  assert.deepEqual(groupsIn(it.main), ["111111", "222222"]);
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
  ["a false key", fails("FalseKey"), { alarm: ["told: false-key", "told: instead"] }],
  ["false routes", fails("FalseRoutes"), { alarm: ["told: false-routes", "told: instead"] }],
  ["a tip that strayed", fails("Strayed"), { alarm: ["told: strayed", "told: instead"] }],
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
  ["no room", answered(507, { error: "no_room" }), { alarm: ["told: no-room", "told: instead"] }],
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
  assert.deepEqual([read(it.alarm), it.plain.hidden], [["told: false-key", "told: instead"], true]);
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
    [403, ["told: false-key", "told: instead"]],
    [0, []],
    [499, ["told: false-key", "told: instead"]],
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
  assert.deepEqual(groupsIn(it.main), ["999999", "888888"]);
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
  assert.deepEqual(groupsIn(it.main), ["111111", "222222"]);
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
  assert.deepEqual(groupsIn(it.main), ["333333", "444444"]);
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
