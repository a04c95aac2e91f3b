// What is typed while the rest is on its way would be neither sent nor kept.
/** @type {(form: HTMLElement, isHeld: boolean) => void} */
export function hold(form, isHeld) {
  /** @type {NodeListOf<HTMLInputElement>} */
  const fields = form.querySelectorAll("textarea, [type=text]");
  fields.forEach((field) => {
    field.readOnly = isHeld;
  });
}
