// The action bar's buttons: each opens its panel below the bar and shuts the other.

import { byId } from "./dom.js";

export function bindPanels(bar) {
  const buttons = Array.from(bar.querySelectorAll("[aria-controls]"));
  const set = (button, open) => {
    button.setAttribute("aria-expanded", String(open));
    byId(button.getAttribute("aria-controls")).hidden = !open;
  };
  buttons.forEach((button) =>
    button.addEventListener("click", () => {
      const open = button.getAttribute("aria-expanded") !== "true";
      buttons.forEach((other) => set(other, other === button && open));
    }),
  );
}
