// The action bar's buttons: each opens its panel below the bar and shuts the other.

import { byId } from "../../shared/page/dom.js";

// Returns a function that opens the panel of an id and leads into it, as a key does.
/** @type {(bar: HTMLElement) => (id: string) => void} */
export function bindPanels(bar) {
  /** @type {NodeListOf<HTMLElement>} */
  const controls = bar.querySelectorAll("[aria-controls]");
  const buttons = Array.from(controls);
  /** @type {(button: HTMLElement, open: boolean) => void} */
  const set = (button, open) => {
    button.setAttribute("aria-expanded", String(open));
    byId(String(button.getAttribute("aria-controls"))).hidden = !open;
  };
  /** @type {(button: HTMLElement, open: boolean) => void} */
  const show = (button, open) => buttons.forEach((other) => set(other, other === button && open));
  buttons.forEach((button) =>
    button.addEventListener("click", () =>
      show(button, button.getAttribute("aria-expanded") !== "true"),
    ),
  );
  return (id) => {
    const button = buttons.find((one) => one.getAttribute("aria-controls") === id && !one.hidden);
    if (!button) return;
    show(button, true);
    /** @type {HTMLElement | null} */
    const first = byId(id).querySelector("input:not([type=hidden]), select, textarea, button");
    if (first) first.focus();
  };
}
