// What the form's page keeps while somebody writes, and one question a screen, on as much of a page as
// Node needs: `node --test`.

import assert from "node:assert/strict";
import { createCipheriv, createDecipheriv } from "node:crypto";
import { test } from "node:test";
import { Draft, keptPlaces } from "../../admin/browser/reporter/form/draft.js";
import { Keeping } from "../../admin/browser/reporter/form/keeping.js";
import { startSteps } from "../../admin/browser/reporter/form/steps.js";
import { FormData, make, openPage, read } from "./dom.mjs";

globalThis.FormData = FormData;
globalThis.location = { search: "" };
const settle = async () => {
  for (let n = 0; n < 40; n += 1) await new Promise((resolve) => setImmediate(resolve));
};

// AES-GCM at once: how long a browser takes for it is no matter of turns.
const [AES, TAG] = ["aes-256-gcm", 16];
Object.defineProperty(crypto, "subtle", {
  value: {
    importKey: async (_format, bytes) => bytes,
    encrypt: async ({ iv }, key, words) => {
      const cipher = createCipheriv(AES, key, iv);
      return Buffer.concat([cipher.update(words), cipher.final(), cipher.getAuthTag()]);
    },
    decrypt: async ({ iv }, key, box) => {
      const opener = createDecipheriv(AES, key, iv).setAuthTag(box.subarray(-TAG));
      return Buffer.concat([opener.update(box.subarray(0, -TAG)), opener.final()]);
    },
  },
});

const KEY = Buffer.alloc(32, 7).toString("base64");
const GIVEN = `ticket ${KEY}`;
const RECEIPT = { digits: "digits", receipt: "111111" };

// A tab whose storage holds drafts of earlier pages: each place with what was kept there.
async function open({
  kept = {},
  given = GIVEN,
  answer = [200, { keep: KEY }],
  typed = "",
  summary = false,
} = {}) {
  const form = make(
    "form",
    { ...(given && { "data-draft": given }) },
    make("textarea", { name: "what", value: typed }),
    make("input", { type: "text", name: "place" }),
  );
  const back = {
    "data-here": "brought back",
    "data-joined": "put behind",
    "data-later": "not yet",
    "data-gone": "gone",
  };
  openPage(
    make("h1"),
    ...(summary ? [make("div", { id: "error-summary" })] : []),
    make(
      "div",
      { id: "draft", hidden: "" },
      make("button", { "data-sure": "sure?" }, "throw away"),
      make("p", {}, "kept"),
    ),
    make("p", { id: "unkept", hidden: "" }, "not kept"),
    make("p", { id: "back", hidden: "", ...back }),
    form,
  );
  const store = Object.create({
    getItem(name) {
      return Object.hasOwn(this, name) ? this[name] : null;
    },
    setItem(name, value) {
      if (this.isFull) throw new Error("full");
      this[name] = value;
    },
    removeItem(name) {
      delete this[name];
    },
  });
  window.sessionStorage = store;
  for (const [place, content] of Object.entries(kept)) await new Draft(place, GIVEN).save(content);
  const asked = [];
  const server = { answer };
  globalThis.fetch = async (address, { body }) => {
    asked.push([address, JSON.parse(body)]);
    const [status, content] = server.answer;
    if (!status) throw new TypeError("no network");
    return { ok: status < 400, status, json: async () => content };
  };
  const receipts = [];
  const keeping = new Keeping(form, (one) => receipts.push(one));
  keeping.start();
  await settle();
  const [what, place] = form.children;
  const at = (id) => document.getElementById(id);
  const shown = () => ["draft", "unkept", "back"].filter((id) => !at(id).hidden);
  const write = async (field, value, name = "input") => {
    field.value = value;
    field.dispatchEvent(new Event(name, { bubbles: true }));
    await settle();
  };
  return { form, what, place, keeping, store, server, asked, receipts, at, shown, write };
}

const draftOf = (what, more = {}) => ({ answers: [["what", what]], receipt: null, ...more });

// What stands in the tab, place by place.
async function inTab() {
  const { openBox, keptDraft } = await import("../../admin/browser/reporter/form/draft.js");
  const found = {};
  for (const kind of ["tip", "receipt"])
    for (const place of keptPlaces(kind)) found[place] = await openBox(KEY, keptDraft(place).box);
  return found;
}

