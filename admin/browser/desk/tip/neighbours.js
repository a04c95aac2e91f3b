// From one tip straight to the next of the queue that it was opened from, by a link and by a key.

import { byId } from "../../shared/page/dom.js";
import { keepPlace, readPlace } from "../queue_place.js";

/** @type {(page: TipPage) => void} */
export function bindNeighbours(page) {
  const { unit, reference } = page.dataset;
  const place = readPlace(unit);
  const at = place ? place.rows.indexOf(reference) : -1;
  if (!place || at < 0) return;
  // Whoever goes back from here finds this row.
  keepPlace(Object.assign(place, { at: reference, isLeft: true }));
  byId("to-queue").href = `/desk/${place.search}`;
  lead("to-previous", place.rows[at - 1]);
  if (at + 1 < place.rows.length) lead("to-next", place.rows[at + 1]);
  else if (place.next) leadOn(place);
  const where = byId("in-queue");
  where.textContent = `${at + 1} / ${place.rows.length}`;
  where.hidden = false;
}

/** @type {(id: "to-previous" | "to-next", reference?: string) => void} */
function lead(id, reference) {
  if (!reference) return;
  const link = byId(id);
  link.href = `/desk/tips/${encodeURIComponent(reference)}`;
  link.hidden = false;
}

// Behind the last row stands the queue's next page, whose first row has the focus then.
/** @type {(place: QueuePlace) => void} */
function leadOn(place) {
  const link = byId("to-next");
  link.href = `/desk/${place.next}`;
  link.hidden = false;
  link.addEventListener("click", () =>
    keepPlace(Object.assign(place, { search: place.next, at: "", rows: [], next: "" })),
  );
}

// A link that is hidden leads nowhere.
/** @type {(id: "to-previous" | "to-next") => void} */
export function follow(id) {
  const link = byId(id);
  if (!link.hidden) link.click();
}
