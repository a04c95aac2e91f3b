// Typed words live on this page alone: they are not lost by mistake, and never left behind.

import { askBeforeLeaving } from "../../shared/page/leaving.js";

const WORDS = "textarea, input[type=text]";

/** @type {(form: HTMLFormElement) => void} */
export function guardWords(form) {
  let isGuarding = true;

  // A form that was stored, or a page that was left at once, holds no form any more.
  askBeforeLeaving(() => isGuarding && form.isConnected && hasWords(form));
  // Nobody seals it here, so the form itself is on its way.
  window.addEventListener("submit", (event) => {
    if (event.target === form && !event.defaultPrevented) isGuarding = false;
  });
  window.addEventListener("pagehide", () => wipe(form));
  // "Back" may show this page as it was: ask for an empty one, by its address and not by posting.
  window.addEventListener("pageshow", (event) => {
    if (event.persisted) location.replace(location.pathname + location.search);
  });
}

/** @type {(form: HTMLFormElement) => boolean} */
export function hasWords(form) {
  /** @type {NodeListOf<HTMLInputElement>} */
  const fields = form.querySelectorAll(WORDS);
  return Array.from(fields).some((field) => Boolean(field.value.trim()));
}

// What the server filled in again after an error goes too, so that no reset brings it back.
/** @type {(form: HTMLFormElement) => void} */
export function wipe(form) {
  /** @type {NodeListOf<HTMLInputElement>} */
  const texts = form.querySelectorAll(WORDS);
  texts.forEach((field) => {
    field.value = field.defaultValue = "";
  });
  /** @type {NodeListOf<HTMLInputElement>} */
  const boxes = form.querySelectorAll("[type=radio], [type=checkbox]");
  boxes.forEach((field) => {
    field.checked = field.defaultChecked = false;
  });
  form.querySelectorAll("select").forEach((field) => {
    field.selectedIndex = 0;
  });
  const check = form.querySelector("#step-check ul");
  if (check) check.textContent = "";
}
