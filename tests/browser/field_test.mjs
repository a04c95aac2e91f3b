// The field for files: what is chosen, shown, kept, packed and named in a tip, item by item, on as much
// of a page as Node needs, with a worker and a server made of functions: `node --test`.

import assert from "node:assert/strict";
import { afterEach, test } from "node:test";
import { Block } from "../../admin/browser/reporter/files/block.js";
import { Field } from "../../admin/browser/reporter/files/field.js";
import { makeEntry, safeName } from "../../admin/browser/reporter/files/file_entry.js";
import { outcomeOf } from "../../admin/browser/reporter/files/outcome.js";
import { paddedSize, padme, STEPS, steppedSize } from "../../admin/browser/reporter/files/padme.js";
import { PretendedUpload } from "../../admin/browser/reporter/files/practice.js";
import { seenOf, sizeWords } from "../../admin/browser/reporter/files/row.js";
import { startFiles } from "../../admin/browser/reporter/files/start.js";
import { FormData, make, openPage, read } from "./dom.mjs";

const MIB = 1048576;
const turn = () => new Promise((resolve) => setImmediate(resolve));
const settle = async () => {
  for (let n = 0; n < 60; n += 1) await turn();
};

// What one test began ends before the next has a server of its own.
afterEach(settle);

// Each sentence says its own name, so that none can stand in another's place unnoticed.
const NAMES =
  "photo noName list sealed sealedLater original originalWarning keep pause goOn retry drop".split(
    " ",
  );
NAMES.push(
  ..."chooseAgain progress undecided failed whole wholeClean wholeKept renewed nameGoes ask".split(
    " ",
  ),
);
NAMES.push(
  ..."askKind noOriginal looking cleaning again moving broken paused queued waiting wait".split(
    " ",
  ),
);
NAMES.push(
  ..."faultChoose faultAgain faultFailed savedClean savedKept savedOriginal notSaved".split(" "),
);
NAMES.push(..."practised lost plainAgain".split(" "));
const table = (...keys) => Object.fromEntries(keys.map((key) => [key, `because ${key}`]));
const WORDS = {
  ...Object.fromEntries(NAMES.map((name) => [name, `<${name}>`])),
  photo: "photo{number}",
  progress: "{name} {percent}%",
  undecided: "undecided {reason}",
  failed: "failed {reason}",
  notSaved: "not saved {reason}",
  uncleaned: table("kind", "broken", "large", "browser", "spoils"),
  reasons: table(
    "empty",
    "tooMany",
    "tooBig",
    "tooMuch",
    "unreadable",
    "worker",
    "full",
    "refused",
  ),
  limits: { most: 3, fileMb: 5, tipMb: 8, plainMb: 2 },
};

const fileOf = (name, size = 5) => {
  const words = name.padEnd(40, "x").slice(0, size);
  const file = Object.assign(new Blob([words]), { name, words, lastModified: 7 });
  return size > 40 ? Object.defineProperty(file, "size", { value: size }) : file;
};

// Plays the worker: a name says what the file is; a photo is cleaned into other bytes.
const KINDS = { jpg: "image/jpeg", png: "image/png", pdf: "application/pdf" };
const kindOf = (name) => KINDS[name.split(".").pop()] || "application/octet-stream";
function hands(more = {}) {
  const sources = new Map();
  const jobs = {
    look: async ({ file }) => ({ type: kindOf(file.name), mark: `mark of ${file.name}` }),
    clean: async ({ file, type }) => ({
      blob: Object.assign(
        new Blob(["clean"], { type: type === "image/png" ? type : "image/jpeg" }),
        // Read at once: how long a Blob takes is no matter of turns.
        { words: "clean" },
      ),
      file,
    }),
    digests: async ({ sources: all }) =>
      Promise.all(all.map(async (one) => `digest of ${one.words.slice(0, 9)}`)),
    open: async ({ id, source, length, lock }) => {
      sources.set(id, source);
      return {
        lock: lock || { identity: `key ${id}` },
        size: length + 100,
        parts: 1,
        isSame: true,
      };
    },
    part: async () => ({ bytes: new Uint8Array(1), digest: "d", prefix: "p" }),
    digest: async ({ id }) => `whole ${(sources.get(id).words ?? "of a pack").slice(0, 9)}`,
    close: () => {},
    solve: () => "proof",
    lockState: ({ content }) => JSON.stringify(content),
    openState: ({ box }) => JSON.parse(box),
    ...more,
  };
  const asked = [];
  const run = async (job, content) => {
    asked.push([job, content]);
    await turn();
    return jobs[job](content);
  };
  return { run, asked, jobs };
}

function serve(plays = {}) {
  let tickets = 0;
  const asked = [];
  const answers = {
    "/tip/challenge": () => [200, {}],
    "/tip/files/ticket": () => {
      tickets += 1;
      return [200, { ticket: `ticket ${tickets}`, keep: "k", blob: `blob ${tickets}` }];
    },
    "/tip/files/next": () => [200, { next: 1, whole: true, keep: "k" }],
    "/tip/files/part": () => [200, { next: 1, whole: true }],
    "/tip/files/drop": () => [200, {}],
    ...plays,
  };
  globalThis.fetch = async (address, { body } = {}) => {
    const content = typeof body === "string" ? JSON.parse(body) : {};
    asked.push([address, content]);
    await turn();
    const [status, answer] = answers[address](content);
    return { ok: status < 400, status, json: async () => answer };
  };
  return {
    asked,
    dropped: () =>
      asked.filter(([one]) => one === "/tip/files/drop").map(([, { ticket }]) => ticket),
  };
}

