// What must be seen may lie in a part that is folded up, and that one in another.

/** @type {(place?: Element | null) => void} */
export function openAround(place) {
  const folded = place && place.closest("details");
  if (!folded) return;
  folded.open = true;
  openAround(folded.parentElement);
}
