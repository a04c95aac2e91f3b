// A tip as it stands inside its sealed file: what `Tip` and `Label` of admin/sealing/payload.py do.

import { fromUtf8, toBase64, toUtf8 } from "../bytes.js";
import { sealTo } from "./age.js";
import { LABEL_STEP, pad, padTo, TIP_CLASS, TIP_STEP } from "./envelope.js";

const CROCKFORD = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
export const CONTACT_STEP = 512;

// A random reference: two groups of five characters, 50 bits.
export function makeReference() {
  const bytes = crypto.getRandomValues(new Uint8Array(10));
  const text = Array.from(bytes, (byte) => CROCKFORD[byte & 31]).join("");
  return `${text.slice(0, 5)}-${text.slice(5)}`;
}

// `talk` is bytes; `contact` is what `sealContact` gave, or empty; `files` are entries of file_entry.js.
/** @type {(tip: TipToSeal) => Bytes} */
export function tipBytes({ reference, fields, reporter, talk, contact, files = [] }) {
  /** @type {TipContent} */
  const content = { v: 1, kind: "tip", reference, fields, reporter, talk: toBase64(talk), files };
  if (contact) content.contact = contact;
  return pad(padTo(toUtf8(JSON.stringify(content)), TIP_CLASS), TIP_STEP);
}

/** @type {(label: { category: string, township: string, flags: string[] }) => Bytes} */
export const labelBytes = ({ category, township, flags }) =>
  pad(toUtf8(JSON.stringify({ v: 1, kind: "label", category, township, flags })), LABEL_STEP);

// What a supervisory tip carries in a label's place: sealed, it looks like any other.
export const noLabel = () => labelBytes({ category: "", township: "", flags: [] });

// Two units have to open it together: first the custodian, then the reviewer.
/** @type {(text: string, custodian: string[], reviewer: string[]) => Promise<string>} */
export async function sealContact(text, custodian, reviewer) {
  const inner = await sealTo(reviewer, pad(toUtf8(text), CONTACT_STEP));
  return toBase64(await sealTo(custodian, inner));
}

// JSON would spell half a character (a lone surrogate) as an escape, which Python refuses.
/** @type {(fields: Answers) => Answers} */
export function wellFormed(fields) {
  /** @type {(text: string) => string} */
  const whole = (text) => fromUtf8(toUtf8(text));
  /** @type {Answers} */
  const mended = {};
  Object.keys(fields).forEach((name) => {
    const value = fields[name];
    mended[name] = Array.isArray(value) ? value.map(whole) : whole(value);
  });
  return mended;
}
