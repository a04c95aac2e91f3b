// A button beside a link: it puts the link where it can be pasted, or at least marks it.

import { byId } from "../../shared/page/dom.js";

export function bindCopies() {
  /** @type {NodeListOf<CopyButton>} */
  const buttons = document.querySelectorAll("button[data-copy]");
  buttons.forEach((button) => {
    const place = byId(button.dataset.copy);
    button.addEventListener("click", async () => {
      mark(place);
      try {
        await navigator.clipboard.writeText(/** @type {string} */ (place.textContent));
      } catch {
        // No clipboard here: what is marked is copied by hand.
        return;
      }
      button.textContent = button.dataset.copied;
    });
  });
}

/** @type {(place: HTMLElement) => void} */
function mark(place) {
  const selection = window.getSelection();
  if (selection) selection.selectAllChildren(place);
}
