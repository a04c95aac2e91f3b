// Where a member stood in the queue: kept in this tab, so that going back finds the row again, and a
// tip's page knows which one comes next. References and addresses of the server's; no word of a tip.

import { PLACE } from "../signin/keyring.js";

/** @type {(place: QueuePlace) => void} */
export const keepPlace = (place) => sessionStorage.setItem(PLACE, JSON.stringify(place));

// Null where this tab came from no queue of this unit.
/** @type {(unit: string) => QueuePlace | null} */
export function readPlace(unit) {
  const stored = sessionStorage.getItem(PLACE);
  /** @type {QueuePlace | null} */
  const place = stored ? JSON.parse(stored) : null;
  return place && place.unit === unit ? place : null;
}
