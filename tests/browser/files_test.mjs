// What becomes of files that were chosen, against a server and a worker made of functions: `node --test`.

import assert from "node:assert/strict";
import { test } from "node:test";
import { Field } from "../../admin/browser/reporter/files/field.js";

globalThis.window = new EventTarget();

const LIMITS = { most: 10, fileMb: 500, tipMb: 2048 };
const WORDS = {
  noName: "file",
  photo: "photo{number}",
  faultFailed: "{name} failed",
  faultAgain: "{name} again",
};
const PHOTO = { type: "image/jpeg", mark: "1-a" };

// Plays the worker; `jobs` are those that a test asks for.
function fieldWith(jobs, rows = []) {
  const forgotten = [];
  const memory = {
    recall: async () => ({ found: rows, lost: 0 }),
    // Keeping takes a browser its time.
    save: () => new Promise((resolve) => setImmediate(resolve)),
    forget: ({ ticket }) => forgotten.push(ticket),
    wipe: () => {},
  };
  const all = { close: () => {}, ...jobs };
  const run = async (job, content) => all[job](content);
  const proof = { take: async () => "proof" };
  const isPractice = false;
  const field = new Field({
    run,
    words: WORDS,
    limits: LIMITS,
    memory,
    proof,
    isPractice,
    onChange: () => {},
  });
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
  assert.deepEqual(
    field.items.map(({ state, reason }) => [state, reason]),
    [["refused", "worker"]],
  );
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
    assert.deepEqual(
      field.items.map(({ state, uploads }) => [state, uploads]),
      [["again", []]],
    );
    assert.deepEqual(forgotten, ["old ticket"]);
    assert.deepEqual(
      sent("/tip/files/drop").map(({ content }) => content.ticket),
      ["old ticket"],
    );
    await assert.rejects(field.collect(), { name: "FileFaults" });
  });
}

// Plays a worker that seals: part `number` of a file is its letter at that place, as many as there are.
function sealing() {
  const sources = new Map();
  const locks = { made: 0 };
  const begin = async ({ id, source, lock, prefix }) => {
    const text = await source.text();
    sources.set(id, text);
    const isSame = !prefix || text.slice(0, prefix.parts) === prefix.digest;
    if (!lock) locks.made += 1;
    return {
      lock: lock || { identity: `key ${locks.made}` },
      size: text.length,
      parts: text.length,
      isSame,
    };
  };
  return {
    look: () => ({ type: "application/pdf", mark: "1-a" }),
    open: begin,
    part: ({ id, number }) => ({
      bytes: new Uint8Array(1),
      digest: sources.get(id)[number],
      prefix: sources.get(id).slice(0, number + 1),
    }),
    digest: ({ id }) => sources.get(id),
    change: (text) => sources.forEach((_old, id) => sources.set(id, text)),
  };
}

// Plays a server that takes parts; `lose(number)` tells whether it does and its answer is lost.
function storing(length, lose = () => false) {
  const stored = {};
  const server = serve({
    "/tip/challenge": () => [200, {}],
    "/tip/files/ticket": () => {
      const ticket = `ticket ${Object.keys(stored).length + 1}`;
      stored[ticket] = "";
      return [200, { ticket, keep: "k", blob: `blob of ${ticket}` }];
    },
    "/tip/files/next": ({ ticket }) => [200, standing(stored[ticket])],
    "/tip/files/part": ({ headers }) => {
      const number = Number(headers["Dengshao-Part"]);
      const before = stored[headers["Dengshao-Ticket"]];
      if (number === before.length)
        stored[headers["Dengshao-Ticket"]] += headers["Dengshao-Digest"];
      return lose(number)
        ? [0]
        : [200, standing(before.slice(0, number) + headers["Dengshao-Digest"])];
    },
    "/tip/files/drop": () => [200, { dropped: true }],
  });
  const standing = (text) => ({ next: text.length, whole: text.length === length, keep: "k" });
  const posted = () =>
    server
      .sent("/tip/files/part")
      .map(({ content: { headers } }) => headers["Dengshao-Part"] + headers["Dengshao-Digest"]);
  return { ...server, stored, posted };
}

// Chooses a file of which part 1 arrives and its answer is lost; halts there.
async function haltedAtOne(text) {
  const worker = sealing();
  const { field } = fieldWith(worker);
  const upload = () => field.items[0].main;
  let isLost = false;
  const server = storing(text.length, (number) => {
    if (number !== 1 || isLost) return false;
    isLost = true;
    upload().hold();
    return true;
  });
  await field.add([fileOf("a.pdf", text)]);
  field.items[0].keep();
  await field.until(() => upload().state === "paused");
  await new Promise((resolve) => setTimeout(resolve, 10));
  return { field, worker, server, upload };
}

test("a part whose answer was lost does not make a halted file begin anew", async () => {
  const { field, server } = await haltedAtOne("abcd");
  const { entries, tickets } = await field.collect();
  assert.deepEqual(tickets, ["ticket 1"]);
  assert.equal(entries[0].sha256, "abcd");
  assert.deepEqual(server.posted(), ["0a", "1b", "2c", "3d"]);
});