function begin({ jobs, plays, rows = [], lost = 0, words = WORDS, isPractice = false } = {}) {
  openPage(make("div", { id: "files-block" }, make("input", { type: "file" })));
  const server = serve(plays);
  const worker = hands(jobs);
  const forgotten = [];
  const memory = {
    recall: async () => ({ found: rows, lost }),
    saved: [],
    save: async (upload) => memory.saved.push(upload.describe && upload.describe()),
    forget: ({ ticket }) => forgotten.push(ticket),
    wipe: () => forgotten.push("all"),
  };
  const root = document.getElementById("files-block");
  root.querySelector("input").files = [];
  const block = new Block(root, words);
  const field = new Field({
    run: worker.run,
    words,
    limits: words.limits,
    memory,
    proof: { take: async () => "proof" },
    isPractice,
    onChange: (item) => block.show(item),
  });
  block.bind(field);
  block.listen();
  const rowsShown = () => block.list.children.map((node) => read(node));
  const stateOf = (n) => {
    const row = block.rows.get(field.items[n]);
    return row.state.textContent;
  };
  return { root, block, field, memory, forgotten, rowsShown, stateOf, ...server, ...worker };
}

// ---- What may be chosen.

for (const [name, files, refusals] of [
  ["all that there may be", [1, 1, 1], ["", "", ""]],
  ["one too many", [1, 1, 1, 1], ["", "", "", "tooMany"]],
  ["an empty one", [0, 1], ["empty", ""]],
  ["one as large as can be", [5 * MIB], [""]],
  ["one too large", [5 * MIB + 1], ["tooBig"]],
  ["all together as large as can be", [5 * MIB, 3 * MIB], ["", ""]],
  ["all together too large", [5 * MIB, 3 * MIB + 1], ["", "tooMuch"]],
  [
    "what was refused counts for nothing",
    [0, 5 * MIB + 1, 0, 1, 1, 1, 1],
    ["empty", "tooBig", "empty", "", "", "", "tooMany"],
  ],
]) {
  test(`chosen: ${name}`, async () => {
    const { field } = begin();
    await field.add(files.map((size, n) => fileOf(`${n}.pdf`, size)));
    assert.deepEqual(
      field.items.map(({ state, reason }) => (state === "refused" ? reason : "")),
      refusals,
    );
  });
}

test("an original beside its clean copy counts twice, where there is room for it", async () => {
  const { field, block } = begin();
  await field.add([fileOf("a.jpg", 4 * MIB)]);
  const [item] = field.items;
  block.acts.original(item, true);
  assert.deepEqual([item.wantsOriginal, item.note], [true, ""]);
  await field.add([fileOf("b.pdf", 1)]);
  assert.equal(field.items[1].reason, "tooMuch");
  field.remove(field.items[1]);
  block.acts.original(item, false);
  await field.add([fileOf("c.pdf", 1)]);
  block.acts.original(item, true);
  assert.deepEqual([item.wantsOriginal, item.note], [false, "noOriginal"]);
  // Taken back, nothing is said of it any more.
  block.acts.original(item, false);
  assert.deepEqual([item.wantsOriginal, item.note], [false, ""]);
});

// ---- What becomes of one.

test("a photo is cleaned, sealed and sent under a number of its own; its name stays here", async () => {
  const { field, asked, memory } = begin();
  await field.add([fileOf("me at home.jpg"), fileOf("you.png")]);
  await settle();
  assert.deepEqual(
    field.items.map(({ shownName, state }) => [shownName, state]),
    [
      ["photo1.jpg", "ready"],
      ["photo2.png", "ready"],
    ],
  );
  const { entries, tickets } = await field.collect();
  assert.deepEqual(tickets, ["ticket 1", "ticket 2"]);
  const [id] = asked.filter(([job]) => job === "open").map(([, one]) => one.id);
  assert.deepEqual(entries[0], {
    name: "photo1.jpg",
    type: "image/jpeg",
    size: 5,
    sha256: "whole clean",
    blob: "blob 1",
    key: `key ${id}`,
    offset: 0,
    state: "cleaned",
  });
  assert.equal(entries[1].type, "image/png");
  assert.ok(!JSON.stringify(entries).includes("home"));
  assert.deepEqual(asked.find(([job]) => job === "clean")[1].type, "image/jpeg");
  assert.equal(asked.find(([job]) => job === "open")[1].length, 65536);
  // What this tab keeps of it, field by field.
  assert.deepEqual(memory.saved[0], {
    item: {
      name: "me at home.jpg",
      type: "image/jpeg",
      mark: "mark of me at home.jpg-7",
      cleanName: "photo1.jpg",
      size: 5,
      wantsOriginal: false,
      photo: 1,
    },
    role: "cleaned",
    name: "photo1.jpg",
    type: "image/jpeg",
    sourceSize: 5,
    cleanDigest: "digest of clean",
  });
});

test("with its original a photo is two, and without it again one", async () => {
  const { field, block, dropped } = begin();
  await field.add([fileOf("a.jpg")]);
  const [item] = field.items;
  block.acts.original(item, true);
  const { entries } = await field.collect();
  assert.deepEqual(
    entries.map(({ name, state, type, size }) => [name, state, type, size]),
    [
      ["photo1.jpg", "cleaned", "image/jpeg", 5],
      ["a.jpg", "original", "image/jpeg", 5],
    ],
  );
  block.acts.original(item, false);
  await settle();
  assert.deepEqual([(await field.collect()).entries.length, dropped()], [1, ["ticket 2"]]);
});

