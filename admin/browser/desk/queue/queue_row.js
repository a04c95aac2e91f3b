// Keeps the queue's row over the way to a tip and back: it has the focus again, and is on the screen.

import { keepPlace, readPlace } from "../queue_place.js";
import { linkOf, rowsOf } from "./queue.js";

/** @type {(page: QueuePage) => void} */
export function bindRow(page) {
  page.addEventListener("click", ({ target }) => {
    const link = /** @type {Element} */ (target).closest("th a");
    const row = link && /** @type {QueueRow | null} */ (link.closest("[data-row]"));
    if (row) remember(page, row.dataset.row);
  });
  returnToRow(page);
}

// Before the page is loaded anew: the row on which the member stands, where there is one.
/** @type {(page: QueuePage) => void} */
export function rememberFocus(page) {
  const at = document.activeElement;
  const row = /** @type {QueueRow | null} */ (at && page.contains(at) && at.closest("[data-row]"));
  if (row) remember(page, row.dataset.row);
}

/** @type {(page: QueuePage, at: string) => void} */
function remember(page, at) {
  /** @type {HTMLAnchorElement | null} */
  const next = page.querySelector('.pager a[rel="next"]');
  keepPlace({
    unit: page.dataset.unit,
    search: location.search,
    rows: rowsOf(page)
      .filter((row) => !row.hidden)
      .map((row) => row.dataset.row),
    at,
    next: next ? next.search : "",
    isLeft: true,
  });
}

// Once: who loads the page anew later is not led there again.
/** @type {(page: QueuePage) => void} */
function returnToRow(page) {
  const place = readPlace(page.dataset.unit);
  if (!place || !place.isLeft || place.search !== location.search) return;
  keepPlace(Object.assign(place, { isLeft: false }));
  const row = standing(rowsOf(page), place);
  if (!row) return;
  linkOf(row).focus({ preventScroll: true });
  row.scrollIntoView({ block: "center" });
}

// The row itself, or the first of those behind it that is still here: what was done with it may have
// taken it out of this lane.
/** @type {(rows: QueueRow[], place: QueuePlace) => QueueRow | undefined} */
function standing(rows, { rows: before, at }) {
  const behind = before.slice(Math.max(0, before.indexOf(at)));
  const wanted = behind.concat(before.slice().reverse());
  const here = new Map(rows.map((row) => [row.dataset.row, row]));
  const found = at ? wanted.find((reference) => here.has(reference)) : undefined;
  return found ? here.get(found) : rows[0];
}
