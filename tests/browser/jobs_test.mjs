// The jobs of the form's worker: for whom each part of a tip is, and what is refused: `node --test`.

import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { before, test } from "node:test";
import { fromBase64, toHex } from "../../admin/browser/shared/bytes.js";
import { newIdentity, openWith, recipientOf } from "../../admin/browser/shared/sealing/age.js";
import { verifyEnvelope } from "../../admin/browser/shared/sealing/envelope.js";
import { JOBS } from "../../admin/browser/shared/sealing/jobs.js";
import { unitMark } from "../../admin/browser/shared/sealing/marks.js";
import { fingerprint } from "../../admin/browser/shared/sealing/member.js";
import { readLabelContent, readTip } from "../../admin/browser/shared/sealing/opened.js";
import { routesText } from "../../admin/browser/shared/sealing/published.js";
import { check, derive } from "../../admin/browser/shared/sealing/receipt.js";

const sha = (text) => createHash("sha256").update(text).digest("hex");
const text = (bytes) => new TextDecoder().decode(bytes);

// ---- The jobs of the form's worker.

const UNITS = ["p", "s", "u", "c", "r"];
const held = {};
const routes = {
  site: "site",
  takers: ["s", "u"],
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