test("what is written is kept while it is written, and said to be", async () => {
  const it = await open();
  assert.deepEqual([it.shown(), it.asked], [[], []]);
  for (const [name, value] of [
    ["input", "a"],
    ["change", "ab"],
  ]) {
    await it.write(it.what, value, name);
    assert.deepEqual([await inTab(), it.shown()], [{ tip: draftOf(value) }, ["draft"]]);
  }
});

test("what was written before the script was there is kept too", async () => {
  const it = await open({ typed: "early" });
  assert.deepEqual([await inTab(), it.shown()], [{ tip: draftOf("early") }, ["draft"]]);
});

test("where nothing more finds room, it is said only to whom it was promised", async () => {
  const it = await open();
  it.store.isFull = true;
  await it.write(it.what, "a");
  assert.deepEqual(it.shown(), []);
  delete it.store.isFull;
  await it.write(it.what, "ab");
  assert.deepEqual(it.shown(), ["draft"]);
  it.store.isFull = true;
  await it.write(it.what, "abc");
  assert.deepEqual(it.shown(), ["unkept"]);
  delete it.store.isFull;
  await it.write(it.what, "abcd");
  assert.deepEqual(it.shown(), ["draft"]);
});

test("in practice nothing is kept, nor brought back", async () => {
  const it = await open({ given: "", kept: { tip: draftOf("before") } });
  await it.write(it.what, "a");
  await it.keeping.save();
  assert.deepEqual([await inTab(), it.asked, it.shown()], [{ tip: draftOf("before") }, [], []]);
});

test("an earlier page's words come back, and are kept in their place from then on", async () => {
  const it = await open({ kept: { tip: draftOf("before", { receipt: RECEIPT }) } });
  assert.deepEqual(
    [it.what.value, it.at("back").textContent, it.keeping.receipt],
    ["before", "brought back", RECEIPT],
  );
  assert.deepEqual(it.asked, [["/tip/draft", { ticket: "ticket" }]]);
  assert.deepEqual(await inTab(), { tip: draftOf("before", { receipt: RECEIPT }) });
  assert.deepEqual(it.shown(), ["draft", "back"]);
  await it.write(it.what, "before, and more");
  assert.deepEqual(await inTab(), { tip: draftOf("before, and more", { receipt: RECEIPT }) });
});

test("several drafts become one, the newest first, with the newest receipt, in the oldest's place", async () => {
  const other = { digits: "other", receipt: "222222" };
  const it = await open({
    kept: {
      tip: draftOf("one", { receipt: other }),
      "tip.2": draftOf("two", { receipt: RECEIPT }),
      "tip.3": draftOf("three"),
    },
  });
  assert.deepEqual([it.what.value, it.at("back").textContent], ["three\ntwo\none", "put behind"]);
  assert.deepEqual(
    [it.keeping.receipt, await inTab()],
    [RECEIPT, { tip: draftOf("three\ntwo\none", { receipt: RECEIPT }) }],
  );
});

test("what cannot be opened yet is told, stays, and comes at the next touch, behind what was written", async () => {
  for (const answer of [[0], [503, { error: "busy" }]]) {
    const it = await open({ kept: { tip: draftOf("before") }, answer });
    assert.deepEqual([it.at("back").textContent, it.what.value], ["not yet", ""]);
    it.server.answer = [0];
    await it.write(it.what, "meanwhile");
    assert.deepEqual(await inTab(), { tip: draftOf("before"), "tip.2": draftOf("meanwhile") });
    it.server.answer = [200, { keep: KEY }];
    it.form.dispatchEvent(new Event("focusin", { bubbles: true }));
    await settle();
    assert.deepEqual(
      [it.what.value, it.at("back").textContent],
      ["meanwhile\nbefore", "put behind"],
    );
    assert.deepEqual(await inTab(), { tip: draftOf("meanwhile\nbefore") });
  }
});

test("back on the line, it is asked for again, and not while it is being asked for", async () => {
  const it = await open({ kept: { tip: draftOf("before") }, answer: [0] });
  it.server.answer = [200, { keep: KEY }];
  window.dispatchEvent(new Event("online"));
  window.dispatchEvent(new Event("online"));
  await settle();
  assert.deepEqual([it.what.value, it.asked.length], ["before", 2]);
  window.dispatchEvent(new Event("online"));
  await settle();
  assert.equal(it.asked.length, 2);
});

