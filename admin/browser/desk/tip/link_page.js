// Suggests tips of the same event, out of those that this tab has opened.

import { byId, element, findById, replaceChildren } from "../../shared/page/dom.js";
import { alikeTo } from "./alike.js";
import { keepTrace, keptOf } from "./traces.js";

/** @type {(page: TipPage, tip: TipContent, words: TipWords) => Promise<void>} */
export async function suggest(page, tip, words) {
  const { unit, received } = page.dataset;
  const trace = keptOf(tip, { unit, received });
  const kept = await keepTrace(trace);
  const place = findById("alike-place");
  // Left meanwhile: nothing may be shown any more.
  if (!place || !byId("opened").hasChildNodes()) return;
  place.hidden = false;
  /** @type {NodeListOf<HTMLInputElement>} */
  const others = byId("links").querySelectorAll("[name=other]");
  const tied = Array.from(others, ({ value }) => value);
  const found = alikeTo(trace, kept).filter(({ reference }) => !tied.includes(reference));
  const none = element("li", "meta", words.alike.none);
  const lines = found.map((one) => lineOf(one, words));
  replaceChildren(byId("alike"), ...(lines.length ? lines : [none]));
}

export function hideSuggestions() {
  const list = findById("alike");
  if (list) list.textContent = "";
}

/** @type {(found: Alike, words: TipWords) => HTMLElement} */
function lineOf({ reference, township, reasons }, words) {
  const towns = words.choices.township;
  const name = Object.prototype.hasOwnProperty.call(towns, township) ? towns[township] : township;
  const told = reasons.map((reason) => words.alike[reason].replace("%(township)s", name));
  const look = element("a", "", reference);
  look.href = `/desk/tips/${encodeURIComponent(reference)}?why=compare`;
  const tie = element("button", "button button--quiet", words.alike.link);
  tie.type = "button";
  tie.setAttribute("aria-label", `${words.alike.link} ${reference}`);
  tie.addEventListener("click", () => {
    const form = byId("link");
    // Open, so that a refusal beside the field is seen.
    form.parentElement.open = true;
    byId("other").value = reference;
    form.requestSubmit();
  });
  return element("li", "links__one", element("p", "", look, " ", told.join("，")), tie);
}
