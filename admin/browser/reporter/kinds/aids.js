// What helps besides: a line to look for a kind, reading a receipt aloud, ways to keep it other than on
// paper, a day to come back. It comes with the words of kinds, so that the form's page need not carry it.
// What a receipt cannot do without stands in the page.

/** @type {(html: string) => void} */
export function putAids(html) {
  const stored = /** @type {HTMLTemplateElement | null} */ (document.getElementById("stored"));
  const come = new DOMParser().parseFromString(html, "text/html");
  const aids = Array.from(come.querySelectorAll("[data-aid]"));
  if (stored) aids.forEach((aid) => put(stored.content, aid));
  aids.forEach((aid) => put(document, aid));
  // A page that was loaded anew may show its receipt before this came.
  if (document.getElementById("receipt")) document.body.append(binding());
}

/** @type {(part: ParentNode, aid: Element) => void} */
function put(part, aid) {
  const place = part.querySelector(`div[data-aid="${aid.getAttribute("data-aid")}"]`);
  if (place && !place.firstChild) place.append(aid.cloneNode(true));
}

// What reads aloud and makes the calendar's file. Where it does not come, nothing is read.
export function binding() {
  const script = document.createElement("script");
  script.src = "/assets/receipt.js";
  return script;
}
