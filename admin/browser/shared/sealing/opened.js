// Whether what was opened is what it should be. Whoever seals with a program of their own can write
// anything into a tip; what has not the shape of one is junk, told in a sentence and never half shown.

import { fromBase64 } from "../bytes.js";
import { BadContent, parseContent } from "./envelope.js";

const TALK = 32;
// Five times the longest answer that the form takes, and more fields than it will ever have.
const LONGEST = 10000;
const MOST_FIELDS = 100;

// Returns the tip, or throws BadContent.
/** @type {(bytes: Uint8Array) => TipContent} */
export function readTip(bytes) {
  const tip = /** @type {any} */ (parseContent(bytes, "tip"));
  const { reference, fields, reporter, talk, files, contact } = tip;
  const whole =
    isText(reference) &&
    isText(reporter) &&
    areFields(fields) &&
    isTalk(talk) &&
    (files === undefined || Array.isArray(files)) &&
    (contact === undefined || isText(contact));
  if (!whole) throw new BadContent("a malformed tip");
  return tip;
}

/** @type {(bytes: Uint8Array) => LabelContent} */
export function readLabelContent(bytes) {
  const label = /** @type {any} */ (parseContent(bytes, "label"));
  const { category, township, flags } = label;
  if (!isText(category) || !isText(township) || !areTexts(flags)) {
    throw new BadContent("a malformed label");
  }
  return label;
}

// Answers by name, each a text or a list of texts; beside them files may be named.
/** @type {(fields: any) => fields is Answers} */
export function areFields(fields) {
  if (fields === null || typeof fields !== "object" || Array.isArray(fields)) return false;
  const names = Object.keys(fields).filter((name) => name !== "files");
  return (
    names.length <= MOST_FIELDS &&
    names.every((name) => isText(name) && (isText(fields[name]) || areTexts(fields[name])))
  );
}

/** @type {(value: unknown) => boolean} */
const isText = (value) => typeof value === "string" && value.length <= LONGEST;
/** @type {(value: unknown) => boolean} */
const areTexts = (value) =>
  Array.isArray(value) && value.length <= MOST_FIELDS && value.every(isText);

/** @type {(text: unknown) => text is string} */
function isTalk(text) {
  try {
    return typeof text === "string" && fromBase64(text).length === TALK;
  } catch {
    return false;
  }
}
