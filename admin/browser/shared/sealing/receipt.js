// The receipt: what admin/sealing/receipt.py does, so that the digits never leave the browser.

import { expand, extract } from "@noble/hashes/hkdf.js";
import { sha256 } from "@noble/hashes/sha2.js";
import { toUtf8 } from "../bytes.js";
import { identityFromSeed } from "./age.js";

export const GROUPS = 6;
export const GROUP = 6;
const DIGITS = 30;
const SALT = "dengshao receipt v1 ";
// Damm's quasigroup of order 10: a check digit brings the state back to 0.
const DAMM = [
  "0317598642",
  "7092154863",
  "4206871359",
  "1750983426",
  "6123045978",
  "3674209581",
  "5869720134",
  "8945362017",
  "9438617205",
  "2581436790",
];

export class WrongLength extends Error {
  /** @param {number} found */
  constructor(found) {
    super(`${found} digits instead of ${GROUPS * GROUP}`);
    this.name = "WrongLength";
    this.found = found;
  }
}

// `groups` are counted from 1.
export class WrongGroup extends Error {
  /** @param {number[]} groups */
  constructor(groups) {
    super(`wrong groups: ${groups}`);
    this.name = "WrongGroup";
    this.groups = groups;
  }
}

/** @type {(digits: string, size: number) => string[]} */
const split = (digits, size) => digits.match(new RegExp(`.{1,${size}}`, "g")) || [];

/** @type {(digits: string) => string} */
const checkDigit = (digits) => [...digits].reduce((state, digit) => DAMM[+state][+digit], "0");

// 30 random digits. Bytes from 250 on are passed over: each digit must come up equally often.
/** @type {() => string} */
export function newDigits() {
  let digits = "";
  while (digits.length < DIGITS) {
    const fair = crypto.getRandomValues(new Uint8Array(DIGITS)).filter((byte) => byte < 250);
    digits += Array.from(fair, (byte) => byte % 10).join("");
  }
  return digits.slice(0, DIGITS);
}

/** @type {(digits: string) => string} */
export function withChecks(digits) {
  if (!new RegExp(`^[0-9]{${DIGITS}}$`).test(digits)) throw new WrongLength(digits.length);
  return split(digits, GROUP - 1)
    .map((group) => group + checkDigit(group))
    .join("");
}

/** @type {(receipt: string, separator?: string) => string} */
export const grouped = (receipt, separator = " ") => split(receipt, GROUP).join(separator);

// Returns the 30 digits of a receipt typed with any separators, in full width too.
/** @type {(text: string) => string} */
export function check(text) {
  const digits = text
    .replace(/[０-９]/g, (digit) => String.fromCharCode(digit.charCodeAt(0) - 0xfee0))
    .replace(/[^0-9]/g, "");
  if (digits.length !== GROUPS * GROUP) throw new WrongLength(digits.length);
  const groups = split(digits, GROUP);
  const wrong = groups
    .map((group, i) => (checkDigit(group) === "0" ? 0 : i + 1))
    .filter((number) => number);
  if (wrong.length) throw new WrongGroup(wrong);
  return groups.map((group) => group.slice(0, -1)).join("");
}

// Returns the bytes `lookup` and `talk`, and the reporter's `identity` as text.
/** @type {(digits: string, siteId: string) => ReporterKeys} */
export function derive(digits, siteId) {
  const prk = extract(sha256, toUtf8(digits), toUtf8(SALT + siteId));
  return {
    lookup: expand(sha256, prk, toUtf8("lookup"), 16),
    identity: identityFromSeed(expand(sha256, prk, toUtf8("identity"), 32)),
    talk: expand(sha256, prk, toUtf8("talk"), 32),
  };
}
