// A recovery identity in two halves: what admin/keys/recovery_shares.py prints and reads.

import { sha256 } from "@noble/hashes/sha2.js";
import { toUtf8 } from "../../shared/bytes.js";

const CROCKFORD = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
/** @type {Record<string, string>} */
const MISREAD = { O: "0", I: "1", L: "1" };
const SEED = 32;
const LENGTH = 52;
const CHECK = 4;
const LABEL = toUtf8("dengshao recovery half v1");

export class BadHalf extends Error {
  constructor() {
    super("not a half of a recovery identity");
    this.name = "BadHalf";
  }
}

// `random` is 32 random bytes, the first half; the second is the seed XORed with it.
/** @type {(seed: Uint8Array, random: Uint8Array) => [string, string]} */
export function split(seed, random) {
  if (seed.length !== SEED || random.length !== SEED) throw new Error("halves are 32 bytes");
  return [print(random), print(xor(random, seed))];
}

// Returns the seed of two halves, typed in any grouping and case.
/** @type {(first: string, second: string) => Uint8Array} */
export const join = (first, second) => xor(read(first), read(second));

/** @type {(left: Uint8Array, right: Uint8Array) => Uint8Array} */
const xor = (left, right) => left.map((byte, i) => byte ^ right[i]);

/** @type {(half: Uint8Array) => string} */
function print(half) {
  const text = encode(half, LENGTH) + check(half);
  return /** @type {string[]} */ (text.match(/.{4}/g)).join(" ");
}

/** @type {(typed: string) => Uint8Array} */
function read(typed) {
  const text = typed
    .normalize("NFKC")
    .toUpperCase()
    .replace(/[^0-9A-Z]/g, "")
    .replace(/[OIL]/g, (letter) => MISREAD[letter]);
  const half = text.length === LENGTH + CHECK ? decode(text.slice(0, LENGTH)) : null;
  if (half === null || check(half) !== text.slice(LENGTH)) throw new BadHalf();
  return half;
}

// 20 bits of a hash, which catch a slip of the pen and tell nothing of the half.
/** @type {(half: Uint8Array) => string} */
function check(half) {
  const bytes = new Uint8Array(LABEL.length + SEED);
  bytes.set(LABEL);
  bytes.set(half, LABEL.length);
  const digest = sha256(bytes);
  const number = ((digest[0] << 16) | (digest[1] << 8) | digest[2]) >> 4;
  return [15, 10, 5, 0].map((shift) => CROCKFORD[(number >> shift) & 31]).join("");
}

// As one great number in base 32: leading zeros, since 52 characters hold more than 256 bits.
/** @type {(bytes: Uint8Array, length: number) => string} */
function encode(bytes, length) {
  const bits = Array.from(bytes, (byte) => byte.toString(2).padStart(8, "0")).join("");
  const padded = bits.padStart(length * 5, "0");
  return /** @type {string[]} */ (padded.match(/.{5}/g))
    .map((five) => CROCKFORD[parseInt(five, 2)])
    .join("");
}

/** @type {(text: string) => Uint8Array | null} */
function decode(text) {
  const values = Array.from(text, (letter) => CROCKFORD.indexOf(letter));
  if (values.includes(-1)) return null;
  const bits = values.map((value) => value.toString(2).padStart(5, "0")).join("");
  const above = bits.length - SEED * 8;
  if (bits.slice(0, above).includes("1")) return null;
  const eights = /** @type {string[]} */ (bits.slice(above).match(/.{8}/g));
  return Uint8Array.from(eights, (eight) => parseInt(eight, 2));
}
