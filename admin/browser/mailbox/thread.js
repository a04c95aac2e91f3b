// Reads a talk with the receipt's keys, trusting no row: what admin/mailbox/thread.py does.

import { openWith } from "../lib/age.js";
import { fromBase64 } from "../lib/bytes.js";
import { BrokenChain, digestOf, parseEnvelope, verifyEnvelope } from "../lib/envelope.js";

// Returns `{number, side, day, body, trouble}` for each place of the talk. `trouble` is "" or one of
// changed, misplaced, missing. The reporter's own words are never in it.
export async function openThread(keys, answer) {
  const entries = [];
  let last = 0;
  let previous = "";
  for (const row of answer.messages) {
    if (row.number !== last + 1) {
      entries.push({ number: last + 1, side: "staff", day: "", body: "", trouble: "missing" });
    }
    if (row.direction === "staff") {
      entries.push(await openRow(row, keys, answer.reference, previous));
    } else {
      entries.push({ number: row.number, side: "reporter", day: row.day, body: "", trouble: "" });
    }
    last = row.number;
    previous = row.digest;
  }
  return entries;
}

async function openRow(row, keys, reference, previous) {
  let body = "";
  let trouble = "";
  try {
    const plain = await openWith(keys.identity, fromBase64(row.sealed));
    body = parseEnvelope(plain).body;
    const place = { direction: "staff", reference, number: row.number, previous };
    verifyEnvelope(plain, keys.talk, place);
    if (digestOf(plain) !== row.digest) trouble = "misplaced";
  } catch (error) {
    // By its MAC it is the staff's, but it was not written for this place.
    trouble = error instanceof BrokenChain ? "misplaced" : "changed";
    if (trouble === "changed") body = "";
  }
  return { number: row.number, side: "staff", day: row.day, body, trouble };
}