test("a draft whose key is gone is gone, and nothing is said of it", async () => {
  const it = await open({ kept: { tip: draftOf("before") }, answer: [404, { error: "unknown" }] });
  assert.deepEqual([it.what.value, it.at("back").hidden, await inTab()], ["", true, {}]);
  await it.write(it.what, "a");
  assert.deepEqual(await inTab(), { tip: draftOf("a") });
});

test("while words are on their way none are put behind them", async () => {
  const it = await open({ kept: { tip: draftOf("before") }, answer: [0] });
  it.server.answer = [200, { keep: KEY }];
  it.what.readOnly = true;
  window.dispatchEvent(new Event("online"));
  await settle();
  assert.equal(it.what.value, "");
  it.what.readOnly = false;
  window.dispatchEvent(new Event("online"));
  await settle();
  assert.equal(it.what.value, "before");
});

test("what the server filled in again is the newest draft already", async () => {
  const it = await open({
    kept: { tip: draftOf("one"), "tip.2": draftOf("two") },
    typed: "two",
    summary: true,
  });
  assert.deepEqual([it.what.value, await inTab()], ["two\none", { tip: draftOf("two\none") }]);
});

test("what was chosen since then stays chosen", async () => {
  const it = await open({
    kept: { tip: { answers: [["place", "here"]], receipt: null } },
    answer: [0],
  });
  assert.equal(it.keeping.touched.size, 0);
  await it.write(it.place, "there", "change");
  assert.deepEqual([...it.keeping.touched], ["place"]);
});

test("stored, the draft is gone, and what was never opened stays", async () => {
  const it = await open({ kept: { tip: draftOf("before") }, answer: [0] });
  await it.write(it.what, "sent");
  it.form.dispatchEvent(new Event("dengshao:stored"));
  assert.deepEqual(await inTab(), { tip: draftOf("before") });
  const opened = await open({ kept: { tip: draftOf("before") } });
  opened.form.dispatchEvent(new Event("dengshao:stored"));
  assert.deepEqual(await inTab(), {});
});

test("a receipt that was not copied comes before any draft, and is kept in its own place", async () => {
  const it = await open({ kept: { receipt: { receipts: ["r"] }, tip: draftOf("before") } });
  assert.deepEqual(
    [it.receipts, it.keeping.receipts.place, it.what.value],
    [[{ receipts: ["r"] }], "receipt", ""],
  );
  const gone = await open({
    kept: { receipt: { receipts: ["r"] } },
    answer: [404, { error: "unknown" }],
  });
  assert.deepEqual(
    [gone.receipts, gone.at("back").textContent, gone.keeping.receipts.place],
    [[], "gone", "receipt.2"],
  );
});

test("the second press throws it away: here, in the tab, and its receipt", async () => {
  const it = await open({ kept: { tip: draftOf("before", { receipt: RECEIPT }) } });
  const [button, words] = it.at("draft").children;
  let cleared = 0;
  it.form.addEventListener("dengshao:cleared", () => (cleared += 1));
  words.click();
  assert.equal(button.textContent, "throw away");
  button.click();
  assert.deepEqual([button.textContent, it.what.value, cleared], ["sure?", "before", 0]);
  button.click();
  assert.deepEqual(
    [button.textContent, it.what.value, cleared, it.keeping.receipt, await inTab(), it.shown()],
    ["throw away", "", 1, null, {}, []],
  );
  assert.equal(document.activeElement.tagName, "H1");
  // Once more it takes two presses.
  await it.write(it.what, "new");
  button.click();
  assert.equal(it.what.value, "new");
});

test("thrown away, what could not be opened yet goes too", async () => {
  const it = await open({ kept: { tip: draftOf("one"), "tip.2": draftOf("two") }, answer: [0] });
  const [button] = it.at("draft").children;
  button.click();
  button.click();
  assert.deepEqual(await inTab(), {});
});

// ---- One question a screen.

const question = (name, { isFaulty = false, isFolded = false, more = [] } = {}) =>
  make(
    isFolded ? "details" : "div",
    { class: `field${isFaulty ? " field--error" : ""}`, ...(name === "two" && { id: "official" }) },
    make(isFolded ? "summary" : "label", { class: "field__label" }, name),
    make("input", { type: "text", name, id: name, ...(name === "one" && { required: "" }) }),
    ...more,
  );

