// The queue: asks for the sealed labels of the rows that are shown, and opens them all at once.

import { fromBase64 } from "../../shared/bytes.js";
import { element, replaceChildren } from "../../shared/page/dom.js";
import { openWith } from "../../shared/sealing/age.js";
import { readLabelContent } from "../../shared/sealing/opened.js";
import { getJson } from "../../signin/api.js";
import { readLabel } from "../readable.js";

/** @type {(page: HTMLElement) => QueueRow[]} */
export const rowsOf = (page) =>
  Array.from(/** @type {NodeListOf<QueueRow>} */ (page.querySelectorAll("[data-row]")));

/** @type {(row: QueueRow) => HTMLAnchorElement} */
export const linkOf = (row) => /** @type {HTMLAnchorElement} */ (row.querySelector("th a"));

// Returns a function that shuts them again. Labels that can't be had leave the rows as they are. `then`
// is handed what the server told, and what the labels say by their tips.
/**
 * @param {QueuePage} page
 * @param {string[]} identities
 * @param {DeskWords} words
 * @param {(told: QueueLabels, labels: Map<string, LabelContent>) => void} [then]
 * @returns {Promise<() => void>}
 */
export async function openLabels(page, identities, words, then = () => {}) {
  const rows = rowsOf(page).filter((row) => row.querySelector("[data-label]"));
  if (!rows.length) return () => {};
  const asked = rows.map((row) => row.dataset.row).join(",");
  /** @type {QueueLabels} */
  const told = await getJson(`${page.dataset.labels}?of=${asked}`);
  const cells = rows.map((row) => /** @type {HTMLElement} */ (row.querySelector("[data-label]")));
  const shut = cells.map((cell) => Array.from(cell.childNodes));
  /** @type {Map<string, LabelContent>} */
  const labels = new Map();
  await Promise.all(
    cells.map(async (cell, i) => {
      const reference = rows[i].dataset.row;
      const label = await openLabel(cell, told.labels[reference], identities, words);
      if (label) labels.set(reference, label);
    }),
  );
  then(told, labels);
  return () => cells.forEach((cell, i) => replaceChildren(cell, ...shut[i]));
}

// Returns what it says; null of a tip about an official, and of what can't be read.
/**
 * @param {HTMLElement} cell
 * @param {string} sealed
 * @param {string[]} identities
 * @param {DeskWords} words
 * @returns {Promise<LabelContent | null>}
 */
async function openLabel(cell, sealed, identities, words) {
  try {
    const bytes = await openWith(identities, fromBase64(sealed));
    const content = readLabelContent(bytes);
    if (!content.category) {
      // A supervisory tip: the queue says nothing of it.
      replaceChildren(cell, words.sentences.custodial);
      return null;
    }
    const label = readLabel(content, words);
    replaceChildren(
      cell,
      element("b", "label__category", label.category),
      " ",
      element("span", "label__place", label.township),
      ...label.flags.map((flag) => element("span", "chip chip--flag", flag)),
    );
    return content;
  } catch {
    replaceChildren(cell, element("span", "label__broken", words.sentences.label_not_opened));
    return null;
  }
}
