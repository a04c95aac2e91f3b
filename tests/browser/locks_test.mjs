// To whose key words are sealed, and where a tip may lie: each recipient, mark and route item by item, with
// one too few and one too many: `node --test`.

import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { test } from "node:test";
import { toUtf8 } from "../../admin/browser/shared/bytes.js";
import {
  identityFromSeed,
  newIdentity,
  openWith,
  recipientOf,
  sealTo,
  seedOf,
  trySealing,
} from "../../admin/browser/shared/sealing/age.js";
import { checkReader, checkUnit } from "../../admin/browser/shared/sealing/locks.js";
import { checkMark, isMarked, mayLie, unitMark } from "../../admin/browser/shared/sealing/marks.js";
import { fingerprint } from "../../admin/browser/shared/sealing/member.js";
import { checkRoutes, routesText } from "../../admin/browser/shared/sealing/published.js";

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

const OVERLAPS = [
  ["on its last day", { until: "2026-12-31", overlap: "2026-12-02" }, true],
  ["the day after", { until: "2026-12-31", overlap: "2026-12-01" }, false],
  ["without an overlap", { until: "2026-12-31" }, false],
  ["with an empty one", { until: "2026-12-31", overlap: "" }, false],
];
for (const [name, days, isOurs] of OVERLAPS) {
  test(`to an older key ${name} a new tip is ${isOurs ? "" : "not "}sealed`, () => {
    const unit = { id: "police", recipients: [ONE, TWO] };
    const act = () => checkUnit(unit, [{ ...KEY, ...days }], "2026-12-02");
    if (isOurs) act();
    else assert.throws(act, { name: "FalseKey" });
    checkReader(unit, [{ ...KEY, ...days }], "2026-12-02");
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

const ROUTES = { takers: ["s", "u"], offices: { town: "t", village: null, police: "p" } };
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
    takers: ["s", "u"],
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
    { takers: ["u"] },
    { takers: ["u", "s"] },
    { takers: ["s", "u", "x"] },
    { takers: ["s", "s"] },
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
