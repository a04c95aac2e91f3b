// The files that came with a tip: those that its payload names, and those of the reporter's letters.
// Pure; what is named comes from strangers, so nothing of it is believed before it was looked at.

import { parted } from "../../shared/page/unseen.js";
import { PART } from "../../shared/sealing/age_payload.js";
import { familyOf, viewOf } from "./kinds.js";
import { safeName } from "./names.js";

// As MOST_ENTRIES of admin/sealing/files.py, for each tip or letter.
const MOST = 20;
// Characters of a stranger's name that are shown.
const SHOWN = 200;
const STATES = ["cleaned", "kept", "original"];
const KEY = /^AGE-SECRET-KEY-PQ-1[02-9AC-HJ-NP-Z]{58}$/;
const TYPE = /^[a-z]{1,20}\/[a-z0-9][a-z0-9.+-]{0,80}$/;
const HEX64 = /^[0-9a-f]{64}$/;
const BLOB = /^[0-9a-f]{32}$/;

// Of the talk, what the reporter is believed to have written.
/** @typedef {ReadMessage & { number: number, body: string }} Believed */
/** @typedef {Pick<ListedFile, "message" | "day" | "entry">} Named */

// `uploads` are what the server holds of this tip: {blob: sealed bytes}. Returns rows: number (from
// one), message (of which letter it came, or 0 for the tip itself), day, entry (null where it can't
// be read), name, family, view, state, size, sealedSize (0 where the server has no such file).
/**
 * @param {Pick<ReadTip, "tip" | "talk">} opened
 * @param {Uploads} uploads
 * @param {TipFileWords} words
 * @returns {ListedFile[]}
 */
export function listFiles({ tip, talk }, uploads, words) {
  /** @type {{ files: unknown, message: number, day: string }} */
  const own = { files: tip.files, message: 0, day: "" };
  const believed = /** @type {Believed[]} */ (talk.filter(isBelieved));
  const letters = believed.map(({ number, day, body }) => {
    return { files: filesOf(body), message: number, day };
  });
  const rows = [own]
    .concat(letters)
    .reduce(
      (all, { files, message, day }) => all.concat(named(files, message, day)),
      /** @type {Named[]} */ ([]),
    );
  return rows.map((row, i) => Object.assign(row, about(row.entry, i + 1, uploads, words)));
}

/** @type {(message: ReadMessage) => boolean} */
const isBelieved = ({ direction, body }) => direction === "reporter" && body !== null;

// A letter that brings files is JSON; any other is plain words.
/** @type {(body: string) => unknown[]} */
export function filesOf(body) {
  try {
    const content = JSON.parse(body);
    return content && Array.isArray(content.files) ? content.files : [];
  } catch {
    return [];
  }
}

/** @type {(files: unknown, message: number, day: string) => Named[]} */
const named = (files, message, day) =>
  (Array.isArray(files) ? files : [])
    .slice(0, MOST)
    .map((file) => ({ message, day, entry: readEntry(file) }));

// Returns the entry as admin/sealing/files.py would, or null where it is not one of ours.
/** @type {(file: unknown) => FileEntry | null} */
export function readEntry(file) {
  /** @type {any} */
  const entry = file !== null && typeof file === "object" ? file : {};
  const whole =
    typeof entry.name === "string" &&
    isText(entry.type, TYPE) &&
    isText(entry.sha256, HEX64) &&
    isText(entry.blob, BLOB) &&
    isText(entry.key, KEY) &&
    isCount(entry.size) &&
    isCount(entry.offset) &&
    STATES.includes(entry.state);
  if (!whole) return null;
  const { name, type, size, sha256, blob, key, state, offset } = entry;
  return { name, type, size, sha256, blob, key, state, offset };
}

/** @type {(value: unknown, pattern: RegExp) => boolean} */
const isText = (value, pattern) => typeof value === "string" && pattern.test(value);
/** @type {(value: unknown) => boolean} */
const isCount = (value) => Number.isSafeInteger(value) && Number(value) >= 0;

/**
 * @param {FileEntry | null} entry
 * @param {number} number
 * @param {Uploads} uploads
 * @param {TipFileWords} words
 * @returns {Omit<ListedFile, keyof Named>}
 */
function about(entry, number, uploads, words) {
  const fallback = words.unnamed.replace("%(n)s", String(number));
  const none = /** @type {const} */ ({ family: "other", view: "", size: 0, sealedSize: 0 });
  if (!entry) return Object.assign({ number, name: fallback, shown: fallback }, none);
  const held = Object.prototype.hasOwnProperty.call(uploads, entry.blob);
  return {
    number,
    name: safeName(entry.name, fallback),
    shown: shownName(entry.name, fallback),
    family: familyOf(entry.type),
    view: viewOf(entry.type),
    state: entry.state,
    size: entry.size,
    sealedSize: held ? uploads[entry.blob] : 0,
  };
}

// A name that hides something is shown with its signs told by their number; it is saved without.
/** @type {(name: string, fallback: string) => string} */
function shownName(name, fallback) {
  const told = parted(name.slice(0, SHOWN)).map((part) =>
    typeof part === "string" ? part : part.code,
  );
  return safeName(told.length > 1 ? told.join("") : name, fallback);
}

/** @type {(sealedSize: number) => number} */
export const partsOf = (sealedSize) => Math.ceil(sealedSize / PART);

// A size as people say it: "812 KB", "3.4 MB".
/** @type {(bytes: number) => string} */
export function sizeWord(bytes) {
  if (bytes < 1024) return `${bytes} B`;
  const kilo = bytes / 1024;
  if (kilo < 1000) return `${Math.round(kilo)} KB`;
  const mega = kilo / 1024;
  return mega < 1000 ? `${mega.toFixed(1)} MB` : `${(mega / 1024).toFixed(2)} GB`;
}
