// How far the opening of a unit is: whose turn it is, what they do, and why. The page asks by itself
// every few seconds while somebody can see it; nothing that was typed goes by it.

import { element, replaceChildren } from "../../shared/page/dom.js";
import { getJson, postJson } from "../api.js";

const SECONDS = 4;

// For who has a link, or a second one. Once the link is used up it tells of nothing any more.
/** @type {(place: HTMLElement, token: string, words: ProgressWords) => void} */
export const followLink = (place, token, words) =>
  follow(
    place,
    () => postJson("/desk/join/progress", { token }),
    words,
    () => true,
  );

// For who is signed in. When the unit moved on, the page is loaded anew, so that what is to be done now
// stands on it; where that would cost something typed or shown once (`isBusy`), a button offers it.
/** @type {(place: HTMLElement, words: ProgressWords, isBusy: (stage: string) => boolean) => void} */
export const followDesk = (place, words, isBusy) =>
  follow(place, () => getJson("/desk/progress.json"), words, isBusy);

/**
 * @param {HTMLElement | null} place
 * @param {() => Promise<{ units: UnitProgress[] }>} ask
 * @param {ProgressWords} words
 * @param {(stage: string) => boolean} isBusy
 */
async function follow(place, ask, words, isBusy) {
  if (!place) return;
  /** @type {string | null} */
  let shown = null;
  let first = null;
  for (;;) {
    const found = document.hidden ? null : await ask().catch(() => null);
    const mark = found && JSON.stringify(found);
    if (found && mark !== shown) {
      const isNew = first !== null && mark !== first;
      if (isNew && found.units.every(({ stage }) => !isBusy(stage))) return location.reload();
      const waits = found.units.every(({ stage }) => ["speak", "join"].includes(stage));
      show(place, found.units, words, isNew && !waits && place.dataset.reloads === "yes");
      shown = mark;
      first = first === null ? mark : first;
    }
    await new Promise((resolve) => setTimeout(resolve, SECONDS * 1000));
  }
}

/** @type {(place: HTMLElement, units: UnitProgress[], words: ProgressWords, offers: boolean) => void} */
function show(place, units, words, offers) {
  const shown = units.filter(({ stage }) => stage !== "open" || place.dataset.open === "yes");
  place.hidden = !shown.length && !offers;
  replaceChildren(place, ...shown.map((unit) => panel(unit, words)));
  if (!offers) return;
  const button = element("button", "button button--quiet", words.reload);
  button.addEventListener("click", () => location.reload());
  place.append(element("p", "", button));
}

/** @type {(unit: UnitProgress, words: ProgressWords) => HTMLElement} */
function panel({ title, steps, who, what, why, mine, stage }, words) {
  const list = element("ol", "progress__steps");
  steps.forEach((step) => {
    const line = element("li", `progress__step progress__step--${step.state}`, step.title, " ");
    line.append(element("span", "meta", words[step.state]));
    if (step.state === "now") line.setAttribute("aria-current", "step");
    list.append(line);
  });
  const turn = element("p", "progress__turn");
  turn.append(element("b", "", mine ? words.mine : words.turn.replace("%(who)s", who)));
  const now = stage === "open" ? [] : [turn];
  return element(
    "section",
    `notice progress${mine ? " progress--mine" : ""}`,
    element("h2", "", words.title.replace("%(title)s", title)),
    ...now,
    element("p", "", what),
    element("p", "meta", why),
    list,
  );
}
