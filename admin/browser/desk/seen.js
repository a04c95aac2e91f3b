// What the reporter has seen of the answers, held against the talk: an answer that was held back from
// them shows here. The box is made under the talk key (lib/seen.js), so no server writes one; it can
// keep one away, or hand out an older one.

import { fromBase64 } from "../lib/bytes.js";
import { openSeen } from "../lib/seen.js";

// Returns `{number, day, held, isOther}`: up to which answer they read and when, the answer that was
// there on an earlier day and did not come (or null), and whether the one they read is another one
// than ours. `day` is "" where nothing tells that they came.
export function judgeSeen(box, { talk: key, reference }, talk) {
  const seen = openSeen(fromBase64(key), reference, box);
  if (!seen) return { number: 0, day: "", held: null, isOther: false };
  const { number, day, digest } = seen;
  const ours = talk.filter((entry) => entry.direction === "staff" && entry.number !== null);
  const isSame = (entry) => entry.number === number && entry.digest === digest;
  return {
    number,
    day,
    // What came on the same day may have come after they looked.
    held: ours.find((entry) => entry.number > number && entry.day < day) || null,
    isOther: number > 0 && !ours.some(isSame),
  };
}

export function seenSentence(seen, words) {
  if (!seen) return "";
  const { number, day } = seen;
  const sentence = !day ? words.seen_not : number ? words.seen_upto : words.seen_nothing;
  return sentence.replace("%(day)s", day).replace("%(n)s", number);
}

export function seenFaults(seen, words) {
  const { number, day, held, isOther } = seen || {};
  const told = [];
  if (isOther) told.push(words.seen_other.replace("%(n)s", number), words.seen_other_do);
  if (held) {
    told.push(words.seen_held.replace("%(day)s", day).replace("%(n)s", held.number), words.seen_held_do);
  }
  return told;
}
