// What is typed while the rest is on its way would be neither sent nor kept.
export function hold(form, isHeld) {
  form.querySelectorAll("textarea, [type=text]").forEach((field) => {
    field.readOnly = isHeld;
  });
}
