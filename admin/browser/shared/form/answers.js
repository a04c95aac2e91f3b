// Reads the form, and checks it as the server does, with the server's own sentences.

import { FIELDS, LISTS } from "#contract";

// What was left empty is left out.
/** @type {(form: HTMLFormElement) => { fields: Answers, contact: string, website: string }} */
export function readForm(form) {
  const sent = new FormData(form);
  /** @type {Answers} */
  const fields = {};
  for (const name of FIELDS) {
    const value = LISTS.includes(name)
      ? /** @type {string[]} */ (sent.getAll(name))
      : textOf(sent, name);
    if (value.length) fields[name] = value;
  }
  return { fields, contact: textOf(sent, "contact").trim(), website: textOf(sent, "website") };
}

// Counts a line's end as one character, as the person who typed it does.
/** @type {(sent: FormData, name: string) => string} */
const textOf = (sent, name) => /** @type {string} */ (sent.get(name) || "").replace(/\r\n?/g, "\n");

// `checks` are the elements that carry the server's sentences. Returns `[{field, text}]`.
/**
 * @param {HTMLFormElement} form
 * @param {{ fields: Answers, contact: string }} sent
 * @param {HTMLElement[] | NodeListOf<HTMLElement>} checks
 */
export function faultsOf(form, { fields, contact }, checks) {
  const typed = Object.assign({ contact }, fields);
  /** @type {{ field: Element, text: string }[]} */
  const faults = [];
  for (const { dataset } of checks) {
    const name = /** @type {string} */ (dataset.field);
    const text = faultOf(typed[name] || "", dataset);
    if (text) faults.push({ field: /** @type {any} */ (form.elements)[name], text });
  }
  return faults;
}

/** @type {(value: any, told: DOMStringMap) => string} */
function faultOf(value, { missing, max, long }) {
  if (missing) return value.trim() ? "" : missing;
  return Array.from(value).length > Number(max) ? /** @type {string} */ (long) : "";
}
