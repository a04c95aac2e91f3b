// Reads a tip's talk and tells which messages may be believed.

import {
  BrokenChain,
  WrongMac,
  digestOf,
  parseEnvelope,
  verifyEnvelope,
} from "../lib/envelope.js";

// `rows` are messages as the server stores them, in order: number, direction, day, digest, bytes.
// Returns one entry for each. `fault` is null, or tells why the message is not believed: "sealed"
// (did not open), "content", "mac", "digest" or "chain"; `missing` is the number that should have
// stood there. `body` is null unless the MAC shows that one of the two sides wrote it.
export async function readTalk(rows, { reference, talk, open }) {
  const opened = await Promise.all(rows.map((row) => open(row.bytes).catch(() => null)));
  let expected = 1;
  let previous = "";
  return rows.map((row, i) => {
    const place = { direction: row.direction, reference, number: expected, previous };
    const found = judge(row, opened[i], talk, place);
    const { number, direction, day } = row;
    const entry = Object.assign({ number, direction, day, missing: expected }, found);
    expected = row.number + 1;
    previous = found.digest;
    return entry;
  });
}

// Where the next message must hang.
export function endOfTalk(talk) {
  const last = talk[talk.length - 1];
  return last ? { number: last.number, digest: last.digest } : { number: 0, digest: "" };
}

function judge(row, bytes, talk, place) {
  if (bytes === null) return unbelieved("sealed", row.digest);
  const digest = digestOf(bytes);
  try {
    const { kind, body } = verifyEnvelope(bytes, talk, place);
    const isWhole = digest === row.digest && row.number === place.number;
    const fault = isWhole ? null : digest === row.digest ? "chain" : "digest";
    return { kind, body, digest, fault };
  } catch (error) {
    return error instanceof BrokenChain
      ? outOfPlace(bytes, digest)
      : unbelieved(error instanceof WrongMac ? "mac" : "content", digest);
  }
}

// The MAC is right, so the words are theirs; but something before them is missing or was moved.
function outOfPlace(bytes, digest) {
  const { kind, body } = parseEnvelope(bytes);
  return { kind, body, digest, fault: "chain" };
}

const unbelieved = (fault, digest) => ({ kind: null, body: null, digest, fault });
