// A tip about an official that goes to another unit's desk may come before his own eyes. Whoever writes of
// one, and passed the question by, is asked to look once; any answer will do, and the next press sends.

import { typedIn, weight } from "./wordings.js";

const WORDS = "textarea, input[type=text]";

// Notes by whom the question was answered. Told of again where the form is filled in anew.
/** @type {(form: HTMLFormElement) => void} */
export function watchOfficial(form) {
  form.addEventListener("change", ({ target }) => {
    const { name } = /** @type {HTMLInputElement} */ (target);
    if (name === "official") form.setAttribute("data-official", "");
  });
}

// The question, where it must be looked at before anything is sent; else null. It is told of once.
/** @type {(form: HTMLFormElement) => HTMLElement | null} */
export function passedBy(form) {
  /** @type {HTMLElement | null} */
  const question = form.querySelector("#official[data-words]");
  /** @type {HTMLInputElement | null} */
  const chosen = question && question.querySelector("input:checked");
  if (!question || form.hasAttribute("data-official") || (chosen && chosen.value !== "unclear"))
    return null;
  if (!weight(/** @type {string} */ (question.dataset.words), typedIn(form, WORDS))) return null;
  form.setAttribute("data-official", "");
  return question.querySelector("input");
}
