// Fills the form as it was when its draft was kept.

import { openAround } from "../../shared/page/folds.js";

// The one answer that keeps words from offices: words that were written under it stay under it.
/** @type {Words} */
const STRICT = { official: "yes" };

// `answers` are pairs of name and value. What was chosen since then, here (`touched`) or by a link, stays;
// what was typed stays and comes first. Returns whether anything was put behind it.
/**
 * @param {HTMLFormElement} form
 * @param {KeptForm["answers"]} answers
 * @param {Set<string>} touched
 */
export function fillForm(form, answers, touched) {
  const chosen = new URLSearchParams(location.search);
  const joined = answers.filter(([name, value]) => {
    const fields = Array.from(form.querySelectorAll(`[name="${name}"]`));
    const isOurs =
      !chosen.has(name) && (STRICT[name] === value || !(touched.has(name) || isChanged(fields)));
    return fill(fields, value, isOurs);
  });
  return joined.length > 0;
}

// Which of a question's fields is checked, or chosen from a list, before anybody touches it.
/** @type {(fields: any[]) => boolean} */
function isChanged(fields) {
  return fields.some(({ type, checked, defaultChecked, options }) => {
    if (options)
      return Array.from(options).some((option) => option.selected !== isFirst(option, options));
    return type === "radio" && checked !== defaultChecked;
  });
}

// Without one that is marked the first is selected.
/** @type {(option: HTMLOptionElement, options: HTMLOptionElement[]) => boolean} */
function isFirst(option, options) {
  const marked = Array.from(options).find(({ defaultSelected }) => defaultSelected);
  return option === (marked || options[0]);
}

// A question's fields: one of text, a list, or the boxes of one choice. An office that was kept out once
// stays kept out. Returns whether something was put behind words that stood there.
/** @type {(fields: any[], value: string, isOurs: boolean) => boolean} */
function fill(fields, value, isOurs) {
  let isJoined = false;
  fields.forEach((field) => {
    if (field.type === "checkbox") field.checked = field.checked || field.value === value;
    else if (field.type === "radio") field.checked = isOurs ? field.value === value : field.checked;
    else if (field.options) {
      if (isOurs && offers(field, value)) field.value = value;
    } else isJoined = join(field, value);
    if (tells(field, value)) openAround(field);
  });
  return isJoined;
}

// Whether something came back that nobody may overlook.
/** @type {(field: any, value: string) => boolean} */
const tells = (field, value) =>
  field.value.includes(value) && value !== "unclear" && (field.checked || !isBox(field));

/** @type {(field: HTMLInputElement) => boolean} */
const isBox = ({ type }) => type === "radio" || type === "checkbox";

/** @type {(list: HTMLSelectElement, value: string) => boolean} */
const offers = (list, value) => Array.from(list.options).some((option) => option.value === value);

/** @type {(field: HTMLInputElement, value: string) => boolean} */
function join(field, value) {
  const typed = field.value;
  if (typed.includes(value)) return false;
  field.value = typed + (typed && (field.matches("textarea") ? "\n" : "；")) + value;
  return Boolean(typed);
}
