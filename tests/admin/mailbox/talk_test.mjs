// Each place of a talk as the reporter's browser reads it: number, side, day, words and trouble:
// `node --test`. tests/tampering.py holds what is believed to the same cases as the server.

import assert from "node:assert/strict";
import { before, test } from "node:test";
import { openThread } from "../../../admin/browser/mailbox/thread.js";
import { toBase64 } from "../../../admin/browser/shared/bytes.js";
import { recipientOf, sealTo } from "../../../admin/browser/shared/sealing/age.js";
import { makeEnvelope } from "../../../admin/browser/shared/sealing/envelope.js";
import { derive } from "../../../admin/browser/shared/sealing/receipt.js";

const keys = derive("0".repeat(30), "site");
const REFERENCE = "ABCDE-FGHJK";
const ROW_DAY = "2026-11-29";
let recipient = "";

before(async () => {
  recipient = await recipientOf(keys.identity);
});

// A row as the server hands it out; `place` is what was sealed, `row` what it says beside that.
async function staff(
  number,
  previous,
  { place = {}, row = {}, body = `answer ${number}`, to = recipient } = {},
) {
  const kind = "message";
  const whole = { kind, direction: "staff", reference: REFERENCE, number, previous, ...place };
  const { bytes, digest } = makeEnvelope(body, keys.talk, whole);
  const sealed = toBase64(await sealTo([to], bytes));
  return { number, direction: "staff", day: ROW_DAY, digest, sealed, act: "", whole: true, ...row };
}
const own = (number, more = {}) => ({
  number,
  direction: "reporter",
  day: ROW_DAY,
  digest: `own ${number}`,
  sealed: "",
  act: "",
  whole: true,
  ...more,
});

const read = (messages, { length = messages.at(-1)?.number ?? 0, status = "received" } = {}) =>
  openThread(keys, { reference: REFERENCE, messages, length, status });
const answer = (number, more = {}) => ({
  number,
  side: "staff",
  day: ROW_DAY,
  body: `answer ${number}`,
  trouble: "",
  ...more,
});
const said = (number, more = {}) => ({
  number,
  side: "reporter",
  day: ROW_DAY,
  body: "",
  act: "",
  trouble: "",
  ...more,
});
const trouble = (number, name) => ({ number, side: "staff", day: "", body: "", trouble: name });

test("a talk is read row by row, each with its number, its side and its day", async () => {
  const first = await staff(1, "");
  const third = await staff(3, "own 2", { place: { day: "2026-11-30" } });
  // The day that was sealed counts, and not the row's.
  assert.deepEqual(await read([first, own(2), third]), [
    answer(1),
    said(2),
    answer(3, { day: "2026-11-30" }),
  ]);
  assert.deepEqual(await read([]), []);
});

for (const [act, expected] of [
  ["danger", "danger"],
  ["withdraw", "withdraw"],
  ["", ""],
  ["message", ""],
  ["item-staff", ""],
  [null, ""],
  [undefined, ""],
]) {
  test(`an own act that is called ${act} is shown as ${expected || "words"}`, async () => {
    assert.deepEqual(await read([own(1, { act })]), [said(1, { act: expected })]);
  });
}

for (const whole of [false, "true", 1, undefined, null]) {
  test(`own words of which the server says ${whole} are changed`, async () => {
    assert.deepEqual(await read([own(1, { whole })]), [said(1, { trouble: "changed" })]);
  });
}

test("what is missing is told where it is missing: first, between, at the end, and all of it", async () => {
  const [first, second] = [await staff(1, ""), await staff(2, "")];
  assert.deepEqual(await read([second]), [trouble(1, "missing"), answer(2)]);
  const fifth = await staff(5, first.digest);
  assert.deepEqual(await read([first, fifth]), [answer(1), trouble(2, "missing"), answer(5)]);
  assert.deepEqual(await read([first], { length: 2 }), [answer(1), trouble(2, "missing")]);
  assert.deepEqual(await read([first], { length: 0 }), [answer(1), trouble(2, "missing")]);
  assert.deepEqual(await read([], { length: 3 }), [trouble(1, "missing")]);
});

test("a question that was asked is there, or it is told that it is not", async () => {
  const first = await staff(1, "");
  const status = "question";
  assert.deepEqual(await read([first], { status }), [answer(1)]);
  assert.deepEqual(await read([own(1)], { status }), [said(1), trouble(2, "no_question")]);
  assert.deepEqual(await read([], { status }), [trouble(1, "no_question")]);
  assert.deepEqual(await read([own(1)], { status: "closed" }), [said(1)]);
});

for (const [name, made, expected] of [
  ["of another kind", { place: { kind: "danger" } }, { body: "", trouble: "changed" }],
  [
    "of the reporter's side",
    { place: { direction: "reporter" } },
    { body: "", trouble: "changed" },
  ],
  ["of another tip", { place: { reference: "ZZZZZ-ZZZZZ" } }, { body: "", trouble: "changed" }],
  ["of another place", { place: { number: 2 } }, { trouble: "misplaced" }],
  ["behind another one", { place: { previous: "other" } }, { trouble: "misplaced" }],
  ["of another digest", { row: { digest: "other" } }, { trouble: "misplaced" }],
  ["sealed as no base64", { row: { sealed: "#" } }, { body: "", trouble: "changed" }],
  ["without a byte", { row: { sealed: "" } }, { body: "", trouble: "changed" }],
]) {
  test(`an answer ${name} is told of: ${expected.trouble}`, async () => {
    const [found] = await read([await staff(1, "", made)]);
    assert.deepEqual(found, answer(1, expected));
  });
}

test("an answer to somebody else does not open here, and the rest does", async () => {
  const stranger = await recipientOf(derive("1".repeat(30), "site").identity);
  const first = await staff(1, "", { to: stranger });
  assert.deepEqual(await read([first, await staff(2, first.digest)]), [
    answer(1, { body: "", trouble: "changed" }),
    answer(2),
  ]);
});
