// The first words of a tip beside its label, where this tab has opened it already.
//
// Nothing is opened for them: each opening is a line of the audit log, and fifty at once would hide
// the one that somebody should ask about. They come from what the tab keeps, sealed, until it locks.

import { element } from "../../shared/page/dom.js";
import { rowsOf } from "./queue.js";

// Returns a function that takes them off the page again.
/** @type {(page: QueuePage, traces: KeptTrace[]) => () => void} */
export function showFirstWords(page, traces) {
  const known = new Map(traces.map(({ reference, first }) => [reference, first]));
  rowsOf(page).forEach((row) => {
    // Of a tip about an official the queue says nothing.
    const label = row.querySelector("[data-label]");
    const first = known.get(row.dataset.row);
    if (!label || !first) return;
    const before = row.querySelector(".queue__first");
    if (before) before.remove();
    /** @type {HTMLElement} */ (label.parentElement).append(element("p", "queue__first", first));
  });
  return () => page.querySelectorAll(".queue__first").forEach((one) => one.remove());
}
