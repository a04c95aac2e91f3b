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

// A group's check starts from the place where it stands; before decision 78 each started from 0.
const PLACES = [0, 1, 2, 3, 4, 5];
const ONCE = [0, 0, 0, 0, 0, 0];

// `groups` are counted from 1. `isOrder`: each is right in itself and stands where another belongs.
export class WrongGroup extends Error {
  /**
   * @param {number[]} groups
   * @param {boolean} isOrder
   */
  constructor(groups, isOrder = false) {
    super(`wrong groups: ${groups}`);
    this.name = "WrongGroup";
    this.groups = groups;
    this.isOrder = isOrder;
  }
}

/** @type {(digits: string, size: number) => string[]} */
const split = (digits, size) => digits.match(new RegExp(`.{1,${size}}`, "g")) || [];

/** @type {(digits: string, start: number) => string} */
const stateAfter = (digits, start) =>
  [...digits].reduce((state, digit) => DAMM[+state][+digit], String(start));

// From which state a group comes to its end: there is one, and each wrong digit moves it.
/** @type {(group: string) => number} */
const placeOf = (group) => DAMM.findIndex((_row, at) => stateAfter(group, at) === "0");

// Of the two ways a receipt may be made the one that fits better is the one that was meant.
/** @type {(places: number[]) => void} */
function refuseWrong(places) {
  const isOrder = String(places.slice().sort()) === String(PLACES);
  const [now, before] = [PLACES, ONCE].map((way) =>
    way.map((right, i) => (places[i] === right ? 0 : i + 1)).filter(Boolean),
  );
  const wrong = isOrder || now.length <= before.length ? now : before;
  if (wrong.length) throw new WrongGroup(wrong, isOrder);
}

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
    .map((group, at) => group + stateAfter(group, at))
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
  refuseWrong(groups.map(placeOf));
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
