// Asks, with one press, why a member opens a tip that a colleague holds. Their own tips and those
// that nobody holds open at once.

import { byId } from "../../shared/page/dom.js";

// Resolves with a code for the audit log, or "". The answer goes into the page's own address, so
// that the same page asks once, however often its acts load it anew.
/** @type {(page: TipPage) => Promise<string>} */
export function askWhy(page) {
  const panel = byId("why");
  if (page.dataset.held !== "yes") return Promise.resolve("");
  /** @type {NodeListOf<HTMLElement & { dataset: { why: string } }>} */
  const answers = panel.querySelectorAll("[data-why]");
  const buttons = Array.from(answers);
  const said = /** @type {string} */ (new URLSearchParams(window.location.search).get("why"));
  if (buttons.some(({ dataset }) => dataset.why === said)) return Promise.resolve(said);
  panel.hidden = false;
  return new Promise((resolve) => {
    buttons.forEach((button) =>
      button.addEventListener("click", () => {
        const { why } = button.dataset;
        panel.hidden = true;
        window.history.replaceState(null, "", `${window.location.pathname}?why=${why}`);
        resolve(why);
      }),
    );
  });
}
