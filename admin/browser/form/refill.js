// Fills the form as it was when its draft was kept.

// `answers` are pairs of name and value. What was typed or chosen by a link since then stays.
export function fillForm(form, answers) {
  const chosen = new URLSearchParams(location.search);
  answers.forEach(([name, value]) => {
    const field = form.elements[name];
    if (!field || chosen.has(name)) return;
    const boxes = Array.from(field.length && !field.options ? field : [field]);
    if (boxes[0].matches("[type=radio], [type=checkbox]")) {
      boxes.filter((box) => box.value === value).forEach((box) => {
        box.checked = true;
      });
    } else if (field.options ? isThere(field, value) : !field.value) {
      field.value = value;
    }
    openAround(boxes[0]);
  });
}

const isThere = (select, value) => Array.from(select.options).some((option) => option.value === value);

function openAround(field) {
  const folded = field.value && field.closest("details");
  if (folded) folded.open = true;
}
