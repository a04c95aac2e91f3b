// What becomes of files that were chosen, packed, or begun on an earlier page, item by item, with a worker
// and a server made of functions: `node --test`.

import assert from "node:assert/strict";
import { afterEach, test } from "node:test";
import { begin, fileOf, kindOf, MIB, settle } from "./chosen.mjs";
import { read } from "./dom.mjs";

// What one test began ends before the next has a server of its own.
afterEach(settle);

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

test("where a worker cannot draw, the page does, if only it has what the worker lacks", async () => {
  for (const hasOffscreen of [false, true]) {
    const drawn = [];
    globalThis.createImageBitmap = async (file) => {
      drawn.push(file.name);
      throw new TypeError("an option that is not known");
    };
    if (hasOffscreen) globalThis.OffscreenCanvas = class {};
    const { field, stateOf } = begin({ jobs: { clean: async () => ({ reason: "browser" }) } });
    await field.add([fileOf("a.jpg")]);
    assert.equal(stateOf(0), "undecided because browser");
    // A canvas off the screen is the worker's too: the page could do no more.
    assert.deepEqual(drawn, hasOffscreen ? [] : ["a.jpg"]);
    // What is broken is not drawn a second time.
    const other = begin({ jobs: { clean: async () => ({ reason: "broken" }) } });
    await other.field.add([fileOf("b.jpg")]);
    assert.ok(!drawn.includes("b.jpg"));
  }
  for (const name of ["OffscreenCanvas", "createImageBitmap"])
    Reflect.deleteProperty(globalThis, name);
});

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

test("with one file less a pack that fails again is no new fault, and the words go without it", async () => {
  const { field, block } = begin({
    plays: { "/tip/files/part": () => [507, { error: "full" }] },
  });
  field.travelTogether(true);
  await field.add([fileOf("a.jpg"), fileOf("b.jpg")]);
  await assert.rejects(field.collect(), { name: "FileFaults" });
  block.acts.drop(field.items[1]);
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
