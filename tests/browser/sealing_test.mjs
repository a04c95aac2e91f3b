// To whom words are sealed, and what of what comes back is believed: each recipient, field, mark and part
// item by item, with one too few and one too many: `node --test`.

import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { before, test } from "node:test";
import { fromBase64, toHex, toUtf8 } from "../../admin/browser/shared/bytes.js";
import {
  identityFromSeed,
  newIdentity,
  openWith,
  recipientOf,
  sealTo,
  seedOf,
  trySealing,
} from "../../admin/browser/shared/sealing/age.js";
import { nonceOf } from "../../admin/browser/shared/sealing/age_payload.js";
import {
  digestOf,
  MESSAGE_STEP,
  makeEnvelope,
  pad,
  padTo,
  parseContent,
  parseEnvelope,
  verifyEnvelope,
} from "../../admin/browser/shared/sealing/envelope.js";
import { JOBS } from "../../admin/browser/shared/sealing/jobs.js";
import { sealLetter } from "../../admin/browser/shared/sealing/letter.js";
import { checkReader, checkUnit } from "../../admin/browser/shared/sealing/locks.js";
import { checkMark, isMarked, mayLie, unitMark } from "../../admin/browser/shared/sealing/marks.js";
import { contentMac, fingerprint, rosterMac } from "../../admin/browser/shared/sealing/member.js";
import { areFields, readLabelContent, readTip } from "../../admin/browser/shared/sealing/opened.js";
import { checkRoutes, routesText } from "../../admin/browser/shared/sealing/published.js";
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
const sha = (text) => createHash("sha256").update(text).digest("hex");
const without = (object, name) => {
  const { [name]: _gone, ...rest } = object;
  return rest;
};

// ---- Whose key it is.

const [ONE, TWO] = ["age1pq1one", "age1pq1two"];
const KEY = { unit: "police", fingerprint: fingerprint("police", ONE, TWO) };
const RECIPIENTS = [
  ["both", [ONE, TWO], true],
  ["none", [], false],
  ["the first alone", [ONE], false],
  ["the second alone", [TWO], false],
  ["a third", [ONE, TWO, "age1pq1x"], false],
  ["a third that is empty", [ONE, TWO, ""], false],
  ["a third in front", ["age1pq1x", ONE, TWO], false],
  ["the first twice", [ONE, ONE], false],
  ["another first", ["age1pq1x", TWO], false],
  ["another second", [ONE, "age1pq1x"], false],
  ["both the other way round", [TWO, ONE], false],
];
for (const [name, recipients, isOurs] of RECIPIENTS) {
  test(`a unit with ${name} is ${isOurs ? "" : "not "}sealed to`, () => {
    for (const look of [checkUnit, checkReader]) {
      const act = () => look({ id: "police", recipients }, [KEY]);
      if (isOurs) act();
      else assert.throws(act, { name: "FalseKey" });
      assert.throws(() => look({ id: "drugs", recipients }, [KEY]), { name: "FalseKey" });
      assert.throws(() => look({ id: "police", recipients }, []), { name: "FalseKey" });
    }
  });
}

test("a list whose keys are without a fingerprint lets nothing through", () => {
  for (const keys of [[{ unit: "police", fingerprint: "" }], [{ unit: "police" }]])
    for (const [, recipients] of RECIPIENTS)
      assert.throws(() => checkUnit({ id: "police", recipients }, keys), { name: "FalseKey" });
});

test("one key that is ours among others is enough, wherever it stands", () => {
  const others = [
    { unit: "drugs", fingerprint: KEY.fingerprint },
    { unit: "police", fingerprint: "0" },
  ];
  for (const keys of [
    [KEY, ...others],
    [...others, KEY],
  ])
    checkUnit({ id: "police", recipients: [ONE, TWO] }, keys);
});

test("words go to hybrid recipients only, each of whom opens them, and to nobody else", async () => {
  const identities = await Promise.all([1, 2, 3].map(newIdentity));
  const recipients = await Promise.all(identities.map(recipientOf));
  const sealed = await sealTo(recipients.slice(0, 2), toUtf8("words"));
  for (const one of identities.slice(0, 2))
    assert.deepEqual(await openWith(one, sealed), toUtf8("words"));
  assert.deepEqual(await openWith(identities, sealed), toUtf8("words"));
  await assert.rejects(openWith(identities[2], sealed));
  await assert.rejects(sealTo([], toUtf8("words")), /no recipient/);
  const classic = "age1ql3z7hjy54pw3hyww5ayyfg7zqgvc7w3j2elw8zmrj2kg5sfn9aqmcac8p";
  for (const list of [[classic], [recipients[0], classic], [classic, recipients[0]]])
    await assert.rejects(sealTo(list, toUtf8("words")), /hybrid/);
  assert.equal(await trySealing(), true);
});

