// Reads a talk with the receipt's keys, trusting no row: what admin/mailbox/thread.py does.

import { fromBase64 } from "../shared/bytes.js";
import { revealCode } from "../shared/reward.js";
import { openWith } from "../shared/sealing/age.js";
import {
  BadContent,
  BrokenChain,
  digestOf,
  parseEnvelope,
  verifyEnvelope,
} from "../shared/sealing/envelope.js";

// Returns `{number, side, day, body, trouble}` for each place of the talk. `trouble` is "" or one of
// changed, misplaced, missing, no_question. The reporter's own words are never in it.
/** @type {(keys: ReporterKeys, answer: Thread) => Promise<TalkEntry[]>} */
export async function openThread(keys, answer) {
  /** @type {TalkEntry[]} */
  const entries = [];
  let last = 0;
  let previous = "";
  for (const row of answer.messages) {
    if (row.number !== last + 1) entries.push(empty(last + 1, "missing"));
    entries.push(
      row.direction === "staff"
        ? await openRow(row, keys, answer.reference, previous)
        : ownRow(row),
    );
    last = row.number;
    previous = row.digest;
  }
  if (last !== answer.length) entries.push(empty(last + 1, "missing"));
  const isAsked = answer.status === "question";
  if (isAsked && !entries.some(({ body }) => body)) entries.push(empty(last + 1, "no_question"));
  return entries;
}

/** @type {(number: number, trouble: string) => TalkEntry} */
const empty = (number, trouble) => ({ number, side: "staff", day: "", body: "", trouble });
const ACTS = ["danger", "withdraw"];

// The server hands out no own message, so it is the one that looks at the bytes' shape.
/** @type {(row: MessageRow) => TalkEntry} */
function ownRow({ number, day, whole, act }) {
  const trouble = whole === true ? "" : "changed";
  return { number, side: "reporter", day, body: "", act: ACTS.includes(act) ? act : "", trouble };
}

/**
 * @param {MessageRow} row
 * @param {ReporterKeys} keys
 * @param {string} reference
 * @param {string} previous
 * @returns {Promise<TalkEntry>}
 */
async function openRow(row, keys, reference, previous) {
  let body = "";
  let trouble = "";
  let { day } = row;
  try {
    const plain = await openWith(keys.identity, fromBase64(row.sealed));
    const envelope = parseEnvelope(plain);
    // The MAC does not cover the kind, and staff write no other.
    if (envelope.kind !== "message") throw new BadContent("a kind that staff do not write");
    body = envelope.body;
    // The one that was sealed, where one was; the row's is the server's word.
    day = envelope.day || day;
    /** @type {Place} */
    const place = { direction: "staff", reference, number: row.number, previous };
    verifyEnvelope(plain, keys.talk, place);
    body = await revealCode(body, keys.identity);
    if (digestOf(plain) !== row.digest) trouble = "misplaced";
  } catch (error) {
    // By its MAC it is the staff's, but it was not written for this place.
    trouble = error instanceof BrokenChain ? "misplaced" : "changed";
    if (trouble === "changed") body = "";
  }
  return { number: row.number, side: "staff", day, body, trouble };
}