for (const [reason, kind] of [
  ["kind", "a.pdf"],
  ["broken", "a.jpg"],
  ["large", "a.jpg"],
  ["spoils", "a.jpg"],
  ["browser", "a.jpg"],
]) {
  test(`what is not cleaned (${reason}) waits for a word, and goes as it is after it`, async () => {
    const { field, stateOf, rowsShown, block } = begin({
      jobs: { clean: async () => ({ reason }) },
    });
    await field.add([fileOf(kind)]);
    assert.equal(stateOf(0), `undecided because ${reason}`);
    assert.ok(rowsShown()[0].includes(reason === "kind" ? "<askKind>" : "<ask>"));
    await assert.rejects(field.collect(), {
      name: "FileFaults",
      faults: [{ text: "<faultChoose>", to: `chosen-${field.items[0].id}` }],
    });
    block.acts.keep(field.items[0]);
    const { entries } = await field.collect();
    assert.deepEqual(
      entries.map(({ name, state, type }) => [name, state, type]),
      [[kind, "kept", kindOf(kind)]],
    );
    assert.equal(stateOf(0), "<wholeKept>");
  });
}

test("a file larger than the plain way takes is not sent there", async () => {
  for (const [size, note] of [
    [2 * MIB, "<askKind>"],
    [2 * MIB + 1, "<ask>"],
  ]) {
    const { field, block } = begin();
    await field.add([fileOf("a.pdf", size)]);
    assert.equal(block.rows.get(field.items[0]).note.textContent, note);
  }
});

for (const [message, reason] of [
  ["Unreadable", "unreadable"],
  ["other", "worker"],
]) {
  test(`a file at which the worker fails with ${message} is refused, and told once`, async () => {
    const { field, stateOf } = begin({
      jobs: {
        look: async () => {
          throw new Error(message);
        },
      },
    });
    await field.add([fileOf("a.jpg")]);
    assert.equal(stateOf(0), `failed because ${reason}`);
    await assert.rejects(field.collect(), {
      faults: [{ text: "<faultFailed>", to: `chosen-${field.items[0].id}` }],
    });
    assert.deepEqual(await field.collect(), { entries: [], tickets: [] });
  });
}

test("an upload that failed is told once, and tried again by a press", async () => {
  let isFull = true;
  const { field, stateOf, block } = begin({
    plays: {
      "/tip/files/part": () =>
        isFull ? [507, { error: "full" }] : [200, { next: 1, whole: true }],
    },
  });
  await field.add([fileOf("a.jpg")]);
  await settle();
  assert.equal(stateOf(0), "failed because full");
  await assert.rejects(field.collect(), { name: "FileFaults" });
  assert.equal((await field.collect()).entries.length, 0);
  isFull = false;
  block.acts.retry(field.items[0]);
  assert.equal((await field.collect()).entries.length, 1);
});

test("pressed again to send after a retry that failed too, it is told anew", async () => {
  const { field, block } = begin({
    plays: {
      "/tip/files/part": () => [507, { error: "full" }],
      "/tip/files/next": () => [200, { next: 0, whole: false, keep: "k" }],
    },
  });
  await field.add([fileOf("a.jpg")]);
  await settle();
  for (let n = 0; n < 2; n += 1) {
    await assert.rejects(field.collect(), { name: "FileFaults" });
    assert.deepEqual(await field.collect(), { entries: [], tickets: [] });
    block.acts.retry(field.items[0]);
    await settle();
  }
});

for (const address of ["/tip/files/ticket", "/tip/files/part"]) {
  for (const way of ["press", "send"]) {
    test(`halted at ${address}, a file stands still until a ${way}`, async () => {
      let isHalted = false;
      const ANSWERS = {
        "/tip/files/ticket": { ticket: "ticket", keep: "k", blob: "blob" },
        "/tip/files/part": { next: 1, whole: true },
      };
      const halt = () => {
        if (!isHalted) field.items[0].main.hold();
        isHalted = true;
        return [200, ANSWERS[address]];
      };
      const { field, block, stateOf, asked } = begin({
        plays: {
          [address]: halt,
          "/tip/files/next": () => [200, { next: 0, whole: false, keep: "k" }],
        },
      });
      await field.add([fileOf("a.jpg")]);
      await settle();
      assert.equal(stateOf(0), "<paused>");
      const before = asked.length;
      await settle();
      assert.equal(asked.length, before);
      if (way === "press") block.acts.goOn(field.items[0]);
      assert.equal((await field.collect()).entries.length, 1);
    });
  }
}

test("dropped, a file is gone here and there, and the others are not", async () => {
  const { field, block, dropped, rowsShown, forgotten } = begin();
  await field.add([fileOf("a.jpg"), fileOf("b.jpg")]);
  await field.collect();
  const [first] = field.items;
  block.acts.drop(first);
  await settle();
  assert.deepEqual([dropped(), forgotten, rowsShown().length], [["ticket 1"], ["ticket 1"], 1]);
  const { entries, tickets } = await field.collect();
  assert.deepEqual([entries.map(({ blob }) => blob), tickets], [["blob 2"], ["ticket 2"]]);
  assert.equal(document.activeElement, block.input);
});

test("a file that is dropped while it still waits to be looked at is never looked at", async () => {
  const { field, asked } = begin();
  const added = field.add([fileOf("a.jpg"), fileOf("b.jpg")]);
  field.remove(field.items[1]);
  await added;
  assert.deepEqual(
    asked.filter(([job]) => job === "look").map(([, { file }]) => file.name),
    ["a.jpg"],
  );
});

test("while a file is being looked at nothing is sent without it", async () => {
  let end = null;
  const { field } = begin({
    jobs: {
      look: () =>
        new Promise((resolve) => {
          end = () => resolve({ type: "image/jpeg", mark: "m" });
        }),
    },
  });
  field.add([fileOf("a.jpg")]);
  const collected = field.collect();
  await settle();
  end();
  assert.equal((await collected).entries.length, 1);
});

// ---- Packed: the files of a supervisory tip.

