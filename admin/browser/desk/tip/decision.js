// The decision's form: only the reasons of the chosen move, and what the choice means.

import { say } from "../../shared/page/dom.js";
import { showReason } from "./ending.js";

/** @type {(form: HTMLFormElement, words: TipWords, opened: () => HeldTip | null) => void} */
export function guideDecision(form, words, opened) {
  const reason = /** @type {HTMLSelectElement} */ (form.querySelector("select"));
  const options = Array.from(reason.options);
  /** @type {NodeListOf<HTMLInputElement>} */
  const radios = form.querySelectorAll('[name="move_to"]');
  const moves = Array.from(radios);
  const chosen = () => (moves.find((move) => move.checked) || { value: "" }).value;
  /** @type {(selector: string) => HTMLElement} */
  const place = (selector) => /** @type {HTMLElement} */ (form.querySelector(selector));

  function offerReasons() {
    const fitting = options.filter((option) => !option.value || option.dataset.status === chosen());
    reason.replaceChildren(...fitting);
    // One reason only needs no choosing.
    reason.selectedIndex = fitting.length === 2 ? 1 : 0;
    reason.disabled = !chosen();
    tell();
  }

  function tell() {
    const option = reason.selectedOptions[0];
    const reads = words.reads[chosen()];
    const days = option && option.dataset.days;
    const turnTo = option && words.turn_to[option.value];
    say(place("[data-reads]"), reads && words.sentences.reads, reads);
    say(place("[data-turn-to]"), turnTo, turnTo && words.not_forwarded);
    const second = option && option.dataset.second;
    say(place("p[data-second]"), second && words.sentences.second);
    showReason(form, opened(), words);
    say(place("[data-purge]"), days && words.sentences.purge.replace("%(n)s", days));
  }

  moves.forEach((move) => move.addEventListener("change", offerReasons));
  reason.addEventListener("change", tell);
  offerReasons();
}
