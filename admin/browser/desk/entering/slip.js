// The slip of paper with the receipt, until it was handed over or destroyed.

import { byId, element, replaceChildren } from "../../shared/page/dom.js";
import { clearFaults, showFault } from "../../shared/page/faults.js";
import { askBeforeLeaving } from "../../shared/page/leaving.js";
import { beforeLock } from "../../signin/keyring.js";

// What the slip is of: the channel, the receipt in its groups, the reference, and where the tip went.
/** @typedef {{ channel: string, receipt: string[], reference: string, way: string }} Slip */

/** @type {Record<string, EnterSentence>} */
const HOW = { phone: "printPhone", letter: "printLetter", visit: "printVisit" };

// `receipt` is six groups of six digits; they live in this call alone.
/** @type {(told: Slip, words: EnterWords) => void} */
export function showSlip({ channel, receipt, reference, way }, words) {
  /** @type {string[] | null} */
  let groups = receipt;
  const slip = byId("slip");
  const asked = crypto.getRandomValues(new Uint8Array(1))[0] % receipt.length;
  const lines = receipt.map((group) => element("li", "receipt__group", group));
  replaceChildren(byId("receipt"), ...lines);
  byId("slip-how").textContent = words[HOW[channel]];
  byId("group-hint").textContent = words.asked.replace("{number}", String(asked + 1));
  askBeforeLeaving(() => Boolean(groups));
  // Who left the desk for so long that it locks has no slip to hand over; it must not stay in sight.
  beforeLock(async () => {
    groups = null;
  });

  /** @type {(told: string) => void} */
  const end = (told) => {
    groups = null;
    slip.remove();
    byId(told).hidden = false;
    byId("done-reference").textContent = reference;
    byId("done-reference").parentNode.hidden = !reference;
    byId("done-way").textContent = way;
    reveal(byId("done"));
  };
  byId("handed").addEventListener("submit", (event) => {
    event.preventDefault();
    if (groups && isRepeated(slip, groups[asked], words)) end("done-handed");
  });
  byId("destroy-now").addEventListener("click", () => end("done-destroyed"));
  bindPrint(/** @type {HTMLElement} */ (slip.querySelector("[data-print]")));
  reveal(slip);
}

/** @type {(slip: HTMLElement, group: string, words: EnterWords) => boolean} */
function isRepeated(slip, group, words) {
  clearFaults(slip);
  const field = byId("group");
  const typed = field.value.normalize("NFKC").replace(/[^0-9]/g, "");
  if (typed === group) return true;
  showFault(slip, words.summary, typed ? words.wrongGroup : words.noGroup, field);
  return false;
}

/** @type {(button: HTMLElement) => void} */
function bindPrint(button) {
  button.hidden = false;
  button.addEventListener("click", () => window.print());
}

/** @type {(section: HTMLElement) => void} */
function reveal(section) {
  section.hidden = false;
  /** @type {HTMLElement} */ (section.querySelector("h1")).focus();
  window.scrollTo(0, 0);
}
