// What becomes of files that were chosen, against a server and a worker made of functions: `node --test`.

import assert from "node:assert/strict";
import { test } from "node:test";
import { Field } from "../../admin/browser/files/field.js";

globalThis.window = new EventTarget();

const LIMITS = { most: 10, fileMb: 500, tipMb: 2048 };
const WORDS = { noName: "file", photo: "photo{number}", faultFailed: "{name} failed", faultAgain: "{name} again" };
const PHOTO = { type: "image/jpeg", mark: "1-a" };

// Plays the worker; `jobs` are those that a test asks for.
function fieldWith(jobs, rows = []) {
  const forgotten = [];
  const memory = {
    recall: async () => ({ found: rows, lost: 0 }),
    save: async () => {},
    forget: ({ ticket }) => forgotten.push(ticket),
    wipe: () => {},
  };
  const all = { close: () => {}, ...jobs };
  const run = async (job, content) => all[job](content);
  const proof = { take: async () => "proof" };
  const isPractice = false;
  const field = new Field({ run, words: WORDS, limits: LIMITS, memory, proof, isPractice, onChange: () => {} });
  return { field, forgotten };
}

// Each address answers by a function of what was asked; what is asked is noted.
function serve(answers) {
  const asked = [];
  globalThis.fetch = async (address, { body, headers }) => {
    const content = typeof body === "string" ? JSON.parse(body) : { headers };
    asked.push({ address, content });
    const [status, answer] = answers[address](content);
    if (!status) throw new TypeError("no network");
    return { ok: status < 400, status, json: async () => answer };
  };
  return { asked, sent: (address) => asked.filter((one) => one.address === address) };
}

const fileOf = (name, text = "words") => Object.assign(new Blob([text]), { name, lastModified: 7 });

const fail = (message) => () => {
  throw new Error(message);
};

// What an earlier page of the tab left of a photo.
const rowOf = (more) => ({
  ticket: "old ticket",
  keep: "k",
  role: "cleaned",
  name: "photo1.jpg",
  type: "image/jpeg",
  sourceSize: 5,
  item: { name: "a.jpg", cleanName: "photo1.jpg", size: 5, type: "image/jpeg", mark: "1-a-7" },
  ...more,
});

test("a worker that fails at a file that was chosen again leaves nothing waiting", async () => {
  const { field } = fieldWith({ look: () => PHOTO, clean: fail("the worker is gone") }, [rowOf()]);
  await field.recall();
  await field.add([fileOf("a.jpg")]);
  assert.deepEqual(field.items.map(({ state, reason }) => [state, reason]), [["refused", "worker"]]);
  await assert.rejects(field.collect(), { name: "FileFaults" });
});

for (const [name, more] of [
  ["whole", { sha256: "s" }],
  ["half sent", {}],
]) {
  test(`a file that was ${name} before the answers made its tip supervisory is taken back`, async () => {
    const { sent } = serve({ "/tip/files/drop": () => [200, { dropped: true }] });
    const { field, forgotten } = fieldWith({}, [rowOf(more)]);
    field.travelTogether(true);
    await field.recall();
    assert.deepEqual(field.items.map(({ state, uploads }) => [state, uploads]), [["again", []]]);
    assert.deepEqual(forgotten, ["old ticket"]);
    assert.deepEqual(sent("/tip/files/drop").map(({ content }) => content.ticket), ["old ticket"]);
    await assert.rejects(field.collect(), { name: "FileFaults" });
  });
}
