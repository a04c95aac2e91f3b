// The mark that lets words go to a unit: what admin/sealing/marks.py does. The server has no talk
// key and can make none: where it says that a tip lies at another unit, nothing is sealed.

import { hmac } from "@noble/hashes/hmac.js";
import { sha256 } from "@noble/hashes/sha2.js";
import { equal, toHex, toUtf8 } from "../bytes.js";
import { excludedUnits, isSupervisory } from "./routes.js";

const DOMAIN = "dengshao unit mark v1";

// The tip is said to lie at a unit for which nobody who may read it made a mark.
export class Strayed extends Error {
  constructor() {
    super("no mark of this unit");
    this.name = "Strayed";
  }
}

// The tip has no mark at all: it was taken in before there were any, or they were deleted.
export class Unmarked extends Error {
  constructor() {
    super("no mark");
    this.name = "Unmarked";
  }
}

/** @type {(talk: Uint8Array, unit: string, reference: string) => string} */
export const unitMark = (talk, unit, reference) =>
  toHex(hmac(sha256, talk, toUtf8(`${DOMAIN}\n${unit}\n${reference}`)));

/** @type {(marks: unknown[], talk: Uint8Array, unit: string, reference: string) => boolean} */
export function isMarked(marks, talk, unit, reference) {
  const expected = toUtf8(unitMark(talk, unit, reference));
  return marks.some((mark) => equal(toUtf8(String(mark)), expected));
}

// `answer` is what the server says of a tip: `{reference, unit, marks}`. Throws Unmarked or Strayed.
/**
 * @param {Uint8Array} talk
 * @param {{ reference: string, unit: { id: string }, marks: unknown }} answer
 */
export function checkMark(talk, { reference, unit, marks }) {
  if (!Array.isArray(marks) || !marks.length) throw new Unmarked();
  if (!isMarked(marks, talk, unit.id, reference)) throw new Strayed();
}

// Whether a tip with these answers may lie at a unit at all: no mark is ever made for another one.
/**
 * @param {Pick<Routes, "takers" | "offices">} routes
 * @param {Pick<Facts, "official" | "exclude">} facts
 * @param {string} unit
 */
export function mayLie(routes, { official, exclude }, unit) {
  if (excludedUnits(routes, exclude).includes(unit)) return false;
  return !isSupervisory(official, exclude) || routes.takers.includes(unit);
}
