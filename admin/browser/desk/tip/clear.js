// Before a member opens a tip for the first time they say, with one press, that they have no part
// in it. Whoever has leaves by the form beside it, and the tip is hidden from them.

import { byId, say } from "../../shared/page/dom.js";
import { post } from "../post.js";

// Resolves once it was said, now or at an earlier opening.
/** @type {(page: OpenTipPage, words: DeskWords) => Promise<void>} */
export function askClear(page, words) {
  if (page.dataset.clear === "yes") return Promise.resolve();
  const panel = byId("clear");
  const button = byId("clear-no");
  panel.hidden = false;
  // The next key is Enter; a letter still does what it does everywhere.
  if (document.activeElement === document.body) button.focus();
  return new Promise((resolve) => {
    button.addEventListener("click", async () => {
      if (!(await isKept(page))) {
        const place = /** @type {HTMLElement} */ (panel.querySelector("[data-error]"));
        say(place, words.sentences.clear_failed);
        return;
      }
      panel.hidden = true;
      page.dataset.clear = "yes";
      resolve();
    });
  });
}

/** @type {(page: OpenTipPage) => Promise<boolean>} */
const isKept = (page) =>
  post(page.dataset.clearing, {}).then(
    ({ ok }) => ok,
    () => false,
  );