test("packed, all go as one of a stepped length, each with its place in it", async () => {
  const { field, block, asked, root } = begin();
  field.travelTogether(true);
  await field.add([fileOf("a.jpg"), fileOf("bc.pdf", 6)]);
  await settle();
  // Nothing goes before the words do.
  assert.deepEqual(
    asked.filter(([job]) => job === "open"),
    [],
  );
  assert.ok(read(root).includes("<sealedLater>"));
  field.items[1].keep();
  block.acts.original(field.items[0], true);
  const { entries, tickets } = await field.collect();
  assert.deepEqual(tickets, ["ticket 1"]);
  const own = ({ name, size, offset, state, sha256, blob }) => [
    name,
    size,
    offset,
    state,
    sha256,
    blob,
  ];
  assert.deepEqual(entries.map(own), [
    ["photo1.jpg", 5, 0, "cleaned", "digest of clean", "blob 1"],
    ["a.jpg", 5, 5, "original", "digest of a.jpg", "blob 1"],
    ["bc.pdf", 6, 10, "kept", "digest of bc.pdf", "blob 1"],
  ]);
  assert.equal(new Set(entries.map(({ key }) => key)).size, 1);
  const [, opened] = asked.find(([job]) => job === "open");
  assert.deepEqual([opened.length, await opened.source.text()], [4 * MIB, "cleana.jpgbc.pdf"]);
  // The same again is not sent twice; with one less it is another pack.
  assert.deepEqual((await field.collect()).tickets, ["ticket 1"]);
  block.acts.drop(field.items[1]);
  const less = await field.collect();
  assert.deepEqual([less.tickets, less.entries.length], [["ticket 2"], 2]);
});

test("what had begun to travel apart is taken back when it must be packed, and the other way round", async () => {
  const { field, dropped } = begin();
  await field.add([fileOf("a.jpg")]);
  await field.collect();
  field.travelTogether(true);
  field.travelTogether(true);
  assert.deepEqual(dropped(), ["ticket 1"]);
  assert.deepEqual((await field.collect()).tickets, ["ticket 2"]);
  field.travelTogether(false);
  assert.deepEqual(dropped(), ["ticket 1", "ticket 2"]);
  assert.deepEqual((await field.collect()).tickets, ["ticket 3"]);
});

test("a pack that failed is told at each of its files, once, and the words go without", async () => {
  const { field, stateOf } = begin({
    plays: { "/tip/files/part": () => [507, { error: "full" }] },
  });
  field.travelTogether(true);
  await field.add([fileOf("a.jpg"), fileOf("b.jpg")]);
  const error = await field.collect().catch((caught) => caught);
  assert.deepEqual(
    error.faults.map(({ to }) => to),
    field.items.map(({ id }) => `chosen-${id}`),
  );
  assert.deepEqual([stateOf(0), stateOf(1)], Array(2).fill("failed because full"));
  assert.deepEqual(await field.collect(), { entries: [], tickets: [] });
});

test("a pack that the server misses is sent anew", async () => {
  const { field } = begin({ plays: { "/tip/files/next": () => [404, { error: "unknown" }] } });
  field.travelTogether(true);
  await field.recheck();
  await field.add([fileOf("a.jpg")]);
  await field.collect();
  await field.recheck();
  assert.deepEqual((await field.collect()).tickets, ["ticket 2"]);
});

// ---- What an earlier page had begun.

const kept = (name, more = {}) => ({
  ticket: `old ${name}`,
  keep: "k",
  lock: { identity: "old key" },
  done: 1,
  prefix: null,
  sha256: "",
  blob: `old blob of ${name}`,
  role: "cleaned",
  name: "photo4.jpg",
  type: "image/jpeg",
  sourceSize: 5,
  cleanDigest: "digest of clean",
  item: {
    name,
    type: "image/jpeg",
    mark: `mark of ${name}-7`,
    cleanName: "photo4.jpg",
    size: 5,
    wantsOriginal: false,
    photo: 4,
  },
  ...more,
});

test("what was whole on an earlier page is sent with the words, and needs no file", async () => {
  const { field, stateOf, block } = begin({ rows: [kept("a.jpg", { sha256: "s" })] });
  assert.equal(await field.recall(), 0);
  assert.deepEqual(
    [stateOf(0), block.rows.get(field.items[0]).name.textContent],
    ["<wholeClean>", "photo4.jpg"],
  );
  const { entries, tickets } = await field.collect();
  assert.deepEqual(
    [entries, tickets],
    [
      [
        {
          name: "photo4.jpg",
          type: "image/jpeg",
          size: 5,
          sha256: "s",
          blob: "old blob of a.jpg",
          key: "old key",
          offset: 0,
          state: "cleaned",
        },
      ],
      ["old a.jpg"],
    ],
  );
  // The next photo takes the next number.
  await field.add([fileOf("b.jpg")]);
  assert.equal(field.items[1].cleanName, "photo5.jpg");
});

test("what was half sent waits for its file, and goes on with it under its own ticket", async () => {
  const { field, stateOf } = begin({
    rows: [kept("a.jpg")],
    plays: { "/tip/files/next": () => [200, { next: 0, whole: false, keep: "k2" }] },
  });
  await field.recall();
  assert.equal(stateOf(0), "<again>");
  await assert.rejects(field.collect(), {
    faults: [{ text: "<faultAgain>", to: `chosen-${field.items[0].id}` }],
  });
  await field.add([fileOf("a.jpg")]);
  assert.equal(field.items.length, 1);
  const { entries, tickets } = await field.collect();
  assert.deepEqual(
    [tickets, entries[0].key, entries[0].name],
    [["old a.jpg"], "old key", "photo4.jpg"],
  );
});

test("another file, of whatever name or time, does not go on with it", async () => {
  for (const other of [fileOf("b.jpg"), Object.assign(fileOf("a.jpg"), { lastModified: 8 })]) {
    const { field } = begin({ rows: [kept("a.jpg")] });
    await field.recall();
    await field.add([other]);
    assert.deepEqual(
      field.items.map(({ state }) => state),
      ["again", "ready"],
    );
    assert.deepEqual(field.items[1].main.ticket === "old a.jpg", false);
  }
});

