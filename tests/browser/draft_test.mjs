// What a tab keeps of a draft, against a storage that is full, blocked or whole: `node --test`.

import assert from "node:assert/strict";
import { test } from "node:test";
import { Draft, keptDraft } from "../../admin/browser/reporter/form/draft.js";

const GIVEN = `ticket ${Buffer.alloc(32, 7).toString("base64")}`;

globalThis.document = { addEventListener() {} };

// Plays the tab: `store.refuses` is what each write meets.
function tab() {
  const rows = new Map();
  const store = {
    refuses: null,
    getItem: (name) => (rows.has(name) ? rows.get(name) : null),
    removeItem: (name) => rows.delete(name),
    setItem(name, value) {
      if (store.refuses) throw new Error(store.refuses);
      rows.set(name, value);
    },
  };
  globalThis.window = { crypto: globalThis.crypto, sessionStorage: store };
  return { store, rows };
}

test("what is written is kept", async () => {
  const { rows } = tab();
  assert.equal(await new Draft("tip", GIVEN).save({ a: "one" }), true);
  assert.deepEqual([...rows.keys()], ["dengshao.draft.tip"]);
});

test("where the newest words find no room, nothing claims it, and the older record goes", async () => {
  const { store } = tab();
  const draft = new Draft("tip", GIVEN);
  await draft.save({ a: "one" });
  store.refuses = "full";
  assert.equal(await draft.save({ a: "one, and more" }), false);
  assert.equal(keptDraft("tip"), null);
});

test("a storage that drops a write without a word is found out", async () => {
  const { store } = tab();
  store.setItem = () => {};
  assert.equal(await new Draft("receipt", GIVEN).save({ r: 1 }), false);
});

test("a storage that is blocked keeps nothing, and nothing claims it", async () => {
  tab();
  Object.defineProperty(window, "sessionStorage", {
    get() {
      throw new Error("SecurityError");
    },
  });
  assert.equal(await new Draft("tip", GIVEN).save({ a: "one" }), false);
});

test("of two that are saved at once the newer one tells", async () => {
  tab();
  const draft = new Draft("tip", GIVEN);
  const both = await Promise.all([draft.save({ a: "one" }), draft.save({ a: "two" })]);
  assert.deepEqual(both, [null, true]);
});