test("an identity is its seed, of 32 bytes and of its own kind", async () => {
  const seed = Uint8Array.from({ length: 32 }, (_, n) => n);
  assert.deepEqual(seedOf(identityFromSeed(seed)), seed);
  assert.deepEqual(seedOf(identityFromSeed(seed).toLowerCase()), seed);
  for (const size of [0, 31, 33])
    assert.throws(() => identityFromSeed(new Uint8Array(size)), /length/);
  for (const other of [
    await recipientOf(identityFromSeed(seed)),
    "AGE-SECRET-KEY-1QQQ",
    "",
    `${identityFromSeed(seed)}Q`,
  ])
    assert.throws(() => seedOf(other));
});

// ---- Where a tip lies.

const MARK = unitMark(TALK, "police", "R");
test("a unit is marked by the tip's own talk key, for itself and for this tip", () => {
  assert.match(MARK, /^[0-9a-f]{64}$/);
  const others = [
    unitMark(new Uint8Array(32), "police", "R"),
    unitMark(TALK, "drugs", "R"),
    unitMark(TALK, "police", "S"),
  ];
  assert.equal(new Set([MARK, ...others]).size, 4);
  for (const [marks, expected] of [
    [[MARK], true],
    [[...others, MARK], true],
    [[MARK, ...others], true],
    [others, false],
    [[], false],
    [[MARK.toUpperCase()], false],
    [[MARK.slice(1)], false],
    [[`${MARK}0`], false],
    [[null, 5, {}, undefined], false],
  ])
    assert.equal(isMarked(marks, TALK, "police", "R"), expected);
});

test("no mark at all is told from the marks of other units", () => {
  const answer = { reference: "R", unit: { id: "police" } };
  checkMark(TALK, { ...answer, marks: [MARK] });
  for (const marks of [[], null, undefined, "", MARK, { length: 1 }])
    assert.throws(() => checkMark(TALK, { ...answer, marks }), { name: "Unmarked" });
  for (const marks of [["x"], [unitMark(TALK, "drugs", "R")]])
    assert.throws(() => checkMark(TALK, { ...answer, marks }), { name: "Strayed" });
});

const ROUTES = { supervisory: "s", upper: "u", offices: { town: "t", village: null, police: "p" } };
test("an excluded unit never has a tip; a supervisory tip has two units alone", () => {
  for (const [official, exclude, units] of [
    ["no", [], ["p", "t", "s", "u"]],
    ["unclear", [], ["p", "t", "s", "u"]],
    ["no", ["town"], ["p", "s", "u"]],
    ["no", ["town", "police"], ["s", "u"]],
    ["no", ["village"], ["p", "t", "s", "u"]],
    ["unclear", ["village"], ["s", "u"]],
    ["yes", [], ["s", "u"]],
    ["yes", ["police"], ["s", "u"]],
  ]) {
    const found = ["p", "t", "s", "u"].filter((unit) =>
      mayLie(ROUTES, { official, exclude }, unit),
    );
    assert.deepEqual(found, units, `${official} ${exclude}`);
  }
  assert.throws(() => mayLie(ROUTES, { official: "no", exclude: ["county"] }, "p"), {
    name: "FalseRoutes",
  });
});

test("routes are the published ones only where each of their parts is", () => {
  const routes = {
    supervisory: "s",
    upper: "u",
    contact: { custodian: "c", reviewer: "r" },
    units: { s: { otherwise: ["u"] }, p: { otherwise: [] } },
    categories: { A1: "p", B2: "s" },
    offices: { town: null, village: "p" },
  };
  const digest = sha(routesText(routes));
  checkRoutes(routes, digest);
  // In whatever order they stand.
  const turned = Object.fromEntries(Object.entries(routes.units).reverse());
  checkRoutes(
    {
      ...routes,
      units: turned,
      categories: { B2: "s", A1: "p" },
      offices: { village: "p", town: null },
    },
    digest,
  );
  // Which units are open, and with which keys, is not in it.
  checkRoutes(
    { ...routes, units: { ...routes.units, s: { otherwise: ["u"], recipients: ["x"] } } },
    digest,
  );
  for (const change of [
    { supervisory: "u" },
    { upper: "s" },
    { contact: null },
    { contact: { custodian: "r", reviewer: "c" } },
    { units: without(routes.units, "p") },
    { units: { ...routes.units, x: { otherwise: [] } } },
    { units: { ...routes.units, p: { otherwise: ["u"] } } },
    { categories: without(routes.categories, "A1") },
    { categories: { ...routes.categories, A1: "s" } },
    { categories: { ...routes.categories, C1: "p" } },
    { offices: without(routes.offices, "town") },
    { offices: { ...routes.offices, town: "p" } },
    { offices: { ...routes.offices, county: null } },
    { units: null },
  ])
    assert.throws(() => checkRoutes({ ...routes, ...change }, digest), { name: "FalseRoutes" });
  for (const other of ["", null, undefined, 5, digest.toUpperCase(), digest.slice(1)])
    assert.throws(() => checkRoutes(routes, other), { name: "FalseRoutes" });
});

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

