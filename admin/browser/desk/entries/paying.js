// The paying office's page: what is typed stays here, and its hash is sent.

import "../../shared/old.js";
import { byId, say } from "../../shared/page/dom.js";
import { keyOfCode } from "../../shared/reward.js";

const form = /** @type {HTMLFormElement} */ (byId("check"));
const error = /** @type {HTMLElement} */ (form.querySelector("[data-error]"));
const sent = /** @type {HTMLInputElement} */ (form.querySelector('[name="listed"]'));
const field = /** @type {HTMLInputElement} */ (byId("code"));

form.addEventListener("submit", (event) => {
  sent.value = keyOfCode(field.value);
  say(error, sent.value ? "" : form.dataset.problem);
  if (!sent.value) event.preventDefault();
});
// Who comes back to the page finds no code of the last one.
window.addEventListener("pagehide", () => {
  field.value = "";
});
field.focus();
