// Which of a tip's files may be enclosed, under which name, and how one is read for it. A file that is not
// cleaned stays in the house; a picture goes through the same strainer once more.

import { sniff } from "../../shared/media.js";
import { bared } from "../files/bare.js";
import { NotRead, readFile } from "../files/reading.js";

const HEAD = 64;
/** @type {Record<string, string>} */
const ENDINGS = {
  "image/jpeg": "jpg",
  "image/png": "png",
  "image/gif": "gif",
  "image/webp": "webp",
  "video/mp4": "mp4",
  "video/quicktime": "mov",
  "video/webm": "webm",
  "video/x-matroska": "mkv",
  "video/x-msvideo": "avi",
  "audio/mpeg": "mp3",
  "audio/mp4": "m4a",
  "audio/amr": "amr",
  "audio/flac": "flac",
  "audio/ogg": "ogg",
  "audio/wav": "wav",
  "application/pdf": "pdf",
};
// All of these begin as a ZIP does; which one it is only the sender said.
const OFFICE = "application/vnd.openxmlformats-officedocument.";
const OPEN = "application/vnd.oasis.opendocument.";
/** @type {Record<string, string>} */
const ZIPPED = {
  [`${OFFICE}wordprocessingml.document`]: "docx",
  [`${OFFICE}spreadsheetml.sheet`]: "xlsx",
  [`${OFFICE}presentationml.presentation`]: "pptx",
  [`${OPEN}text`]: "odt",
  [`${OPEN}spreadsheet`]: "ods",
  [`${OPEN}presentation`]: "odp",
};
const PICTURES = ["image/jpeg", "image/png"];

/** @type {<T>(table: Record<string, T>, name: string) => T | undefined} */
const own = (table, name) =>
  Object.prototype.hasOwnProperty.call(table, name) ? table[name] : undefined;

// Returns why a file stays here, by the name of a sentence; "" where it may go.
/** @type {(file: Pick<ListedFile, "entry" | "sealedSize" | "state">) => "" | "file_gone" | "file_kept" | "file_original"} */
export function staysBecause({ entry, sealedSize, state }) {
  if (!entry || !sealedSize) return "file_gone";
  if (state === "cleaned") return "";
  return state === "original" ? "file_original" : "file_kept";
}

// By its first bytes; "" for what this page does not know.
/** @type {(bytes: Uint8Array, said: string) => string} */
export function endingOf(bytes, said) {
  const type = sniff(bytes);
  return (type === "application/zip" ? own(ZIPPED, said) : own(ENDINGS, type)) || "";
}

/** @type {(nth: number, ending: string) => string} */
export const neutralName = (nth, ending) => `files/${String(nth).padStart(2, "0")}.${ending}`;

// A picture as it goes: null where nothing but a picture may be left, and more is there.
/** @type {(bytes: Bytes) => Bytes | null} */
export function strained(bytes) {
  const type = sniff(bytes);
  return PICTURES.includes(type) ? bared(bytes, type) : bytes;
}

// Adds one file to a package; `most` is what may be held whole. Rejects with NotRead.
/**
 * @param {import("./packing.js").Packing} packing
 * @param {{ address: string, row: ListedFile, signal: AbortSignal, nth: number, most: number, onStep: (bytes: number) => void }} job
 * @returns {Promise<PackedEntry>}
 */
export async function enclose(packing, job) {
  const { row, nth } = job;
  const type = /** @type {FileEntry} */ (row.entry).type;
  /** @type {(bytes: Uint8Array) => string} */
  const nameFor = (bytes) => {
    const ending = endingOf(bytes.subarray(0, HEAD), type);
    if (!ending) throw new NotRead("other_kind");
    return neutralName(nth, ending);
  };
  return type.startsWith("image/") ? whole(packing, job, nameFor) : streamed(packing, job, nameFor);
}

/**
 * @param {import("./packing.js").Packing} packing
 * @param {{ address: string, row: ListedFile, signal: AbortSignal, most: number, onStep: (bytes: number) => void }} job
 * @param {(bytes: Uint8Array) => string} nameFor
 */
async function whole(packing, { address, row, signal, most, onStep }, nameFor) {
  if (row.size > most) throw new NotRead("too_large");
  /** @type {ArrayBuffer[]} */
  const pieces = [];
  await readFile({ address, row, signal }, (piece) => {
    pieces.push(piece);
    onStep(piece.byteLength);
  });
  const bytes = strained(new Uint8Array(await new Blob(pieces).arrayBuffer()));
  if (!bytes) throw new NotRead("not_bare");
  return packing.add(nameFor(bytes), bytes);
}

// The name is known from the first piece on. What was taken counts only once the whole was proved:
// where it was not, the package is never finished.
/**
 * @param {import("./packing.js").Packing} packing
 * @param {{ address: string, row: ListedFile, signal: AbortSignal, onStep: (bytes: number) => void }} job
 * @param {(bytes: Uint8Array) => string} nameFor
 */
async function streamed(packing, { address, row, signal, onStep }, nameFor) {
  await readFile({ address, row, signal }, async (piece, before) => {
    if (!before) await packing.begin(nameFor(new Uint8Array(piece)));
    onStep(piece.byteLength);
    await packing.push(piece);
  });
  return packing.end();
}
