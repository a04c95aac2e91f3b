// The 核对码 of a key: what admin/sealing/check_code.py does.

import { scrypt } from "@noble/hashes/scrypt.js";
import { toHex, toUtf8 } from "../../shared/bytes.js";

const DIGITS = 24;
const LABEL = toUtf8("dengshao check code v1");
// 16 MiB, and a tenth of a second: whoever looks for another key of the same code pays it at each try.
const COST = { N: 2 ** 14, r: 8, p: 1, dkLen: 32 };

// Six groups of four digits, for a unit's or a member's fingerprint.
/** @type {(fingerprint: string) => string} */
export function checkCode(fingerprint) {
  const bytes = scrypt(toUtf8(fingerprint), LABEL, COST);
  const number = BigInt(`0x${toHex(bytes)}`) % BigInt(`1${"0".repeat(DIGITS)}`);
  const digits = String(number).padStart(DIGITS, "0");
  return /** @type {string[]} */ (digits.match(/.{4}/g)).join(" ");
}

/** @type {(typed: string) => string} */
export const plainCode = (typed) => typed.normalize("NFKC").replace(/[^0-9]/g, "");

/** @type {(typed: string, fingerprint: string) => boolean} */
export const isCodeOf = (typed, fingerprint) =>
  plainCode(typed) === plainCode(checkCode(fingerprint));

// What is spoken to a new member by who holds the unit's key: its code, and the eight digits behind it.
// Of anything else all counts as digits.
/** @type {(typed: string) => { code: string, digits: string }} */
export function spokenParts(typed) {
  const all = plainCode(typed);
  return all.length === DIGITS + 8
    ? { code: all.slice(0, DIGITS), digits: all.slice(DIGITS) }
    : { code: "", digits: all };
}

// Which groups, counted from one, are other than they should be; null for what is no whole code.
/** @type {(typed: string, code: string) => number[] | null} */
export function wrongGroups(typed, code) {
  const [found, wanted] = [plainCode(typed), plainCode(code)];
  if (found.length !== wanted.length) return null;
  return [1, 2, 3, 4, 5, 6].filter(
    (n) => found.slice(4 * n - 4, 4 * n) !== wanted.slice(4 * n - 4, 4 * n),
  );
}
