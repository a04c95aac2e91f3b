// Reads a tip's talk and tells which messages may be believed.

import { withoutCode } from "../../shared/reward.js";
import {
  BrokenChain,
  digestOf,
  parseEnvelope,
  verifyEnvelope,
  WrongMac,
} from "../../shared/sealing/envelope.js";

// In the place of a reward's code: only the reporter opens it.
const CODE = "（领取码，只有举报人打得开）";

// What a talk hangs on: the tip, its talk key, what opens it, and what the server keeps of it.
/**
 * @typedef {{
 *   reference: string,
 *   talk: Uint8Array,
 *   open: Open,
 *   length: number,
 *   isAsked: boolean,
 * }} TalkPlace
 */

// `rows` are messages as the server stores them, in order: number, direction, day, digest, bytes.
// `length` is the count that the tip keeps of them, `isAsked` whether it waits for the reporter.
// Returns one entry for each row. `fault` is null, or tells why the message is not believed:
// The day is the one that was sealed, where one was; the row's is the server's word.
// "sealed" (did not open), "content", "kind", "mac", "digest" or "chain"; `missing` is the number
// that should have stood there. `body` is null unless the MAC shows that one of the two sides wrote
// it. What is missing altogether follows as entries of number null: "missing", "no_question".
/**
 * @param {WithBytes<Omit<SealedMessage, "sealed">>[]} rows
 * @param {TalkPlace} place
 * @returns {Promise<ReadMessage[]>}
 */
export async function readTalk(rows, { reference, talk, open, length, isAsked }) {
  const opened = await Promise.all(rows.map((row) => open(row.bytes).catch(() => null)));
  let expected = 1;
  let previous = "";
  const entries = rows.map((row, i) => {
    /** @type {Place} */
    const place = { direction: row.direction, reference, number: expected, previous };
    const found = judge(row, opened[i], talk, place);
    const { number, direction, day } = row;
    /** @type {ReadMessage} */
    const entry = Object.assign({ number, direction, day, missing: expected }, found);
    expected = row.number + 1;
    previous = found.digest;
    return entry;
  });
  /** @type {(message: ReadMessage) => boolean} */
  const isReadable = ({ direction, body }) => direction === "staff" && body !== null;
  /** @type {ReadMessage[]} */
  const lacks = [];
  if (expected - 1 !== length) lacks.push(empty(expected, "missing"));
  if (isAsked && !entries.some(isReadable)) lacks.push(empty(expected, "no_question"));
  return entries.concat(lacks);
}

/** @type {(missing: number, fault: TalkFault) => ReadMessage} */
const empty = (missing, fault) =>
  Object.assign(
    { number: null, direction: /** @type {const} */ ("staff"), day: "", missing },
    unbelieved(fault, ""),
  );

// Where the next message must hang: on the last one that is there.
/** @type {(talk: ReadMessage[]) => ChainEnd} */
export function endOfTalk(talk) {
  const last = talk.filter((entry) => entry.number !== null).pop();
  return last
    ? { number: /** @type {number} */ (last.number), digest: last.digest }
    : { number: 0, digest: "" };
}

/**
 * @param {Omit<SealedMessage, "sealed">} row
 * @param {Uint8Array | null} bytes
 * @param {Uint8Array} talk
 * @param {Place} place
 * @returns {JudgedMessage}
 */
function judge(row, bytes, talk, place) {
  if (bytes === null) return unbelieved("sealed", row.digest);
  const digest = digestOf(bytes);
  try {
    const { kind, body, day = row.day } = verifyEnvelope(bytes, talk, place);
    // The MAC does not cover the kind, and staff write no other.
    if (row.direction === "staff" && kind !== "message") return unbelieved("kind", digest);
    const isWhole = digest === row.digest && row.number === place.number;
    const fault = isWhole ? null : digest === row.digest ? "chain" : "digest";
    return { kind, body: withoutCode(body, CODE), digest, fault, day };
  } catch (error) {
    return error instanceof BrokenChain
      ? outOfPlace(bytes, digest)
      : unbelieved(error instanceof WrongMac ? "mac" : "content", digest);
  }
}

// The MAC is right, so the words are theirs; but something before them is missing or was moved.
/** @type {(bytes: Uint8Array, digest: string) => JudgedMessage} */
function outOfPlace(bytes, digest) {
  const { kind, body, day } = parseEnvelope(bytes);
  return Object.assign(
    { kind, body, digest, fault: /** @type {const} */ ("chain") },
    day ? { day } : {},
  );
}

/** @type {(fault: TalkFault, digest: string) => JudgedMessage} */
const unbelieved = (fault, digest) => ({ kind: null, body: null, digest, fault });
