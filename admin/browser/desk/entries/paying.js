// The paying office's page: what is typed stays here, and its hash is sent.

import "../../shared/old.js";
import { byId, say } from "../../shared/page/dom.js";
import { keyOfCode } from "../../shared/sealing/reward.js";

const form = /** @type {HTMLFormElement} */ (byId("check"));
const error = /** @type {HTMLElement} */ (form.querySelector("[data-error]"));
const field = byId("code");

form.addEventListener("submit", (event) => {
  const key = keyOfCode(field.value);
  say(error, key ? "" : form.dataset.problem);
  if (!key) event.preventDefault();
  /** @type {HTMLInputElement} */ else (form.querySelector('[name="key"]')).value = key;
});
// Who comes back to the page finds no code of the last one.
window.addEventListener("pagehide", () => {
  field.value = "";
});
field.focus();
