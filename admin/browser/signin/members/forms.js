// Small help for the forms of joining and of the unit's page.

import { byId, say } from "../../shared/page/dom.js";

export const isAble = () =>
  [window.Worker, window.TransformStream, window.BigInt, window.crypto].every(Boolean) &&
  Boolean(window.crypto.subtle);

// Binds a form to an async act. While it runs the form is busy; what it throws is told beside it.
/**
 * @template {HTMLFormElement} Form
 * @param {Form} form
 * @param {HTMLElement} error
 * @param {(form: Form) => unknown} act
 * @param {FormWords} words
 */
export function bindForm(form, error, act, words) {
  const button = /** @type {HTMLButtonElement} */ (form.querySelector("button[type=submit]"));
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    if (button.disabled) return;
    say(error);
    form
      .querySelectorAll("[aria-invalid]")
      .forEach((field) => field.removeAttribute("aria-invalid"));
    setBusy(form, button, true);
    try {
      await act(form);
    } catch (fault) {
      tell(error, /** @type {Thrown} */ (fault), words);
    } finally {
      setBusy(form, button, false);
    }
  });
}

/** @type {(form: HTMLFormElement, button: HTMLButtonElement, on: boolean) => void} */
function setBusy(form, button, on) {
  form.setAttribute("aria-busy", String(on));
  button.disabled = on;
}

// A sentence for a field, which is marked and gets the cursor.
export class Missing extends Error {
  /**
   * @param {HTMLElement} field
   * @param {string} sentence
   */
  constructor(field, sentence) {
    super("missing");
    this.name = "Missing";
    this.field = field;
    this.sentence = sentence;
  }
}

/** @type {(place: HTMLElement, fault: Thrown, words: FormWords) => void} */
function tell(place, fault, words) {
  if (fault.field) {
    fault.field.setAttribute("aria-invalid", "true");
    fault.field.focus();
  }
  say(place, fault.sentence || (fault instanceof TypeError ? words.offline : words.failed));
}

// Shows one part of the page and moves the reader there.
/** @type {(id: string) => void} */
export function show(id) {
  const part = byId(id);
  part.hidden = false;
  const head = part.querySelector("h2");
  if (head) head.focus();
  window.scrollTo(0, 0);
}

/** @type {(text: string) => string} */
export const plainGroup = (text) =>
  text
    .normalize("NFKC")
    .toUpperCase()
    .replace(/[^0-9A-Z]/g, "")
    .replace(/O/g, "0")
    .replace(/[IL]/g, "1");
