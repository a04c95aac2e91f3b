// What is shown and said of files that were chosen, and their names and lengths, item by item:
// `node --test`.

import assert from "node:assert/strict";
import { afterEach, test } from "node:test";
import { makeEntry, safeName } from "../../admin/browser/reporter/files/file_entry.js";
import { outcomeOf } from "../../admin/browser/reporter/files/outcome.js";
import { paddedSize, padme, STEPS, steppedSize } from "../../admin/browser/reporter/files/padme.js";
import { PretendedUpload } from "../../admin/browser/reporter/files/practice.js";
import { seenOf, sizeWords } from "../../admin/browser/reporter/files/row.js";
import { begin, fileOf, MIB, settle, WORDS } from "./chosen.mjs";
import { make, read } from "./dom.mjs";

// What one test began ends before the next has a server of its own.
afterEach(settle);

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