function steps({
  isBack = false,
  faults = [],
  summary = false,
  folded = [],
  isFurther = false,
} = {}) {
  const names = ["one", "two", "three"];
  const form = make(
    "form",
    {},
    ...names.flatMap((name) => [
      question(name, { isFaulty: faults.includes(name), isFolded: folded.includes(name) }),
      make("p", { class: "notice" }, `about ${name}`),
    ]),
  );
  form.action = "/tip/";
  if (isFurther)
    form.append(make("details", { id: "further" }, make("summary"), ...form.children.slice(-2)));
  openPage(
    make(
      "main",
      { id: "main" },
      make("div", { id: "intro" }),
      ...(summary
        ? [make("div", { id: "error-summary" }, make("a", { href: "#two" }, "two"))]
        : []),
      make("div", { id: "step-offer" }, make("button")),
      make("p", { id: "step-progress", hidden: "", "data-text": "{number} of {count}" }),
      form,
      make(
        "div",
        { id: "step-check", hidden: "", "data-change": "change", "data-empty": "empty" },
        make("h2"),
        make("ul"),
      ),
      make(
        "div",
        { id: "step-bar", hidden: "" },
        ...["back", "next", "check", "whole"].map((act) => make("button", { "data-act": act })),
      ),
      make("div", { id: "last" }),
    ),
  );
  let see = null;
  globalThis.MutationObserver = class {
    constructor(given) {
      see = given;
    }

    observe(place, options) {
      assert.deepEqual([place.id, options], ["main", { childList: true, subtree: true }]);
    }
  };
  for (const link of document.querySelectorAll("a"))
    Object.defineProperty(link, "hash", { value: link.href });
  startSteps(form, { isBack });
  const at = (id) => document.getElementById(id);
  const shown = () => names.filter((name) => !at(name).parentNode.hidden);
  const press = (act) => at("step-bar").querySelector(`[data-act=${act}]`).click();
  const acts = () =>
    ["back", "next", "check", "whole"].filter(
      (act) => !at("step-bar").querySelector(`[data-act=${act}]`).hidden,
    );
  const submit = (target = form) => {
    const event = new Event("submit", { cancelable: true, bubbles: true });
    target.dispatchEvent(event);
    return event.defaultPrevented;
  };
  return {
    form,
    at,
    shown,
    press,
    acts,
    submit,
    see: (...nodes) => see([{ addedNodes: nodes }]),
    progress: () => at("step-progress").textContent,
  };
}

test("one question is shown at a time, with its notes, from the first to the page before sending", () => {
  const it = steps();
  for (const [n, name] of ["one", "two", "three"].entries()) {
    assert.deepEqual(
      [it.shown(), it.progress(), it.acts()],
      [[name], `${n + 1} of 3`, n ? ["back", "next", "whole"] : ["next", "whole"]],
    );
    assert.equal(it.at(name).parentNode.nextElementSibling.hidden, false);
    assert.equal(document.activeElement.textContent, name);
    assert.deepEqual(
      [it.at("last").hidden, it.at("step-check").hidden, it.at("intro").hidden],
      [true, true, true],
    );
    it.press("next");
  }
  assert.deepEqual([it.shown(), it.progress(), it.acts()], [[], "", ["back", "whole"]]);
  assert.deepEqual([it.at("last").hidden, it.at("step-check").hidden], [false, false]);
  assert.equal(document.activeElement.tagName, "H2");
  assert.deepEqual(
    read(it.at("step-check").querySelector("ul")).filter(
      (text) => text !== "change" && text !== "empty",
    ),
    ["one", "two", "three"],
  );
  assert.equal(it.form.action, "/tip/#steps");
  it.press("back");
  assert.deepEqual(it.shown(), ["three"]);
  // Who has seen all of it need not pass all again.
  assert.deepEqual(it.acts(), ["back", "next", "check", "whole"]);
  it.press("back");
  it.press("check");
  assert.deepEqual([it.shown(), it.at("last").hidden], [[], false]);
});

