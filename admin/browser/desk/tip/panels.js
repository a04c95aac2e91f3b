// The action bar's buttons: each opens its panel below the bar and shuts the other.

import { byId } from "../../shared/page/dom.js";

// Returns a function that opens the panel of an id and leads into it, as a key does.
export function bindPanels(bar) {
  const buttons = Array.from(bar.querySelectorAll("[aria-controls]"));
  const set = (button, open) => {
    button.setAttribute("aria-expanded", String(open));
    byId(button.getAttribute("aria-controls")).hidden = !open;
  };
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
    const first = byId(id).querySelector("input:not([type=hidden]), select, textarea, button");
    if (first) first.focus();
  };
}
