// The new recovery sheet on the page: shown, printed, and asked back from both its keepers.

import { byId } from "../../shared/page/dom.js";
import { checkCode } from "../members/check_code.js";
import { bindForm, Missing, plainGroup, show } from "../members/forms.js";

// Shows the two halves. `store` is called once both keepers wrote their last group.
/** @type {(made: MadeKey, words: RenewalWords, store: () => Promise<void>) => void} */
export function showSheet(made, words, store) {
  made.halves.forEach((half, i) => {
    byId(`half-${i + 1}`).textContent = half;
  });
  document.querySelectorAll("[data-unit-print]").forEach((place) => {
    place.textContent = checkCode(made.fingerprint);
  });
  byId("print").addEventListener("click", () => window.print());
  bindForm(byId("halves-copied"), byId("halves-error"), () => takeBack(made, words, store), words);
  show("halves");
}

/** @type {(made: MadeKey, words: RenewalWords, store: () => Promise<void>) => Promise<void>} */
async function takeBack(made, words, store) {
  made.halves.forEach((half, i) => {
    /** @type {HTMLInputElement} */
    const field = byId(`group-${i + 1}`);
    if (plainGroup(field.value) !== half.split(" ").pop()) {
      throw new Missing(field, words.wrong_half.replace("%(n)s", String(i + 1)));
    }
  });
  byId("halves-status").textContent = words.sending;
  try {
    await store();
  } finally {
    byId("halves-status").textContent = "";
  }
  [1, 2].forEach((n) => {
    byId(`half-${n}`).textContent = "";
  });
  byId("halves").hidden = true;
}
