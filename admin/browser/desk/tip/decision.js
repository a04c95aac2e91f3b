// The decision's form: only the reasons of the chosen move, and what the choice means.

import { say } from "../../shared/page/dom.js";

export function guideDecision(form, words) {
  const reason = form.querySelector("select");
  const options = Array.from(reason.options);
  const moves = Array.from(form.querySelectorAll('[name="move_to"]'));
  const chosen = () => (moves.find((move) => move.checked) || {}).value;

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
    say(form.querySelector("[data-reads]"), reads && words.sentences.reads, reads);
    say(form.querySelector("[data-turn-to]"), turnTo, turnTo && words.not_forwarded);
    const second = option && option.dataset.second;
    say(form.querySelector("p[data-second]"), second && words.sentences.second);
    say(form.querySelector("[data-purge]"), days && words.sentences.purge.replace("%(n)s", days));
  }

  moves.forEach((move) => move.addEventListener("change", offerReasons));
  reason.addEventListener("change", tell);
  offerReasons();
}
