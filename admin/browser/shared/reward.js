// The code by which a reporter collects a reward: what admin/sealing/reward.py does. Each half is made
// in another member's browser and sealed to the reporter alone; the list holds a hash of both.

import { sha256 } from "@noble/hashes/sha2.js";
import { fromBase64, fromUtf8, toBase64, toHex, toUtf8 } from "./bytes.js";
import { openWith, sealTo } from "./sealing/age.js";

const CROCKFORD = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
const HALF = 16;
const LINE = /^reward-code:([A-Za-z0-9+/]+=*)\.([A-Za-z0-9+/]+=*)$/m;
const IS_HALF = new RegExp(`^[${CROCKFORD}]{${HALF}}$`);
/** @type {Record<string, string>} */
const ALIKE = { O: "0", I: "1", L: "1" };

// 32 characters, so the five lowest bits of a random byte are one of them.
const newHalf = () =>
  Array.from(crypto.getRandomValues(new Uint8Array(HALF)), (byte) => CROCKFORD[byte & 31]).join("");

/** @type {(half: string) => string} */
const hashOf = (half) => toHex(sha256(toUtf8(`dengshao reward half v1\n${half}`)));

// Of the hashes of both halves, so that neither member can put a code of their own on the list.
/** @type {(first: string, second: string) => string} */
export const keyOf = (first, second) =>
  toHex(sha256(toUtf8(`dengshao reward v1\n${first}\n${second}`)));

// The first half: its hash for the server, and itself for the reporter alone.
/** @type {(reporter: string) => Promise<{ hash: string, sealed: string }>} */
export async function firstHalf(reporter) {
  const half = newHalf();
  return { hash: hashOf(half), sealed: await sealHalf(reporter, half) };
}

// The second: its hash, and the line of the letter that carries both.
/** @type {(reporter: string, first: string) => Promise<{ hash: string, line: string }>} */
export async function secondHalf(reporter, first) {
  const half = newHalf();
  return { hash: hashOf(half), line: `reward-code:${first}.${await sealHalf(reporter, half)}` };
}

/** @type {(reporter: string, half: string) => Promise<string>} */
const sealHalf = async (reporter, half) => toBase64(await sealTo([reporter], toUtf8(half)));

// What a typed code stands under in the list; "" where it is no code.
/** @type {(typed: string) => string} */
export function keyOfCode(typed) {
  const code = typed
    .toUpperCase()
    .replace(/[\s-]/g, "")
    .replace(/[OIL]/g, (letter) => ALIKE[letter]);
  const [first, second] = [code.slice(0, HALF), code.slice(HALF)];
  return IS_HALF.test(first) && IS_HALF.test(second) ? keyOf(hashOf(first), hashOf(second)) : "";
}

// Puts the code into a letter that holds one; any other stays as it is. Throws where it does not open.
/** @type {(body: string, identity: string) => Promise<string>} */
export async function revealCode(body, identity) {
  const found = LINE.exec(body);
  if (!found) return body;
  const halves = [];
  for (const sealed of found.slice(1)) {
    const half = fromUtf8(await openWith(identity, fromBase64(sealed)));
    if (!IS_HALF.test(half)) throw new Error("not a half of a code");
    halves.push(half);
  }
  return body.replace(LINE, grouped(halves.join("")));
}

/** @type {(code: string) => string} */
const grouped = (code) => (code.match(/.{4}/g) || []).join(" ");

// The same letter for who must not read the code.
/** @type {(body: string, instead: string) => string} */
export const withoutCode = (body, instead) => body.replace(LINE, instead);
