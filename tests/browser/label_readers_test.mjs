// Labels for dispatchers: to whom they are sealed, what stands in them, what is believed: `node --test`.

import assert from "node:assert/strict";
import { test } from "node:test";
import { keyring, tab, WRAP } from "./desk_tab.mjs";
import { make, read } from "./dom.mjs";

const { areVouched, labelReaderMac } = await import("../../admin/browser/signin/label_readers.js");
const { copyBytes, copyLabels, readCopy, showCopies } = await import(
  "../../admin/browser/desk/queue/copies.js"
);
const { newIdentity, openWith, recipientOf, sealTo } = await import(
  "../../admin/browser/shared/sealing/age.js"
);
const { fromBase64, fromUtf8, toBase64, toUtf8 } = await import(
  "../../admin/browser/shared/bytes.js"
);

const WORDS = {
  choices: { category: { A4: "收过路费" }, township: { shili: "示例镇" } },
  sentences: {},
};
const LABEL = { v: 1, kind: "label", category: "A4", township: "shili", flags: ["minor"] };
const [unit, other, dispatcher, stranger] = await Promise.all(
  [1, 2, 3, 4].map(() => newIdentity()),
);
const [TO, TO_STRANGER] = await Promise.all([dispatcher, stranger].map(recipientOf));
const KEYS = { identity: unit };
const READER = ["戊", TO, labelReaderMac(unit, "police", "戊", TO)];
const [NAME, , MAC] = READER;

test("a holder's word is for one key of one member of one unit", () => {
  const areTrue = (...readers) => areVouched(KEYS, "police", readers);
  assert.equal(areTrue(READER), true);
  assert.equal(areTrue(), true);
  for (const [why, reader] of [
    ["another key", [NAME, TO_STRANGER, MAC]],
    ["another name", ["己", TO, MAC]],
    ["no word", [NAME, TO, ""]],
    ["a word under an older key", [NAME, TO, labelReaderMac(other, "police", NAME, TO)]],
    ["a word of another unit", [NAME, TO, labelReaderMac(unit, "drugs", NAME, TO)]],
    ["a letter less", [NAME, TO, MAC.slice(1)]],
  ]) {
    assert.equal(areTrue(reader), false, why);
    // One false reader beside a true one spoils the list.
    assert.equal(areTrue(READER, reader), false, why);
  }
});

test("a copy says category and township, is as long as any other, and says nothing else", () => {
  const said = (label) => {
    const bytes = copyBytes("7QX2M-00ABC", { ...LABEL, ...label }, WORDS);
    if (bytes) assert.equal(bytes.length, 512);
    return bytes && JSON.parse(fromUtf8(bytes));
  };
  const whole = { v: 1, kind: "label copy", reference: "7QX2M-00ABC" };
  assert.deepEqual(said({}), { ...whole, category: "A4", township: "shili" });
  assert.deepEqual(said({ township: "" }), { ...whole, category: "A4", township: "" });
  // What a program of a stranger's wrote there goes to nobody else.
  assert.deepEqual(said({ township: "张三家" }), { ...whole, category: "A4", township: "" });
  assert.equal(said({ category: "张三收钱" }), null);
  assert.equal(said({ category: "toString" }), null);
  // Of a tip about an official nothing goes out.
  assert.equal(said({ category: "", township: "" }), null);
});

// What the browser posts where the server tells it this.
async function posted(told, labels = new Map(), refuse = {}) {
  const sent = [];
  await tab();
  globalThis.fetch = async (url, { body }) => {
    sent.push([url, JSON.parse(body)]);
    const isRefused = url in refuse;
    return {
      ok: !isRefused,
      status: refuse[url] || 200,
      headers: new Headers({ "Content-Type": "application/json" }),
      json: async () => ({ kept: 1 }),
    };
  };
  const isTrue = await copyLabels({ id: "police", keys: KEYS }, told, labels, WORDS);
  return { isTrue, sent };
}

test("what lacks a copy gets one that the readers open, twenty at once, and nothing else does", async () => {
  const references = Array.from({ length: 21 }, (_, n) => `7QX2M-${String(n).padStart(5, "0")}`);
  const labels = new Map([...references, "0000A-0000A"].map((reference) => [reference, LABEL]));
  const told = { labels: {}, readers: [READER], readers_name: "abc", lacking: references };
  const { isTrue, sent } = await posted(told, labels);
  assert.equal(isTrue, true);
  assert.deepEqual(
    sent.map(([url, { readers, copies }]) => [url, readers, Object.keys(copies)]),
    [
      ["/desk/labels/copies", "abc", references.slice(0, 20)],
      ["/desk/labels/copies", "abc", references.slice(20)],
    ],
  );
  const sealed = fromBase64(sent[1][1].copies[references[20]]);
  const read = await readCopy(references[20], sealed, dispatcher, WORDS);
  assert.deepEqual([read.category, read.township], ["A4", "shili"]);
  assert.equal(fromUtf8(await openWith(dispatcher, sealed)).includes("minor"), false);
  await assert.rejects(readCopy(references[20], sealed, stranger, WORDS));
  await assert.rejects(readCopy(references[20], sealed, unit, WORDS));
  // Under another tip's reference it is not believed.
  await assert.rejects(readCopy(references[0], sealed, dispatcher, WORDS), { name: "BadContent" });
});

