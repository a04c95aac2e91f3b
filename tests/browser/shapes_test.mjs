// What of what is opened is believed: each part of a tip, a label, a message and a receipt item by item:
// `node --test`.

import assert from "node:assert/strict";
import { test } from "node:test";
import { fromBase64, toHex, toUtf8 } from "../../admin/browser/shared/bytes.js";
import {
  newIdentity,
  openWith,
  recipientOf,
  seedOf,
} from "../../admin/browser/shared/sealing/age.js";
import { nonceOf } from "../../admin/browser/shared/sealing/age_payload.js";
import {
  digestOf,
  LABEL_STEP,
  MESSAGE_STEP,
  makeEnvelope,
  pad,
  padTo,
  parseContent,
  parseEnvelope,
  TIP_CLASS,
  TIP_STEP,
  verifyEnvelope,
} from "../../admin/browser/shared/sealing/envelope.js";
import { sealLetter } from "../../admin/browser/shared/sealing/letter.js";
import { unitMark } from "../../admin/browser/shared/sealing/marks.js";
import { contentMac, rosterMac } from "../../admin/browser/shared/sealing/member.js";
import { areFields, readLabelContent, readTip } from "../../admin/browser/shared/sealing/opened.js";
import {
  check,
  derive,
  grouped,
  newDigits,
  withChecks,
} from "../../admin/browser/shared/sealing/receipt.js";
import { blankSeen, openSeen, sealSeen } from "../../admin/browser/shared/sealing/seen.js";
import {
  labelBytes,
  makeReference,
  tipBytes,
  wellFormed,
} from "../../admin/browser/shared/sealing/tip.js";

const TALK = new Uint8Array(32).fill(3);
const without = (object, name) => {
  const { [name]: _gone, ...rest } = object;
  return rest;
};
const text = (bytes) => new TextDecoder().decode(bytes);

const MARK = unitMark(TALK, "police", "R");
// ---- What a tip holds.

const TIP = {
  v: 1,
  kind: "tip",
  reference: "R",
  fields: { what: "w" },
  reporter: "r",
  talk: Buffer.from(TALK).toString("base64"),
};
const bytesOf = (content) =>
  toUtf8(typeof content === "string" ? content : JSON.stringify(content));
const LONG = "x".repeat(10000);

for (const [name, change] of [
  ["no files and no contact", {}],
  ["files", { files: [] }],
  ["a contact", { contact: "c" }],
  [
    "texts as long as can be",
    { reference: LONG, reporter: LONG, contact: LONG, fields: { [LONG]: LONG, list: [LONG] } },
  ],
  [
    "as many fields as can be",
    { fields: Object.fromEntries(Array.from({ length: 100 }, (_, n) => [`f${n}`, ""])) },
  ],
  [
    "files named beside them",
    {
      fields: {
        ...Object.fromEntries(Array.from({ length: 100 }, (_, n) => [`f${n}`, ""])),
        files: 5,
      },
    },
  ],
  ["a list as long as can be", { fields: { list: Array(100).fill("") } }],
]) {
  test(`a tip with ${name} is read`, () => {
    assert.deepEqual(readTip(bytesOf({ ...TIP, ...change })), { ...TIP, ...change });
  });
}

const BROKEN = [
  ...["reference", "reporter"].flatMap((name) =>
    [null, 5, `${LONG}x`, ["r"]].map((value) => [name, value]),
  ),
  ...[
    null,
    5,
    "text",
    ["w"],
    { what: 5 },
    { what: null },
    { what: { a: "b" } },
    { what: ["a", 5] },
    { what: `${LONG}x` },
    { [`${LONG}x`]: "" },
  ].map((value) => ["fields", value]),
  ["fields", Object.fromEntries(Array.from({ length: 101 }, (_, n) => [`f${n}`, ""]))],
  ["fields", { list: Array(101).fill("") }],
  ["fields", { list: [`${LONG}x`] }],
  ...[
    null,
    5,
    "",
    "####",
    Buffer.alloc(31).toString("base64"),
    Buffer.alloc(33).toString("base64"),
  ].map((value) => ["talk", value]),
  ...[null, {}, "x"].map((value) => ["files", value]),
  ...[null, 5, `${LONG}x`, ["c"]].map((value) => ["contact", value]),
  ...[0, 2, "1", null].map((value) => ["v", value]),
  ...["label", "", null].map((value) => ["kind", value]),
];
for (const [name, value] of BROKEN) {
  test(`a tip whose ${name} is ${JSON.stringify(value).slice(0, 40)} is junk`, () => {
    assert.throws(() => readTip(bytesOf({ ...TIP, [name]: value })), { name: "BadContent" });
  });
}
for (const name of Object.keys(TIP)) {
  test(`a tip without its ${name} is junk`, () => {
    assert.throws(() => readTip(bytesOf(without(TIP, name))), { name: "BadContent" });
  });
}