test("a clean copy that came out otherwise than before is another file", async () => {
  const { field, forgotten } = begin({ rows: [kept("a.jpg", { cleanDigest: "another" })] });
  await field.recall();
  await field.add([fileOf("a.jpg")]);
  const { tickets } = await field.collect();
  assert.deepEqual([tickets, forgotten], [["ticket 1"], ["old a.jpg"]]);
});

test("a copy and its original stand at the server whole only where both do", async () => {
  const item = { ...kept("a.jpg").item, wantsOriginal: true };
  const clean = kept("a.jpg", { sha256: "s", item });
  const original = kept("a.jpg", {
    ticket: "old original",
    role: "original",
    name: "a.jpg",
    sha256: "o",
    item,
  });
  for (const [rows, state, tickets] of [
    [[clean, original], "ready", ["old a.jpg", "old original"]],
    [[clean], "again", []],
    [[clean, { ...original, sha256: "" }], "again", []],
    [[original], "again", []],
  ]) {
    const { field } = begin({ rows });
    await field.recall();
    assert.deepEqual([field.items.length, field.items[0].state], [1, state]);
    if (state === "ready") assert.deepEqual((await field.collect()).tickets, tickets);
  }
});

test("what was kept as it is comes back as that", async () => {
  const item = { ...kept("a.pdf").item, cleanName: "" };
  const { field } = begin({
    rows: [kept("a.pdf", { role: "kept", name: "a.pdf", sha256: "s", item })],
  });
  await field.recall();
  assert.equal((await field.collect()).entries[0].state, "kept");
  const half = begin({
    rows: [
      kept("a.pdf", { role: "kept", name: "a.pdf", item: { ...item, mark: "mark of a.pdf-7" } }),
    ],
    plays: { "/tip/files/next": () => [200, { next: 0, whole: false, keep: "k" }] },
  });
  await half.field.recall();
  await half.field.add([fileOf("a.pdf")]);
  // Nobody is asked a second time whether it may go as it is.
  assert.equal(half.field.items[0].state, "ready");
  assert.deepEqual((await half.field.collect()).tickets, ["old a.pdf"]);
});

test("one that is chosen again takes the place that it had, however many there are", async () => {
  const rows = ["a.jpg", "b.jpg", "c.jpg"].map((name) => kept(name));
  const { field } = begin({
    rows,
    plays: { "/tip/files/next": () => [200, { next: 0, whole: false, keep: "k" }] },
  });
  await field.recall();
  await field.add([fileOf("d.jpg", 6)]);
  assert.equal(field.items[3].reason, "tooMany");
  await field.add([fileOf("a.jpg")]);
  assert.deepEqual(
    field.items.map(({ state }) => state),
    ["ready", "again", "again", "refused"],
  );
});

test("what was never taken up again is given up at the server when its row goes", async () => {
  const { field, block, dropped, forgotten } = begin({ rows: [kept("a.jpg")] });
  await field.recall();
  block.acts.drop(field.items[0]);
  await settle();
  assert.deepEqual([dropped(), forgotten, field.items], [["old a.jpg"], ["old a.jpg"], []]);
});

test("a file that the server misses and nobody has here must be chosen again", async () => {
  const { field, stateOf } = begin({
    rows: [kept("a.jpg", { sha256: "s" })],
    plays: { "/tip/files/next": () => [404, { error: "unknown" }] },
  });
  await field.recall();
  await field.recheck();
  assert.equal(stateOf(0), "<again>");
  const here = begin({ plays: { "/tip/files/next": () => [404, { error: "unknown" }] } });
  await here.field.add([fileOf("a.jpg")]);
  await here.field.collect();
  await here.field.recheck();
  assert.deepEqual((await here.field.collect()).tickets, ["ticket 2"]);
});

// ---- What a row shows.

for (const [upload, expected] of [
  [["whole", "failed", "broken"], "failed"],
  [["whole", "broken", "paused"], "broken"],
  [["paused", "moving"], "paused"],
  [["moving", "queued"], "moving"],
  [["queued", "whole"], "queued"],
  [["whole", "whole"], "whole"],
  [[], "waiting"],
]) {
  test(`uploads that are ${upload.join(", ") || "none"} are shown as ${expected}`, () => {
    const uploads = upload.map((state) => ({ state }));
    assert.equal(seenOf({ state: "ready", uploads, pack: null }), expected);
    assert.equal(
      seenOf({
        state: "ready",
        uploads: uploads.toReversed?.() ?? [...uploads].reverse(),
        pack: null,
      }),
      expected,
    );
    assert.equal(seenOf({ state: "cleaning", uploads, pack: null }), "cleaning");
    assert.equal(seenOf({ state: "ready", uploads, pack: { state: "queued" } }), "queued");
  });
}

test("a size is told as people tell it", () => {
  for (const [size, words] of [
    [1, "1 KB"],
    [1024, "1 KB"],
    [1025, "2 KB"],
    [MIB - 1, "1024 KB"],
    [MIB, "1.0 MB"],
    [1.55 * MIB, "1.6 MB"],
    [10 * MIB - 1, "10.0 MB"],
    [10 * MIB, "10 MB"],
    [500 * MIB, "500 MB"],
  ])
    assert.equal(sizeWords(size), words);
});

const ACTS = ["keep", "pause", "goOn", "retry", "chooseAgain", "drop"];
const BUTTONS = {
  undecided: "keep",
  moving: "pause",
  broken: "pause",
  paused: "goOn",
  failed: "retry",
  again: "chooseAgain",
};