test("a file that changed in a part whose answer was lost is sealed anew under another key", async () => {
  const { field, upload, server } = await haltedAtOne("abcd");
  upload().source = new Blob(["aXcd"]);
  const { entries } = await field.collect();
  assert.equal(entries[0].key, "key 2");
  assert.deepEqual(server.stored, { "ticket 1": "ab", "ticket 2": "aXcd" });
});

test("no part goes twice under one key with two contents", async () => {
  const worker = sealing();
  const { field } = fieldWith(worker);
  // The part is lost on its way, and the file changes before it is made again.
  const server = storing(3, () => false);
  const fetched = globalThis.fetch;
  globalThis.fetch = async (address, options) => {
    if (address !== "/tip/files/part" || server.changed) return fetched(address, options);
    server.changed = true;
    worker.change("Xbc");
    field.items[0].main.source = new Blob(["Xbc"]);
    setTimeout(() => window.dispatchEvent(new Event("online")), 20);
    throw new TypeError("no network");
  };
  await field.add([fileOf("a.pdf", "abc")]);
  field.items[0].keep();
  const { entries } = await field.collect();
  assert.equal(entries[0].key, "key 2");
  assert.deepEqual(server.stored, { "ticket 1": "", "ticket 2": "Xbc" });
});

test("what a part holds is kept in the tab before it goes", async () => {
  const { field } = fieldWith(sealing());
  const server = storing(3);
  const kept = [];
  // Sealing and keeping takes a browser its time; nothing goes meanwhile.
  field.memory.save = async ({ prefix }) => {
    const digest = prefix && prefix.digest;
    await new Promise((resolve) => setTimeout(resolve, 5));
    kept.push([digest, server.posted().length]);
  };
  await field.add([fileOf("a.pdf", "abc")]);
  field.items[0].keep();
  await field.collect();
  assert.deepEqual(kept, [
    [null, 0],
    ["a", 0],
    ["ab", 1],
    ["abc", 2],
    ["abc", 3],
  ]);
});

test("parts beyond those that are known to be this file's are not taken for its own", async () => {
  const { field } = fieldWith(sealing());
  const server = storing(4);
  server.stored["old ticket"] = "abX";
  const row = rowOf({
    role: "kept",
    done: 1,
    prefix: { parts: 1, digest: "a", sealed: "a" },
    lock: { identity: "old key" },
  });
  field.memory.recall = async () => ({
    found: [{ ...row, item: { ...row.item, cleanName: "" } }],
    lost: 0,
  });
  await field.recall();
  await field.add([fileOf("a.pdf", "abcd")]);
  const { entries } = await field.collect();
  assert.equal(entries[0].key, "key 1");
  assert.equal(server.stored["ticket 2"], "abcd");
});

test("a server that goes back by two parts gets them under another key", async () => {
  const { field } = fieldWith(sealing());
  const server = storing(4);
  const fetched = globalThis.fetch;
  globalThis.fetch = async (address, options) => {
    const answer = await fetched(address, options);
    // It has three parts and says that it has one: what goes again need not be what went.
    if (server.wentBack || server.stored["ticket 1"] !== "abc") return answer;
    server.wentBack = true;
    server.stored["ticket 1"] = "a";
    return { ...answer, json: async () => ({ next: 1, whole: false }) };
  };
  await field.add([fileOf("a.pdf", "abcd")]);
  field.items[0].keep();
  const { entries, tickets } = await field.collect();
  assert.deepEqual([entries[0].key, tickets], ["key 2", ["ticket 2"]]);
  assert.deepEqual(server.stored, { "ticket 1": "a", "ticket 2": "abcd" });
});

test("a file of a supervisory tip that cannot be read is refused, and nothing else fails", async () => {
  const worker = { ...sealing(), digests: fail("Unreadable") };
  const { field } = fieldWith(worker);
  field.travelTogether(true);
  await field.add([fileOf("a.pdf")]);
  field.items[0].keep();
  await assert.rejects(field.collect(), { name: "FileFaults" });
  assert.deepEqual([field.items[0].state, field.items[0].reason], ["refused", "unreadable"]);
  // Told once: the next press sends the words without it.
  assert.deepEqual(await field.collect(), { entries: [], tickets: [] });
});

test("files of a supervisory tip that are too much together are told so, and nothing is asked", {
  timeout: 20000,
}, async (t) => {
  const { field } = fieldWith({ ...sealing(), digests: () => ["digest"] });
  const { asked } = serve({});
  // Larger than the longest pack.
  class Huge extends Blob {
    get size() {
      return 3 * 1024 ** 3;
    }
  }
  field.travelTogether(true);
  await field.add([fileOf("a.pdf")]);
  field.items[0].keep();
  t.after(replace(globalThis, "Blob", Huge));
  await assert.rejects(field.collect(), { name: "FileFaults" });
  assert.equal(field.items[0].failure, "tooMuch");
  // Told once: the next press sends the words without them.
  assert.deepEqual(await field.collect(), { entries: [], tickets: [] });
  assert.deepEqual(asked, []);
});

// Returns what puts it back.
function replace(target, name, value) {
  const before = target[name];
  target[name] = value;
  return () => {
    target[name] = before;
  };
}
