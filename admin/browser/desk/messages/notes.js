// Notes and gradings of a tip: sealed here to the unit, chained by number, believed only when whole.
//
// The server knows the unit's recipient, so it could seal a note of its own making. Each carries a
// MAC under the tip's talk key, which only the unit and the reporter can reach, and the reporter
// never sees a note: who can only write to the database makes none, and changes no author.

import { hmac } from "@noble/hashes/hmac.js";
import { sha256 } from "@noble/hashes/sha2.js";
import { equal, fromBase64, fromUtf8, toBase64, toHex, toUtf8 } from "../../shared/bytes.js";
import { sealTo } from "../../shared/sealing/age.js";
import { digestOf, MESSAGE_STEP, pad, parseContent } from "../../shared/sealing/envelope.js";

const KINDS = ["note", "grading"];
// In the order in which they are read out; objects of a page's words come sorted.
/** @type {GradeName[]} */
export const GRADES = ["source", "information", "handling"];

// Two labels and line breaks between: nothing of a talk's message has this shape.
/** @type {(talk: Uint8Array, note: Omit<NoteContent, "v" | "mac">) => string} */
const macOf = (talk, { kind, reference, number, by, previous, body }) =>
  toHex(
    hmac(
      sha256,
      talk,
      toUtf8(["unit note", kind, reference, number, by, previous, body].join("\n")),
    ),
  );

/**
 * @typedef {{
 *   kind: NoteKind,
 *   by: string,
 *   tip: TipContent,
 *   unit: CurrentKeys,
 *   end: ChainEnd,
 * }} NoteToSeal
 */

// `end` is what endOfNotes gives; `unit` comes from the opened keys, never from the server.
/** @type {(body: string, note: NoteToSeal) => Promise<SealedNoteForm>} */
export async function sealNote(body, { kind, by, tip, unit, end }) {
  const number = end.number + 1;
  // A lone surrogate would be written one way in the JSON and another way under the MAC.
  const content = /** @type {NoteContent} */ ({
    v: 1,
    kind,
    reference: tip.reference,
    number,
    by,
    previous: end.digest,
    body: fromUtf8(toUtf8(body)),
  });
  content.mac = macOf(fromBase64(tip.talk), content);
  const bytes = pad(toUtf8(JSON.stringify(content)), MESSAGE_STEP);
  const sealed = await sealTo([unit.recipient, unit.recovery], bytes);
  return { number: String(number), sealed: toBase64(sealed), key: unit.keyId };
}

// `rows` as the server stores them: number, kind, by, at, bytes. Returns one entry for each, whose
// `body` is null unless the MAC is right and kind, author and tip are the row's; `isWhole` tells
// whether it also stands where it belongs.
/**
 * @param {WithBytes<Omit<SealedNote, "sealed">>[]} rows
 * @param {{ tip: TipContent, open: Open }} held
 * @returns {Promise<ReadNote[]>}
 */
export async function readNotes(rows, { tip, open }) {
  const opened = await Promise.all(rows.map((row) => open(row.bytes).catch(() => null)));
  const talk = fromBase64(tip.talk);
  let number = 1;
  let previous = "";
  return rows.map((row, i) => {
    const content = believed(opened[i], row, tip.reference, talk);
    const isNext = content !== null && content.number === number && content.previous === previous;
    /** @type {ReadNote} */
    const entry = {
      number: row.number,
      expected: number,
      kind: row.kind,
      by: row.by,
      at: row.at,
      body: content ? content.body : null,
      digest: opened[i] ? digestOf(opened[i]) : "",
      isWhole: isNext && row.number === number,
    };
    number = row.number + 1;
    previous = entry.digest;
    return entry;
  });
}

/**
 * @param {Uint8Array | null} bytes
 * @param {Omit<SealedNote, "sealed">} row
 * @param {string} reference
 * @param {Uint8Array} talk
 * @returns {NoteContent | null}
 */
function believed(bytes, row, reference, talk) {
  if (!bytes || !KINDS.includes(row.kind)) return null;
  try {
    const content = /** @type {any} */ (parseContent(bytes, row.kind));
    const mac = macOf(talk, content);
    const isTheirs =
      content.by === row.by &&
      content.reference === reference &&
      typeof content.body === "string" &&
      typeof content.mac === "string" &&
      equal(toUtf8(content.mac), toUtf8(mac));
    return isTheirs ? content : null;
  } catch {
    return null;
  }
}

/** @type {(entries: ReadNote[]) => ChainEnd} */
export function endOfNotes(entries) {
  const last = entries[entries.length - 1];
  return last ? { number: last.number, digest: last.digest } : { number: 0, digest: "" };
}

// The grading that counts, as { source, information, handling, by, at }; null before the first.
/** @type {(entries: ReadNote[], grades: Grades) => Grading | null} */
export function lastGrading(entries, grades) {
  const found = entries.map((entry) => readGrading(entry, grades)).filter(Boolean);
  return found.length ? found[found.length - 1] : null;
}

// Null for a note, and for a grading that is not believed or names no grade of ours.
/** @type {(entry: ReadNote, grades: Grades) => Grading | null} */
export function readGrading(entry, grades) {
  if (entry.kind !== "grading" || entry.body === null) return null;
  try {
    const chosen = JSON.parse(entry.body);
    const isKnown = GRADES.every(
      (name) =>
        typeof chosen[name] === "string" &&
        Object.prototype.hasOwnProperty.call(grades[name], chosen[name]),
    );
    if (!isKnown) return null;
    const { by, at } = entry;
    return GRADES.reduce(
      (all, name) => Object.assign(all, { [name]: chosen[name] }),
      /** @type {Grading} */ ({ by, at }),
    );
  } catch {
    return null;
  }
}