for (const seen of [
  "looking",
  "cleaning",
  "undecided",
  "again",
  "refused",
  "queued",
  "moving",
  "broken",
  "paused",
  "failed",
  "whole",
  "waiting",
]) {
  test(`a row that is ${seen} has its own buttons, bar and sentence`, async () => {
    const { field, block, stateOf } = begin();
    const pressed = [];
    const held = { length: 10, share: 0.129, state: seen, reason: "full", renewals: 0 };
    await field.add([fileOf("a.jpg")]);
    const [item] = field.items;
    await field.collect();
    const isOwn = ["looking", "cleaning", "undecided", "again", "refused"].includes(seen);
    item.main = isOwn || seen === "waiting" ? null : held;
    item.state = isOwn ? seen : "ready";
    item.reason = { undecided: "broken", refused: "empty" }[seen] || "";
    block.show(item);
    const row = block.rows.get(item);
    assert.deepEqual(
      row.buttons.children.map(({ dataset, textContent }) => [dataset.act, textContent]),
      ACTS.map((act) => [act, `<${act}>`]),
    );
    const shown = ACTS.filter((act) => !row.made[act].hidden);
    assert.deepEqual(shown, [BUTTONS[seen], "drop"].filter(Boolean));
    for (const act of ACTS)
      assert.equal(row.made[act].getAttribute("aria-label"), `<${act}> photo1.jpg`);
    assert.equal(!row.bar.hidden, ["moving", "broken", "paused"].includes(seen));
    assert.equal(row.choice.hidden, seen === "failed");
    const sentences = {
      undecided: "undecided because broken",
      refused: "failed because empty",
      failed: "failed because full",
      whole: "<wholeClean>",
    };
    assert.equal(stateOf(0), sentences[seen] || `<${seen}>`);
    if (seen !== "moving") return;
    assert.deepEqual(
      [row.bar.value, row.bar.textContent, row.bar.getAttribute("aria-label")],
      [12, "photo1.jpg 12%", "photo1.jpg 12%"],
    );
    for (const act of ACTS) row.acts[act] = (one) => pressed.push([act, one === item]);
    for (const act of ACTS) row.made[act].click();
    assert.deepEqual(
      pressed,
      ACTS.map((act) => [act, true]),
    );
  });
}

test("how far all of a file is, is its uploads' share by their length", async () => {
  const { field, block } = begin();
  await field.add([fileOf("a.jpg")]);
  const [item] = field.items;
  await field.collect();
  item.main = { state: "moving", share: 0.5, length: 30 };
  item.original = { state: "queued", share: 0, length: 10 };
  block.show(item);
  assert.equal(block.rows.get(item).bar.value, 37);
  item.pack = { state: "moving", share: 0.25, length: 8 };
  block.show(item);
  assert.equal(block.rows.get(item).bar.value, 25);
});

test("beside its state a row tells what else must be known", async () => {
  const { field, block } = begin();
  await field.add([fileOf("a.jpg"), fileOf("b.pdf")]);
  const note = (n) => block.rows.get(field.items[n]).note;
  assert.deepEqual([note(0).textContent, note(0).hidden], ["", true]);
  field.items[1].keep();
  assert.deepEqual([note(1).textContent, note(1).hidden], ["<nameGoes>", false]);
  await settle();
  field.items[0].main = { state: "moving", share: 0, length: 1, renewals: 1 };
  block.show(field.items[0]);
  assert.equal(note(0).textContent, "<renewed>");
  field.items[0].main.state = "paused";
  block.show(field.items[0]);
  assert.equal(note(0).textContent, "");
  field.items[0].note = "noOriginal";
  block.show(field.items[0]);
  assert.equal(note(0).textContent, "<noOriginal>");
});

test("a row's box brings the original, and is shown for what was cleaned alone", async () => {
  const { field, block } = begin();
  await field.add([fileOf("a.jpg"), fileOf("b.pdf")]);
  const [photo, paper] = field.items.map((item) => block.rows.get(item));
  assert.deepEqual([photo.choice.hidden, paper.choice.hidden], [false, true]);
  photo.original.checked = true;
  photo.original.dispatchEvent(new Event("change"));
  assert.equal(field.items[0].wantsOriginal, true);
  field.items[0].wantsOriginal = false;
  block.show(field.items[0]);
  assert.equal(photo.original.checked, false);
  assert.ok(
    read(photo.node).includes("<original>") && read(photo.node).includes("<originalWarning>"),
  );
});

test("whoever stood on a button that goes stays on the row", async () => {
  const { field, block } = begin();
  await field.add([fileOf("a.pdf")]);
  const row = block.rows.get(field.items[0]);
  row.made.keep.focus();
  field.items[0].keep();
  assert.equal(document.activeElement, row.node);
  const elsewhere = make("button", { hidden: "" });
  document.body.append(elsewhere);
  elsewhere.focus();
  block.show(field.items[0]);
  assert.equal(document.activeElement, elsewhere);
  row.made.drop.focus();
  block.show(field.items[0]);
  assert.equal(document.activeElement, row.made.drop);
});

test("only what changed is written, so that nothing is read aloud twice", async () => {
  const { field, block } = begin();
  await field.add([fileOf("a.pdf")]);
  const row = block.rows.get(field.items[0]);
  const [before] = row.state.childNodes;
  block.show(field.items[0]);
  assert.equal(row.state.childNodes[0], before);
});

// ---- The block around them.