const text = (bytes) => new TextDecoder().decode(bytes);
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

// ---- The jobs of the form's worker.

const UNITS = ["p", "s", "u", "c", "r"];
const held = {};
const routes = {
  site: "site",
  supervisory: "s",
  upper: "u",
  contact: { custodian: "c", reviewer: "r" },
  units: {},
  categories: { A1: "p", A4: "p" },
  offices: { custody: "c", review: "r", other: null },
};
let keys = [];
let job = null;

before(async () => {
  for (const id of UNITS) {
    const identities = await Promise.all([newIdentity(), newIdentity()]);
    const recipients = await Promise.all(identities.map(recipientOf));
    held[id] = identities;
    routes.units[id] = { otherwise: [], recipients, key: `key of ${id}` };
  }
  keys = UNITS.map((id) => ({
    unit: id,
    fingerprint: fingerprint(id, ...routes.units[id].recipients),
  }));
  job = {
    digits: "0".repeat(30),
    fields: { category: "A1", what: "w", township: "t" },
    contact: "",
    files: [],
    routes,
    keys,
    digest: sha(routesText(routes)),
  };
});

// Which keys open a part of a cover.
async function readersOf(sealed) {
  const found = [];
  for (const id of UNITS) {
    for (const [n, identity] of held[id].entries()) {
      const bytes = await openWith(identity, fromBase64(sealed)).catch(() => null);
      if (bytes) found.push([`${id}${n}`, bytes]);
    }
  }
  return found;
}
const names = (readers) => readers.map(([name]) => name);

test("a tip's words are for the unit and its recovery sheet, its label for the unit alone", async () => {
  const { lookup, talk, identity } = derive(job.digits, "site");
  for (const [change, unit, urgency, label] of [
    [{}, "p", "P3", { category: "A1", township: "t", flags: [] }],
    [{ when: "now" }, "p", "P0", { category: "A1", township: "t", flags: ["danger"] }],
    [{ minor: "yes" }, "p", "P1", { category: "A1", township: "t", flags: ["minor"] }],
    [
      { minor: "yes", when: "now" },
      "p",
      "P0",
      { category: "A1", township: "t", flags: ["minor", "danger"] },
    ],
    [{ township: "" }, "p", "P3", { category: "A1", township: "unclear", flags: [] }],
    [{ official: "yes", minor: "yes" }, "s", "P1", { category: "", township: "", flags: [] }],
  ]) {
    const fields = { ...job.fields, ...change };
    const cover = await JOBS.sealTip({ ...job, fields });
    assert.deepEqual(
      [cover.unit, cover.urgency, cover.key, cover.lookup],
      [unit, urgency, `key of ${unit}`, toHex(lookup)],
    );
    assert.equal(cover.mark, unitMark(talk, unit, cover.reference));
    const words = await readersOf(cover.sealed);
    assert.deepEqual(names(words), [`${unit}0`, `${unit}1`]);
    const tip = readTip(words[0][1]);
    assert.deepEqual(
      [tip.fields, tip.reference, tip.reporter, tip.talk, tip.contact],
      [
        fields,
        cover.reference,
        await recipientOf(identity),
        Buffer.from(talk).toString("base64"),
        undefined,
      ],
    );
    const labels = await readersOf(cover.label);
    assert.deepEqual(names(labels), [`${unit}0`]);
    const { v: _v, kind: _kind, ...rest } = readLabelContent(labels[0][1]);
    assert.deepEqual(rest, label);
  }
});

test("a contact is under two seals, and opens for custodian and reviewer together alone", async () => {
  const { sealed } = await JOBS.sealTip({ ...job, contact: "me" });
  const [[, bytes]] = await readersOf(sealed);
  const outer = await readersOf(readTip(bytes).contact);
  assert.deepEqual(names(outer), ["c0", "c1"]);
  const inner = await readersOf(Buffer.from(outer[0][1]).toString("base64"));
  assert.deepEqual(names(inner), ["r0", "r1"]);
  assert.equal(text(inner[0][1]).trim(), "me");
  assert.equal(inner[0][1].length, 512);
});

