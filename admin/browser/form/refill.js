// Fills the form as it was when its draft was kept.

// `answers` are pairs of name and value. What was typed or chosen by a link since then stays.
export function fillForm(form, answers) {
  const chosen = new URLSearchParams(location.search);
  answers.forEach(([name, value]) => {
    if (!chosen.has(name)) fill(form.querySelectorAll(`[name="${name}"]`), value);
  });
}

// A question's fields: one of text, a list, or the boxes of one choice.
function fill(fields, value) {
  fields.forEach((field) => {
    if (field.matches("[type=radio], [type=checkbox]")) field.checked = field.checked || field.value === value;
    else if (field.options ? offers(field, value) : !field.value) field.value = value;
    const folded = field.value === value && field.closest("details");
    if (folded) folded.open = true;
  });
}

const offers = (list, value) => Array.from(list.options).some((option) => option.value === value);
