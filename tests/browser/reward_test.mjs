// The code of a reward in the browser: made of two halves, typed, read by the reporter alone.

import assert from "node:assert/strict";
import { test } from "node:test";
import {
  firstHalf,
  keyOf,
  keyOfCode,
  revealCode,
  secondHalf,
  withoutCode,
} from "../../admin/browser/shared/reward.js";
import { newIdentity, recipientOf } from "../../admin/browser/shared/sealing/age.js";

const CODE = "0123 4567 89AB CDEF GHJK MNPQ RSTV WXYZ";
// tests/admin/sealing/test_reward.py has the same.
const KEY = "bafc52c954830191c76588c1ead88d9a903f097aaaf98450b3a4f272c6ee89a8";

test("a code is found however it is typed, and what is none is nothing", () => {
  for (const typed of [CODE, CODE.toLowerCase(), CODE.replace("0", "o").replace("1", "i")])
    assert.equal(keyOfCode(typed), KEY);
  for (const typed of ["", CODE.slice(1), `${CODE}0`, CODE.replace("Z", "U")])
    assert.equal(keyOfCode(typed), "");
});

test("two browsers make a code that the reporter alone reads, and the list finds", async () => {
  const identity = await newIdentity();
  const reporter = await recipientOf(identity);
  const first = await firstHalf(reporter);
  const { hash, line } = await secondHalf(reporter, first.sealed);
  const letter = `可领取奖励：500 元。\n\n${line}`;

  const shown = await revealCode(letter, identity);
  const code = shown.split("\n").pop();
  assert.match(code, /^([0-9A-HJKMNP-TV-Z]{4} ){7}[0-9A-HJKMNP-TV-Z]{4}$/);
  assert.equal(keyOfCode(code), keyOf(first.hash, hash));
  assert.equal(withoutCode(letter, "（码）"), "可领取奖励：500 元。\n\n（码）");
  await assert.rejects(revealCode(letter, [await newIdentity()].join("")));
  assert.equal(await revealCode("没有码", identity), "没有码");
});