test("files come from the field and by a drop, but none while the words are on their way", async () => {
  const { field, block, root } = begin();
  block.input.files = [fileOf("a.pdf")];
  block.input.value = "chosen";
  block.input.dispatchEvent(new Event("change"));
  assert.deepEqual([field.items.length, block.input.value], [1, ""]);
  block.input.files = [];
  const drop = (files) => {
    const event = Object.assign(new Event("drop", { cancelable: true }), {
      dataTransfer: files && { files },
    });
    root.dispatchEvent(event);
    assert.equal(event.defaultPrevented, true);
  };
  drop([fileOf("b.pdf")]);
  drop(null);
  assert.equal(field.items.length, 2);
  block.hold(true);
  assert.deepEqual([block.isHeld, block.input.disabled], [true, true]);
  drop([fileOf("c.pdf")]);
  assert.equal(field.items.length, 2);
  block.hold(false);
  assert.equal(block.isHeld, false);
  const over = new Event("dragover", { cancelable: true });
  root.dispatchEvent(over);
  assert.equal(over.defaultPrevented, true);
  block.say("something");
  assert.ok(read(root).includes("something"));
  block.remove();
  assert.deepEqual(root.children, [block.input]);
});

// ---- What is said of them in the end.

const ITEM = {
  shownName: "photo1.jpg",
  name: "a.jpg",
  cleanName: "photo1.jpg",
  state: "ready",
  reason: "",
  failure: "",
  pack: null,
  uploads: [{ blob: "b1" }, { blob: "b2" }],
};
const entryOf = (more) => ({ name: "photo1.jpg", blob: "b1", state: "cleaned", ...more });
for (const [name, item, entries, text] of [
  ["cleaned", {}, [entryOf()], "<savedClean>"],
  [
    "with its original",
    {},
    [entryOf(), entryOf({ blob: "b2", name: "a.jpg", state: "original" })],
    "<savedClean><savedOriginal>",
  ],
  ["kept as it is", {}, [entryOf({ state: "kept" })], "<savedKept>"],
  ["not sent", {}, [], "not saved because refused"],
  ["not sent, of which another was", {}, [entryOf({ blob: "b3" })], "not saved because refused"],
  ["failed", { failure: "full" }, [], "not saved because full"],
  ["refused", { state: "refused", reason: "empty" }, [], "not saved because empty"],
  ["failed for a reason without a word", { failure: "other" }, [], "not saved because refused"],
  [
    "in a pack",
    { pack: {}, uploads: [] },
    [entryOf(), entryOf({ name: "a.jpg", state: "original" })],
    "<savedClean><savedOriginal>",
  ],
  [
    "in a pack, as it is",
    { pack: {}, uploads: [], cleanName: "" },
    [entryOf({ name: "a.jpg", state: "kept" })],
    "<savedKept>",
  ],
  [
    "left out of a pack",
    { pack: {}, uploads: [] },
    [entryOf({ name: "b.jpg" })],
    "not saved because refused",
  ],
]) {
  test(`a file that was ${name} is told: ${text}`, () => {
    assert.deepEqual(outcomeOf({ ...ITEM, ...item }, entries, { words: WORDS }), {
      name: "photo1.jpg",
      text,
    });
  });
}

test("in practice a file that would go is told so, and nothing of it leaves", async () => {
  const { field, asked } = begin({ isPractice: true });
  await field.add([fileOf("a.jpg")]);
  const { main } = field.items[0];
  assert.ok(main instanceof PretendedUpload);
  assert.deepEqual(await field.collect(), { entries: [], tickets: [] });
  assert.deepEqual(outcomeOf(field.items[0], [], field), {
    name: "photo1.jpg",
    text: "<practised>",
  });
  assert.deepEqual(
    asked.filter(([job]) => job.startsWith("/") || job === "open"),
    [],
  );
  await field.until(() => main.isOver);
  assert.deepEqual([main.state, main.share], ["whole", 1]);
  field.remove(field.items[0]);
  assert.deepEqual([main.state, main.isOver, main.share], ["dropped", true, 0]);
});

// ---- Names and lengths.

test("an entry names each part of a file, and no other state than the three", () => {
  const file = {
    name: "a/b.jpg",
    type: "t",
    size: 1,
    sha256: "s",
    blob: "b",
    key: "k",
    state: "kept",
  };
  assert.deepEqual(makeEntry(file), {
    name: "a_b.jpg",
    type: "t",
    size: 1,
    sha256: "s",
    blob: "b",
    key: "k",
    offset: 0,
    state: "kept",
  });
  assert.equal(makeEntry({ ...file, offset: 7 }).offset, 7);
  for (const state of ["cleaned", "kept", "original"])
    assert.equal(makeEntry({ ...file, state }).state, state);
  for (const state of ["", "clean", "ready", undefined])
    assert.throws(() => makeEntry({ ...file, state }), /state/);
});

test("a name of just the longest length stays, and one longer keeps an ending of eight letters", () => {
  assert.equal(safeName("字".repeat(120)), "字".repeat(120));
  const long = safeName(`${"字".repeat(120)}.abcdefgh`);
  assert.deepEqual([Array.from(long).length, long.slice(-9)], [120, ".abcdefgh"]);
  assert.equal(safeName(`${"字".repeat(120)}.abcdefghi`), "字".repeat(120));
  assert.equal(safeName("", "other"), "other");
});

test("lengths are padded by little, and never below the least", () => {
  assert.deepEqual(
    [0, 1, 65535, 65536, 65537].map(paddedSize),
    [65536, 65536, 65536, 65536, 67584],
  );
  assert.deepEqual([0, 1, 2, 3, 9, 17].map(padme), [0, 1, 2, 3, 10, 18]);
  assert.deepEqual(
    STEPS.map((step) => step / MIB),
    [4, 16, 64, 256, 1024, 2304],
  );
  for (const [n, step] of STEPS.entries()) {
    assert.deepEqual([steppedSize(step), steppedSize(step + 1)], [step, STEPS[n + 1]]);
  }
});

// ---- The whole field, as the page gets it.

