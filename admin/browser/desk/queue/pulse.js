// Asks now and then how many wait in each lane, and whether the rows that are shown still stand so.
//
// On the wire every question is like every other, and so is every answer: one length, whatever waits
// there. Nothing follows by itself from an answer, or the next request would tell that something
// came: the rows are loaded anew when the member says so. Asked only while somebody can see the page;
// the server does not take it for work, so that it keeps no session alive.

import { byId, findById, say } from "../../shared/page/dom.js";
import { getJson } from "../../signin/api.js";
import { isKept } from "../../signin/keyring.js";
import { rememberFocus } from "./queue_row.js";

const EVERY = 60_000;
// Up to so much sooner or later, by chance: nobody's pages keep step with anybody's.
const JITTER = 15_000;

/** @type {(page: QueuePage, words: QueueWords) => void} */
export function bindPulse(page, words) {
  let timer = 0;
  const next = () => {
    clearTimeout(timer);
    timer = window.setTimeout(beat, EVERY + JITTER * (2 * Math.random() - 1));
  };
  const beat = async () => {
    if (document.hidden) return;
    const answer = await ask(page);
    if (answer === "ended") return;
    if (answer) show(page, answer, words);
    next();
  };
  document.addEventListener("visibilitychange", next);
  next();
}

// "ended" where the session is locked or over: the page's own clock deals with that.
/** @type {(page: QueuePage) => Promise<Pulse | "ended" | null>} */
async function ask(page) {
  if (page.dataset.opens === "yes" && !isKept()) return "ended";
  try {
    return await getJson(`${page.dataset.pulse}${location.search}`);
  } catch (error) {
    return [401, 403, 423].includes(Number(/** @type {Thrown} */ (error).status)) ? "ended" : null;
  }
}

/** @type {(page: QueuePage, pulse: Pulse, words: QueueWords) => void} */
function show(page, { counts, mark }, words) {
  /** @type {NodeListOf<HTMLElement & { dataset: { count: string } }>} */
  const places = page.querySelectorAll("[data-count]");
  places.forEach((place) => {
    const count = (counts[place.dataset.count] || "").trim();
    if (count && place.textContent !== count) place.textContent = count;
  });
  if (mark !== page.dataset.mark) tell(page, words);
}

// Said once: a screen reader would read it out each minute.
/** @type {(page: QueuePage, words: QueueWords) => void} */
function tell(page, words) {
  const place = byId("news");
  if (!place.hidden) return;
  say(place, words.queue.changed, " ");
  const button = document.createElement("button");
  button.type = "button";
  button.className = "button button--quiet";
  button.id = "renew";
  button.textContent = words.queue.renew;
  button.addEventListener("click", () => renew(page));
  place.append(button);
}

// Loads the rows anew; the one on which the member stands keeps the focus.
/** @type {(page: QueuePage) => void} */
export function renew(page) {
  const focused = document.activeElement;
  if (focused && focused !== findById("renew")) rememberFocus(page);
  location.reload();
}
