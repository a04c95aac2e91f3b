// Says beside the button that nothing went out, and why the next press may do.

import { element } from "../page/element.js";

/** @type {(form: Element, text: string) => void} */
export function tellCut(form, text) {
  clearCut(form);
  const told = element("p", "notice notice--danger cut", text);
  told.setAttribute("role", "alert");
  told.tabIndex = -1;
  /** @type {Element} */ (form.querySelector("[type=submit]")).before(told);
  told.focus();
}

/** @type {(form: Element) => void} */
export function clearCut(form) {
  form.querySelectorAll(".cut").forEach((told) => told.remove());
}