async function started({
  answers = {},
  lost = 0,
  rows = [],
  jobs,
  lang = "zh-CN",
  words = WORDS,
  ...options
} = {}) {
  const form = make(
    "form",
    {},
    make("input", { type: "radio", name: "official", value: "no", checked: "" }),
    make("input", { type: "checkbox", name: "exclude", value: "town" }),
  );
  const root = make("div", { id: "files-block" }, make("input", { type: "file" }));
  openPage(root, form);
  document.documentElement.lang = lang;
  root.querySelector("input").files = [];
  const server = serve({ "/tip/files/next": () => [404, { error: "unknown" }], ...answers });
  const fetched = globalThis.fetch;
  const addresses = [];
  globalThis.fetch = async (address, given) => {
    if (!address.includes("/tip/files/words")) return fetched(address, given);
    addresses.push(address);
    return { ok: true, status: 200, json: async () => structuredClone(words) };
  };
  const worker = hands(jobs);
  globalThis.Worker = class {
    constructor(address) {
      addresses.push(address);
      queueMicrotask(() => this.onmessage({ data: { isReady: true } }));
    }

    async postMessage({ id, job, content }) {
      try {
        this.onmessage({ data: { id, result: await worker.jobs[job](content) } });
      } catch (error) {
        this.onmessage({ data: { id, error: error.name } });
      }
    }

    terminate() {
      addresses.push("terminated");
    }
  };
  window.DengshaoLoad = { arrive: (address, done) => done("", address) };
  const store = new Map(rows.length ? [["dengshao.files.tip", JSON.stringify(rows)]] : []);
  window.sessionStorage = {
    getItem: (name) => store.get(name) ?? null,
    setItem: (name, value) => store.set(name, value),
    removeItem: (name) => store.delete(name),
  };
  globalThis.FormData = FormData;
  const files = await startFiles(root, { place: "tip", ...options, ...(options.form && { form }) });
  return { files, root, form, addresses, store, ...server };
}

test("the page's words come from their own address, in its language and for whom it is", async () => {
  for (const [how, address] of [
    [{}, "/tip/files/words"],
    [{ lang: "en" }, "/en/tip/files/words"],
    [{ isYoung: true }, "/tip/files/words?page=young"],
  ]) {
    const { addresses, root } = await started(how);
    assert.deepEqual(addresses, [address, "/app/files-worker.js"]);
    assert.equal(root.dataset.ready, "yes");
  }
});

test("the answers decide whether files travel together, but not while they are on their way", async () => {
  const { files, form } = await started({ form: true });
  const [official, exclude] = form.children;
  const change = (value, isExcluded) => {
    official.value = value;
    exclude.checked = isExcluded;
    form.dispatchEvent(new Event("change"));
    return files.field.isPacked;
  };
  assert.equal(files.field.isPacked, false);
  assert.deepEqual(
    [change("yes", false), change("no", true), change("unclear", true), change("unclear", false)],
    [true, false, true, false],
  );
  files.hold(true);
  assert.equal(change("yes", false), false);
  files.hold(false);
  assert.equal(files.field.isPacked, true);
});

test("a letter's files are asked once whether they travel together", async () => {
  for (const isPacked of [true, false])
    assert.equal(
      (await started({ isPacked: async () => isPacked })).files.field.isPacked,
      isPacked,
    );
  assert.equal((await started()).files.field.isPacked, false);
});

test("what is lost of an earlier page is told, and in practice nothing is looked for", async () => {
  const rows = [{ ticket: "old", box: "{}" }];
  const lost = await started({ rows });
  assert.ok(read(lost.root).includes("<lost>"));
  const none = await started();
  assert.ok(!read(none.root).includes("<lost>"));
  const practice = await started({ rows, isPractice: true });
  assert.ok(!read(practice.root).includes("<lost>"));
});

test("only the form's page offers the plain way for what no browser cleans", async () => {
  for (const [form, note] of [
    [true, "<askKind>"],
    [false, "<ask>"],
  ]) {
    const { files, root } = await started({ form });
    await files.field.add([fileOf("a.pdf")]);
    assert.ok(read(root).includes(note));
  }
});

test("what a page asks of its files is answered by its field", async () => {
  const { files, root, addresses, store } = await started();
  assert.equal(files.isEmpty, true);
  assert.equal(files.words.wait, "<wait>");
  let waits = 0;
  assert.deepEqual(await files.collect(() => (waits += 1)), { entries: [], tickets: [] });
  assert.equal(waits, 0);
  files.field.add([fileOf("a.jpg")]);
  assert.equal(files.isEmpty, false);
  const { entries } = await files.collect(() => (waits += 1));
  assert.deepEqual([entries.length, waits, files.faults()], [1, 1, []]);
  assert.deepEqual(files.outcome(entries), [{ name: "photo1.jpg", text: "<savedClean>" }]);
  assert.equal(store.size, 1);
  files.wipe();
  assert.deepEqual([files.isEmpty, root.querySelector("ul").children, store.size], [true, [], 0]);
  assert.equal(addresses.at(-1), "terminated");
});

test("given back, the files stand in the plain field again, and nothing of them at the server", async () => {
  for (const [name, transfer, expected] of [
    [
      "a browser that fills the field",
      class {
        items = { add: (file) => this.files.push(file) };
        files = [];
      },
      true,
    ],
    [
      "one that will not",
      class {
        items = { add() {} };
        files = [];
      },
      false,
    ],
    [
      "one that cannot",
      class {
        constructor() {
          throw new Error("no");
        }
      },
      false,
    ],
  ]) {
    globalThis.DataTransfer = transfer;
    const { files, root, dropped } = await started();
    await files.field.add([fileOf("a.jpg")]);
    await files.collect(() => {});
    assert.equal(files.release(), expected, name);
    await settle();
    assert.deepEqual([dropped(), root.children.length], [["ticket 1"], 1]);
    if (expected)
      assert.deepEqual(
        root.querySelector("input").files.map((file) => file.name),
        ["a.jpg"],
      );
    // Where there was none, nothing failed to come back.
    assert.equal((await started()).files.release(), !name.includes("cannot") || true);
  }
});
