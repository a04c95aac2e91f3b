// What staff hold: what admin/sealing/member.py does.

import { hkdf } from "@noble/hashes/hkdf.js";
import { hmac } from "@noble/hashes/hmac.js";
import { scrypt } from "@noble/hashes/scrypt.js";
import { sha256 } from "@noble/hashes/sha2.js";
import { toHex, toUtf8 } from "../bytes.js";

const CODE = /^[0-7][0-9a-hjkmnp-tv-z]{25}$/;
/** @type {Record<string, string>} */
const MISREAD = { o: "0", i: "1", l: "1" };
const SALT = 16;
const SIGN_IN_N = 2 ** 17;
const EMPTY = new Uint8Array(0);

export class BadCode extends Error {
  constructor() {
    super("not a member code");
    this.name = "BadCode";
  }
}

// Returns a code as it is used in keys, from however it was typed.
/** @type {(text: string) => string} */
export function normaliseCode(text) {
  const code = text
    .normalize("NFKC")
    .toLowerCase()
    .replace(/[^0-9a-z]/g, "")
    .replace(/[oil]/g, (letter) => MISREAD[letter]);
  if (!CODE.test(code)) throw new BadCode();
  return code;
}

// As a code is printed: four groups of five and one of six.
/** @type {(code: string) => string} */
export const groupedCode = (code) =>
  [0, 5, 10, 15]
    .map((i) => code.slice(i, i + 5))
    .concat(code.slice(20))
    .join("-");

// The spaces are named one by one: trim() and Python's strip() disagree on what a space is.
/** @type {(text: string) => string} */
export const normalisePassphrase = (text) =>
  text.normalize("NFKC").replace(/^[ \t\n\v\f\r]+|[ \t\n\v\f\r]+$/g, "");

// The passphrase of the age file that holds the member's identity.
/** @type {(passphrase: string, code: string) => string} */
export const sealingPassphrase = (passphrase, code) =>
  `${normalisePassphrase(passphrase)}-${normaliseCode(code)}`;

// Returns the bytes whose hexadecimal text is posted to sign in. Half a second of work without a
// pause: call it in a worker. N and the salt's length are fixed here, so that no server can ask for
// a secret that is cheaper to guess.
/** @type {(passphrase: string, code: string, salt: Uint8Array) => Uint8Array} */
export function signInSecret(passphrase, code, salt) {
  if (salt.length !== SALT) throw new Error("the salt of a sign-in is 16 bytes");
  const options = { N: SIGN_IN_N, r: 8, p: 1, dkLen: 32 };
  const stretched = scrypt(toUtf8(sealingPassphrase(passphrase, code)), salt, options);
  return hkdf(sha256, stretched, EMPTY, toUtf8("dengshao sign-in v1"), 32);
}

// What is published of a unit's keys: 32 hexadecimal digits in eight groups.
/** @type {(unitId: string, recipient: string, recovery: string) => string} */
export function fingerprint(unitId, recipient, recovery) {
  const text = `dengshao unit v1\n${unitId}\n${recipient}\n${recovery}`;
  const digits = toHex(sha256(toUtf8(text)).subarray(0, 16));
  return /** @type {string[]} */ (digits.match(/.{4}/g)).join(" ");
}

// With it a holder of a unit's key, or of its recovery sheet, vouches for the key that comes in its
// place.
/** @type {(seed: Uint8Array, unitId: string, recipient: string, recovery: string) => string} */
export function successorMac(seed, unitId, recipient, recovery) {
  const key = hkdf(sha256, seed, EMPTY, toUtf8("successor"), 32);
  return toHex(hmac(sha256, key, toUtf8(`${unitId}\n${recipient}\n${recovery}`)));
}

// The MAC over what a tip holds, `[[part, digest], …]`, by which a second browser shows that it opened
// the same: the server can't make it.
/**
 * @param {Uint8Array} unitSeed
 * @param {string} reference
 * @param {[part: string, digest: string][]} digests
 */
export function contentMac(unitSeed, reference, digests) {
  const lines = digests.map(([part, digest]) => `${part} ${digest}\n`).sort();
  const key = hkdf(sha256, unitSeed, EMPTY, toUtf8("moved"), 32);
  return toHex(hmac(sha256, key, toUtf8(`${reference}\n${lines.join("")}`)));
}

// The MAC over a unit's members, `[[name, recipient], …]` in any order.
/** @type {(unitSeed: Uint8Array, members: [name: string, recipient: string][]) => string} */
export function rosterMac(unitSeed, members) {
  const sorted = members.slice().sort((a, b) => compare(a[0], b[0]) || compare(a[1], b[1]));
  const lines = sorted.map(([name, recipient]) => `${name}\t${recipient}\n`);
  if (!lines.every((line) => /^[^\t\n]*\t[^\t\n]*\n$/.test(line))) {
    throw new Error("a name or recipient holds a tab or a line feed");
  }
  const key = hkdf(sha256, unitSeed, EMPTY, toUtf8("roster"), 32);
  return toHex(hmac(sha256, key, toUtf8(lines.join(""))));
}

// By code points: JavaScript's own order differs beyond the basic plane.
/** @type {(a: string, b: string) => number} */
function compare(a, b) {
  const [left, right] = [pointsOf(a), pointsOf(b)];
  const at = left.findIndex((point, i) => point !== right[i]);
  if (at < 0) return left.length - right.length;
  return at < right.length ? left[at] - right[at] : 1;
}

/** @type {(text: string) => number[]} */
const pointsOf = (text) => Array.from(text, (character) => Number(character.codePointAt(0)));