test("what is not JSON, or no object, is junk", () => {
  for (const text of ["", "{", "null", "5", '"tip"', "true"])
    assert.throws(() => parseContent(bytesOf(text), "tip"), { name: "BadContent" });
  assert.throws(() => parseContent(Uint8Array.of(0xff), "tip"), { name: "BadContent" });
  assert.equal(areFields(undefined), false);
});

const LABEL = { v: 1, kind: "label", category: "A1", township: "t", flags: ["minor"] };
test("a label is read whole, and is junk without any of its parts or with another in its place", () => {
  assert.deepEqual(readLabelContent(bytesOf(LABEL)), LABEL);
  for (const name of Object.keys(LABEL))
    assert.throws(
      () => readLabelContent(bytesOf(without(LABEL, name))),
      { name: "BadContent" },
      name,
    );
  for (const [name, value] of [
    ["category", 5],
    ["township", null],
    ["flags", "minor"],
    ["flags", [5]],
    ["flags", null],
    ["kind", "tip"],
  ])
    assert.throws(
      () => readLabelContent(bytesOf({ ...LABEL, [name]: value })),
      { name: "BadContent" },
      name,
    );
});

test("a tip is as long as every other, with each of its parts in it and no other", () => {
  const tip = { reference: "R", fields: { what: "w" }, reporter: "r", talk: TALK, contact: "" };
  assert.deepEqual(JSON.parse(text(tipBytes(tip))), { ...TIP, files: [] });
  assert.deepEqual(JSON.parse(text(tipBytes({ ...tip, contact: "c", files: [1] }))), {
    ...TIP,
    files: [1],
    contact: "c",
  });
  const size = (length) => tipBytes({ ...tip, fields: { what: "x".repeat(length) } }).length;
  const whole = 16384 - JSON.stringify({ ...TIP, files: [], fields: { what: "" } }).length;
  assert.deepEqual(
    [size(1), size(whole), size(whole + 1), size(whole + 8192), size(whole + 8193)],
    [16384, 16384, 24576, 24576, 32768],
  );
  const label = labelBytes(LABEL);
  assert.deepEqual([label.length, JSON.parse(text(label))], [512, LABEL]);
});

test("the steps are those that the server knows", () => {
  const steps = [TIP_STEP, TIP_CLASS, LABEL_STEP, MESSAGE_STEP];
  assert.deepEqual(steps, [8192, 16384, 512, 4096]);
});

test("bytes are filled up to whole steps, and what is whole stays", () => {
  for (const [size, filled] of [
    [0, 0],
    [1, 8],
    [7, 8],
    [8, 8],
    [9, 16],
  ])
    assert.equal(pad(new Uint8Array(size), 8).length, filled);
  assert.deepEqual(pad(toUtf8("ab"), 4), toUtf8("ab  "));
  for (const [size, filled] of [
    [1, 8],
    [8, 8],
    [9, 9],
  ])
    assert.equal(padTo(new Uint8Array(size), 8).length, filled);
});

test("half a character becomes the sign for it, in texts and in lists", () => {
  assert.deepEqual(wellFormed({ a: "x\ud83d", b: ["\ude00y", "😀"], c: "" }), {
    a: "x\ufffd",
    b: ["\ufffdy", "😀"],
    c: "",
  });
});

test("a reference is two groups of five of its own letters, and no two are alike", () => {
  const made = new Set(Array.from({ length: 200 }, makeReference));
  assert.equal(made.size, 200);
  for (const one of made) assert.match(one, /^[0-9A-HJKMNP-TV-Z]{5}-[0-9A-HJKMNP-TV-Z]{5}$/);
  assert.equal(new Set([...made].join("").replace(/-/g, "")).size, 32);
});

// ---- Messages.

const PLACE = { kind: "message", direction: "staff", reference: "R", number: 2, previous: "aa" };
const envelope = (change = {}) => makeEnvelope("body", TALK, { ...PLACE, ...change });

test("a message opens at its own place alone, and says its day", () => {
  for (const day of ["", "2026-11-30"]) {
    const { bytes, digest } = envelope({ day });
    assert.equal(bytes.length, MESSAGE_STEP);
    assert.equal(digest, digestOf(bytes));
    const found = verifyEnvelope(bytes, TALK, PLACE);
    assert.deepEqual([found.body, found.day], ["body", day || undefined]);
    for (const [change, name] of [
      [{ direction: "reporter" }, "WrongMac"],
      [{ reference: "S" }, "WrongMac"],
      [{ number: 1 }, "BrokenChain"],
      [{ number: 3 }, "BrokenChain"],
      [{ previous: "bb" }, "BrokenChain"],
      [{ previous: "" }, "BrokenChain"],
    ])
      assert.throws(() => verifyEnvelope(bytes, TALK, { ...PLACE, ...change }), { name });
    assert.throws(() => verifyEnvelope(bytes, new Uint8Array(32), PLACE), { name: "WrongMac" });
  }
});