const closed = (id) => ({
  units: { ...routes.units, [id]: { ...routes.units[id], recipients: [] } },
});
test("no contact is sealed where either of its two units is none, closed, kept out or false", async () => {
  const contact = "me";
  for (const [change, fields, name] of [
    [() => ({ contact: null }), {}, "NoContact"],
    [() => closed("c"), {}, "NoContact"],
    [() => closed("r"), {}, "NoContact"],
    [() => ({}), { exclude: ["custody"] }, "ContactExcluded"],
    [() => ({}), { exclude: ["review"] }, "ContactExcluded"],
    [() => ({}), { exclude: ["other", "review"] }, "ContactExcluded"],
  ]) {
    const own = { ...routes, ...change() };
    const given = {
      ...job,
      contact,
      routes: own,
      digest: sha(routesText(own)),
      fields: { ...job.fields, official: "no", ...fields },
    };
    await assert.rejects(JOBS.sealTip(given), { name });
    // Without one the words go all the same.
    assert.equal((await JOBS.sealTip({ ...given, contact: "" })).unit, "p");
  }
  for (const id of ["p", "c", "r"]) {
    const fewer = keys.filter(({ unit }) => unit !== id);
    await assert.rejects(JOBS.sealTip({ ...job, contact, keys: fewer }), { name: "FalseKey" }, id);
  }
});

test("routes that nobody published, and a matter that nobody takes, are told and nothing is sealed", async () => {
  await assert.rejects(JOBS.sealTip({ ...job, digest: "" }), { name: "FalseRoutes" });
  const own = { ...routes, ...closed("p") };
  await assert.rejects(JOBS.sealTip({ ...job, routes: own }), { name: "NoUnit" });
});

test("a receipt has its check digits", () => {
  const { digits, receipt } = JOBS.newReceipt();
  assert.equal(check(receipt), digits);
});

test("added words go to the unit that has the tip, or stand apart, or wait", async () => {
  const { talk } = derive(job.digits, "site");
  const threadAt = (id, more = {}) => ({
    reference: "R",
    status: "received",
    unit: { id, ...routes.units[id] },
    marks: id ? [unitMark(talk, id, "R")] : [],
    messages: [],
    ...more,
  });
  const add = (thread, fields = {}, more = {}) =>
    JOBS.sealSupplement({
      ...job,
      fields: { ...job.fields, ...fields },
      thread,
      sent: { unit: thread.unit.id },
      ...more,
    });
  const { letter } = await add(threadAt("p"), { minor: "yes" });
  assert.deepEqual(
    [letter.kind, letter.number, letter.key, letter.urgency],
    ["supplement", 1, "key of p", "P1"],
  );
  const words = await readersOf(letter.sealed);
  assert.deepEqual(names(words), ["p0", "p1"]);
  const { body } = verifyEnvelope(words[0][1], talk, {
    direction: "reporter",
    reference: "R",
    number: 1,
    previous: "",
  });
  assert.deepEqual(JSON.parse(body), { ...job.fields, minor: "yes" });
  // Of a supervisory tip no urgency is told, with either of its units.
  for (const id of ["s", "u"])
    assert.equal(
      "urgency" in (await add(threadAt(id), { official: "yes", minor: "yes" })).letter,
      false,
    );
  for (const [thread, fields, expected] of [
    [threadAt("p", { status: "purged", marks: [] }), {}, { apart: true }],
    [threadAt("p"), { official: "yes" }, { apart: true }],
    [threadAt("p"), { official: "unclear", exclude: ["other"] }, { apart: true }],
    [threadAt("c"), { official: "no", exclude: ["custody"] }, { apart: true }],
    [threadAt("p", { unit: { id: "p", recipients: [] } }), {}, { closed: true }],
  ])
    assert.deepEqual(await add(thread, fields), expected);
  // Kept out, but not this unit's own office: it may have them.
  assert.ok((await add(threadAt("p"), { official: "no", exclude: ["custody"] })).letter);
  // A tip of which the server names no unit is one that was sent to the unit of the cover.
  const nobody = threadAt("p", { unit: { id: "", recipients: [] }, marks: [] });
  assert.deepEqual(await add(nobody, {}, { sent: { unit: "p" } }), { closed: true });
  assert.deepEqual(await add(nobody, { official: "yes" }, { sent: { unit: "p" } }), {
    apart: true,
  });
  // The mark that went with the tip was taken away, or another one is there.
  for (const marks of [[], [unitMark(talk, "s", "R")]])
    await assert.rejects(add(threadAt("p", { marks })), { name: "Strayed" });
  await assert.rejects(add(threadAt("p"), {}, { keys: [] }), { name: "FalseKey" });
  await assert.rejects(add(threadAt("p"), {}, { digest: "" }), { name: "FalseRoutes" });
});