test("for a reader for whom nobody vouched no copy is made, for the others neither, and it is told", async () => {
  const forged = [NAME, TO_STRANGER, labelReaderMac(other, "police", NAME, TO_STRANGER)];
  const labels = new Map([["7QX2M-00ABC", LABEL]]);
  for (const readers of [[forged], [READER, forged]]) {
    const told = { labels: {}, readers, readers_name: "abc", lacking: ["7QX2M-00ABC"] };
    assert.deepEqual(await posted(told, labels), {
      isTrue: false,
      sent: [["/desk/labels/false", {}]],
    });
    // Also where the server refuses to hear of it.
    assert.equal((await posted(told, labels, { "/desk/labels/false": 500 })).isTrue, false);
  }
});

test("without readers, and where nothing lacks a copy, nothing is posted", async () => {
  const labels = new Map([["7QX2M-00ABC", LABEL]]);
  const none = { isTrue: true, sent: [] };
  assert.deepEqual(await posted({ labels: {} }, labels), none);
  assert.deepEqual(
    await posted({ labels: {}, readers: [READER], readers_name: "a", lacking: [] }, labels),
    none,
  );
  // A label that did not open here.
  const told = { labels: {}, readers: [READER], readers_name: "a", lacking: ["7QX2M-00ABC"] };
  assert.deepEqual(await posted(told, new Map()), none);
});

test("words that a server seals to a dispatcher are not shown as a category", async () => {
  const seal = (content) => sealTo([TO], toUtf8(JSON.stringify(content)));
  const whole = { v: 1, kind: "label copy", reference: "r", category: "A4", township: "" };
  assert.equal((await readCopy("r", await seal(whole), dispatcher, WORDS)).category, "A4");
  for (const change of [
    { category: "抓张三" },
    { category: "" },
    { township: "张三家" },
    { kind: "label" },
    { reference: "s" },
    { v: 2 },
  ]) {
    const sealed = await seal({ ...whole, ...change });
    await assert.rejects(readCopy("r", sealed, dispatcher, WORDS), { name: "BadContent" });
  }
});

const SAID = {
  ...WORDS,
  sentences: { label_uncopied: "not yet", label_not_opened: "broken", offline: "no line" },
};

// A page with a place for each of some tips; `own` is what the dispatcher's tab keeps.
async function page(copies, own = dispatcher, status = 200) {
  const references = ["A", "B", "C"];
  const opened = await tab({
    isOpen: false,
    answers: { "/desk/labels/copies.json?of=A,B,C": [status, { copies }] },
  });
  const cells = references.map((reference) => make("span", { "data-copy": reference }, "locked"));
  document.body.append(...cells);
  const keys = { name: "member", recipient: "r", units: {} };
  if (own !== null) await keyring.save(own ? { ...keys, own } : keys, WRAP);
  const shut = await showCopies(SAID);
  return { ...opened, shut, cells: () => cells.map((cell) => read(cell).join("")) };
}

test("a dispatcher's page shows what opens, what is not there yet, and what is no copy", async () => {
  const copy = async (reference) =>
    toBase64(await sealTo([TO], copyBytes(reference, LABEL, WORDS)));
  const shown = await page({ A: await copy("A"), C: await copy("A") });
  assert.deepEqual(shown.cells(), ["收过路费 示例镇", "not yet", "broken"]);
  shown.shut();
  assert.deepEqual(shown.cells(), ["locked", "locked", "locked"]);
});

test("a dispatcher's tab that is locked, or came from before, is to be unlocked; a cut line is told", async () => {
  for (const own of [null, ""]) {
    const shown = await page({}, own);
    assert.deepEqual(shown.cells(), ["locked", "locked", "locked"]);
    assert.equal(shown.at("locked").hidden, false);
  }
  const cut = await page({}, dispatcher, 0);
  assert.deepEqual(cut.cells(), ["locked", "locked", "locked"]);
  assert.deepEqual(cut.said("alarm").join(""), "no line");
});