test("a message with any of its parts changed, lost or added is not believed", () => {
  const content = JSON.parse(text(envelope({ day: "2026-11-30" }).bytes));
  const read = (change) => verifyEnvelope(bytesOf(change), TALK, PLACE);
  read(content);
  for (const name of Object.keys(content))
    assert.throws(() => read(without(content, name)), { name: /BadContent|WrongMac/ }, name);
  for (const [name, value] of [
    ["body", "other"],
    ["day", "2026-12-01"],
    ["mac", content.mac.replace(/^./, (one) => (one === "0" ? "1" : "0"))],
    ["mac", ""],
  ])
    assert.throws(() => read({ ...content, [name]: value }), { name: "WrongMac" }, name);
  for (const [name, value] of [
    ["v", 2],
    ["kind", "other"],
    ["direction", "other"],
    ["number", 0],
    ["number", -1],
    ["number", 1.5],
    ["number", "2"],
    ["number", 2 ** 53],
    ["previous", 5],
    ["body", null],
    ["reference", 5],
    ["mac", 5],
    ["day", "2026-13-01"],
    ["day", ""],
    ["more", "x"],
  ])
    assert.throws(
      () => read({ ...content, [name]: value }),
      { name: "BadContent" },
      `${name} ${value}`,
    );
  for (const kind of ["message", "supplement", "danger", "withdraw"])
    assert.equal(parseEnvelope(bytesOf({ ...content, kind })).kind, kind);
  for (const direction of ["staff", "reporter"])
    assert.equal(parseEnvelope(bytesOf({ ...content, direction })).direction, direction);
});

test("a day is under the MAC, and none is none", () => {
  const macs = ["", "2026-11-30", "2026-12-01"].map(
    (day) => JSON.parse(text(envelope({ day }).bytes)).mac,
  );
  assert.equal(new Set(macs).size, 3);
  assert.ok(!("day" in JSON.parse(text(envelope().bytes))));
});

test("a letter is numbered behind the last, hangs on its digest, and goes to the unit's own readers", async () => {
  const identities = await Promise.all([newIdentity(), newIdentity()]);
  const recipients = await Promise.all(identities.map(recipientOf));
  const answer = {
    reference: "R",
    unit: { id: "police", recipients, key: 9 },
    marks: [MARK],
    messages: [],
  };
  const keys = { talk: TALK };
  for (const [messages, number, previous] of [
    [[], 1, ""],
    [[{ number: 1, digest: "aa" }], 2, "aa"],
    [
      [
        { number: 1, digest: "aa" },
        { number: 4, digest: "bb" },
      ],
      5,
      "bb",
    ],
  ]) {
    const letter = await sealLetter(keys, { ...answer, messages }, "danger", "body");
    assert.deepEqual([letter.kind, letter.number, letter.key], ["danger", number, 9]);
    for (const one of identities) {
      const bytes = await openWith(one, fromBase64(letter.sealed));
      assert.equal(digestOf(bytes), letter.digest);
      const found = verifyEnvelope(bytes, TALK, {
        direction: "reporter",
        reference: "R",
        number,
        previous,
      });
      assert.deepEqual([found.kind, found.body], ["danger", "body"]);
    }
  }
  await assert.rejects(sealLetter(keys, { ...answer, marks: [] }, "message", "x"), {
    name: "Unmarked",
  });
  await assert.rejects(sealLetter(keys, { ...answer, marks: ["x"] }, "message", "x"), {
    name: "Strayed",
  });
});

// ---- The receipt, and what was seen.

