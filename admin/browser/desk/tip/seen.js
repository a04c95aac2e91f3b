// What the reporter has seen of the answers, held against the talk: an answer that was held back from
// them shows here. The box is made under the talk key (shared/sealing/seen.js), so no server writes
// one; it can keep one away, or hand out an older one.

import { fromBase64 } from "../../shared/bytes.js";
import { openSeen } from "../../shared/sealing/seen.js";

/** @typedef {ReadMessage & { number: number }} Standing */

// Returns `{number, day, held, isOther, isMisdated}`: up to which answer they read and when, the answer
// of an earlier day that did not come (or null), whether the one they read is another one than ours, and
// whether their phone's date cannot be right. `day` is "" where nothing tells that they came.
/**
 * @param {Uint8Array} box
 * @param {Pick<TipContent, "talk" | "reference">} tip
 * @param {ReadMessage[]} talk
 * @param {string} today
 * @returns {JudgedSeen}
 */
export function judgeSeen(box, { talk: key, reference }, talk, today) {
  const seen = openSeen(fromBase64(key), reference, box);
  if (!seen) return { number: 0, day: "", held: null, isOther: false, isMisdated: false };
  const { number, day, digest } = seen;
  const ours = /** @type {Standing[]} */ (
    talk.filter((entry) => entry.direction === "staff" && entry.number !== null)
  );
  const read = ours.find((entry) => entry.number === number && entry.digest === digest);
  const isMisdated = day > today || Boolean(read && day < read.day);
  // What came on the same day may have come after they looked.
  const held = ours.find((entry) => entry.number > number && entry.day < day);
  return {
    number,
    day,
    held: (!isMisdated && held) || null,
    isOther: number > 0 && !read,
    isMisdated,
  };
}

/** @type {(seen: JudgedSeen | null, words: DeskWords["sentences"]) => string} */
export function seenSentence(seen, words) {
  if (!seen) return "";
  const { number, day, isMisdated } = seen;
  if (!day) return words.seen_not;
  if (isMisdated) return words.seen_misdated.replace("%(n)s", String(number));
  const sentence = number ? words.seen_upto : words.seen_nothing;
  return sentence.replace("%(day)s", day).replace("%(n)s", String(number));
}

/** @type {(seen: JudgedSeen | null, words: DeskWords["sentences"]) => string[]} */
export function seenFaults(seen, words) {
  if (!seen) return [];
  const { number, day, held, isOther } = seen;
  /** @type {string[]} */
  const told = [];
  if (isOther) told.push(words.seen_other.replace("%(n)s", String(number)), words.seen_other_do);
  if (held) {
    /** @type {(text: string) => string} */
    const fill = (text) => text.replace("%(day)s", day).replace("%(n)s", String(held.number));
    told.push(fill(words.seen_held), fill(words.seen_held_do));
  }
  return told;
}