test("once all that must be answered is, and the question of officials was asked, one may stop", () => {
  const it = steps();
  const type = (words) => {
    it.at("one").value = words;
    it.at("one").dispatchEvent(new Event("input", { bubbles: true }));
  };
  type("words");
  assert.deepEqual(it.acts(), ["next", "whole"]);
  it.press("next");
  assert.deepEqual(it.acts(), ["back", "next", "check", "whole"]);
  type(" ");
  assert.deepEqual(it.acts(), ["back", "next", "whole"]);
  type("words");
  it.press("check");
  assert.deepEqual([it.shown(), it.at("last").hidden], [[], false]);
});

test("one by one, what was folded up is asked too, and stays open after that", () => {
  const it = steps({ isFurther: true });
  const more = it.at("further");
  assert.deepEqual([more.open, more.querySelector("summary").hidden], [true, true]);
  it.press("next");
  it.press("next");
  assert.deepEqual([it.shown(), it.progress()], [["three"], "3 of 3"]);
  it.press("whole");
  assert.deepEqual([more.open, more.querySelector("summary").hidden], [true, false]);
});

test("each answer of the last page leads back to its question", () => {
  const it = steps();
  for (let n = 0; n < 3; n += 1) it.press("next");
  it.at("step-check").querySelectorAll("button")[1].click();
  assert.deepEqual(
    [it.shown(), document.activeElement.textContent, document.activeElement.tabIndex],
    [["two"], "two", -1],
  );
});

test("a part that folds is focused by its own sign", () => {
  steps({ folded: ["one"] });
  assert.deepEqual(
    [document.activeElement.tagName, document.activeElement.tabIndex],
    ["SUMMARY", undefined],
  );
});

test("Enter leads on until all was asked, and sends then", () => {
  const it = steps();
  assert.deepEqual([it.submit(), it.shown()], [true, ["two"]]);
  assert.deepEqual([it.submit(document.body), it.shown()], [false, ["two"]]);
  it.submit();
  it.submit();
  assert.equal(it.submit(), false);
});

test("the whole form comes back by a press, and the steps by another", () => {
  const it = steps();
  it.press("next");
  it.press("whole");
  assert.deepEqual(
    [
      it.shown(),
      it.at("step-bar").hidden,
      it.at("step-progress").hidden,
      it.at("intro").hidden,
      it.at("last").hidden,
      it.form.action,
    ],
    [["one", "two", "three"], true, true, false, false, "/tip/"],
  );
  assert.equal(document.activeElement, it.at("step-offer").querySelector("button"));
  assert.equal(it.submit(), false);
  it.at("step-offer").querySelector("button").click();
  assert.deepEqual(
    [it.shown(), it.at("step-bar").hidden, it.form.action],
    [["one"], false, "/tip/#steps"],
  );
});

test("back with faults, the first of them comes up; with a fault of no question, the last page; else the first", () => {
  assert.deepEqual(steps({ isBack: true, faults: ["two", "three"], summary: true }).shown(), [
    "two",
  ]);
  const whole = steps({ isBack: true, summary: true });
  assert.deepEqual([whole.shown(), whole.at("last").hidden], [[], false]);
  assert.deepEqual(steps({ isBack: true }).shown(), ["one"]);
  // Whoever begins anew begins with the first.
  assert.deepEqual(steps({ faults: ["two"] }).shown(), ["one"]);
});

test("a fault that a script finds brings its question up, and nothing else does", () => {
  const it = steps();
  const summary = make("div", { id: "error-summary" });
  it.at("three").parentNode.classList.add("field--error");
  it.see(make("p", { id: "other" }));
  assert.deepEqual(it.shown(), ["one"]);
  it.see(make("p"), summary);
  assert.deepEqual(it.shown(), ["three"]);
  it.press("whole");
  it.see(summary);
  assert.deepEqual(it.shown(), ["one", "two", "three"]);
});

test("a link of the faults leads to its field, whose question comes up", () => {
  const it = steps({ summary: true });
  const link = document.querySelector("a");
  const follow = () => {
    const event = new Event("click", { cancelable: true, bubbles: true });
    link.dispatchEvent(event);
    return event.defaultPrevented;
  };
  assert.equal(follow(), true);
  assert.deepEqual([it.shown(), document.activeElement], [["two"], it.at("two")]);
  it.press("whole");
  assert.equal(follow(), false);
});