test("each digit of a receipt that is typed wrong is found, group by group", () => {
  const digits = "012345678901234567890123456789";
  const receipt = withChecks(digits);
  assert.deepEqual(
    [receipt.length, check(receipt), check(grouped(receipt, "-"))],
    [36, digits, digits],
  );
  assert.equal(grouped(receipt).split(" ").length, 6);
  for (let at = 0; at < 36; at += 1) {
    for (const other of "0123456789") {
      if (other === receipt[at]) continue;
      const typed = receipt.slice(0, at) + other + receipt.slice(at + 1);
      assert.throws(
        () => check(typed),
        { name: "WrongGroup", groups: [Math.floor(at / 6) + 1] },
        typed,
      );
    }
  }
  const swapped = (at) =>
    receipt.slice(0, at) + receipt[at + 1] + receipt[at] + receipt.slice(at + 2);
  for (let at = 0; at < 35; at += 1) {
    if (at % 6 !== 5 && receipt[at] !== receipt[at + 1])
      assert.throws(() => check(swapped(at)), { name: "WrongGroup" });
  }
  for (const [typed, found] of [
    ["", 0],
    [receipt.slice(1), 35],
    [`${receipt}0`, 37],
  ])
    assert.throws(() => check(typed), { name: "WrongLength", found });
  for (const wrong of ["", digits.slice(1), `${digits}0`, digits.replace("0", "x")])
    assert.throws(() => withChecks(wrong), { name: "WrongLength" });
  const fresh = Array.from({ length: 50 }, newDigits);
  assert.equal(new Set(fresh).size, 50);
  for (const one of fresh) assert.match(one, /^\d{30}$/);
  assert.equal(new Set(fresh.join("")).size, 10);
});

test("a receipt's keys are its own, on its own site", () => {
  const keys = derive("0".repeat(30), "site");
  assert.deepEqual([keys.lookup.length, keys.talk.length], [16, 32]);
  for (const other of [derive("1".repeat(30), "site"), derive("0".repeat(30), "site2")]) {
    for (const name of ["lookup", "talk", "identity"]) assert.notDeepEqual(other[name], keys[name]);
  }
  assert.notEqual(toHex(keys.talk).slice(0, 32), toHex(keys.lookup));
  assert.notDeepEqual(seedOf(keys.identity), keys.talk);
});

test("what was seen opens with the talk's key for its own tip, and nothing else does", () => {
  const seen = { number: 3, day: "2026-11-30", digest: "ab".repeat(32) };
  const box = sealSeen(TALK, "R", seen);
  assert.equal(box.length, blankSeen().length);
  assert.deepEqual(openSeen(TALK, "R", box), seen);
  const none = { number: 0, day: "2026-11-30", digest: "" };
  assert.deepEqual(openSeen(TALK, "R", sealSeen(TALK, "R", none)), none);
  assert.equal(openSeen(new Uint8Array(32), "R", box), null);
  assert.equal(openSeen(TALK, "S", box), null);
  assert.equal(openSeen(TALK, "R", blankSeen()), null);
  assert.equal(openSeen(TALK, "R", box.subarray(1)), null);
  assert.equal(openSeen(TALK, "R", Uint8Array.from([...box, 0])), null);
  for (let at = 0; at < box.length; at += 1)
    assert.equal(
      openSeen(
        TALK,
        "R",
        box.map((byte, n) => (n === at ? byte ^ 1 : byte)),
      ),
      null,
    );
  assert.equal(openSeen(TALK, "R", sealSeen(TALK, "R", { ...seen, day: "2026-13-30" })), null);
  assert.deepEqual(openSeen(TALK, "R", Uint8Array.from([1, 2, ...box]).subarray(2)), seen);
  assert.notDeepEqual(sealSeen(TALK, "R", seen), box);
});

test("each chunk has a number of its own, and the last is marked", () => {
  assert.deepEqual(nonceOf(0, false), new Uint8Array(12));
  assert.deepEqual([...nonceOf(0x01020304, true)], [0, 0, 0, 0, 0, 0, 0, 1, 2, 3, 4, 1]);
});

test("a list's MAC is over each of its rows, in whatever order they come", () => {
  const rows = [
    ["a", "1"],
    ["b", "2"],
    ["", "3"],
  ];
  for (const mac of [(list) => rosterMac(TALK, list), (list) => contentMac(TALK, "R", list)]) {
    const own = mac(rows);
    assert.equal(mac(rows.slice().reverse()), own);
    for (let n = 0; n < rows.length; n += 1) {
      assert.notEqual(mac(rows.filter((_row, at) => at !== n)), own);
      assert.notEqual(mac([...rows, rows[n]]), own);
      assert.notEqual(mac(rows.map((row, at) => (at === n ? [row[0], "9"] : row))), own);
      assert.notEqual(mac(rows.map((row, at) => (at === n ? ["z", row[1]] : row))), own);
    }
  }
  assert.notEqual(contentMac(TALK, "S", rows), contentMac(TALK, "R", rows));
  assert.notEqual(rosterMac(new Uint8Array(32), rows), rosterMac(TALK, rows));
  for (const row of [
    ["a\tb", "1"],
    ["a", "1\n"],
    ["a\n", "1"],
    ["a", "1\t"],
  ])
    assert.throws(() => rosterMac(TALK, [row]), /tab or a line/);
});
