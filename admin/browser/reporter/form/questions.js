// The form's questions, as they stand in the page: each with the notes that follow it.

// A list of lists of elements: a question's own first, then its notes.
/** @type {(form: HTMLFormElement) => Question[]} */
export function questionsOf(form) {
  /** @type {Question[]} */
  const questions = [];
  partsOf(form).forEach((part) => {
    if (part.matches(".field")) questions.push([part]);
    else if (part.matches(".notice, .aside") && questions.length)
      questions[questions.length - 1].push(part);
  });
  return questions;
}

// Those that are folded up stand among the others.
/** @type {(form: HTMLFormElement) => HTMLElement[]} */
const partsOf = (form) =>
  /** @type {HTMLElement[]} */ (Array.from(form.children)).reduce(
    (parts, part) => parts.concat(part.id === "further" ? Array.from(part.children) : part),
    /** @type {any[]} */ ([]),
  );

/** @type {(question: HTMLElement) => HTMLElement} */
export const labelOf = (question) =>
  /** @type {HTMLElement} */ (question.querySelector("summary, .field__label"));

// A label's words without the mark that the question must be answered.
/** @type {(question: HTMLElement) => string} */
export const wordsOf = (question) => textOf(/** @type {Node} */ (labelOf(question).firstChild));

// Whether something of a question must be answered, and is not.
/** @type {(question: HTMLElement) => boolean} */
export const isLacking = (question) =>
  /** @type {HTMLInputElement[]} */ (Array.from(question.querySelectorAll("[required]"))).some(
    (field) => !field.value.trim(),
  );

// What was answered, in the page's own words; a list, empty where nothing was.
/** @type {(question: HTMLElement) => string[]} */
export function answersOf(question) {
  const files = question.querySelectorAll("#files-list b");
  if (files.length) return Array.from(files, textOf);
  /** @type {NodeListOf<HTMLSelectElement>} */
  const lists = question.querySelectorAll("select");
  /** @type {NodeListOf<HTMLInputElement>} */
  const texts = question.querySelectorAll("textarea[name], input[type=text][name]");
  const chosen = question.querySelectorAll("input:checked");
  return Array.from(lists, ({ value, selectedOptions }) =>
    value ? textOf(selectedOptions[0]) : "",
  )
    .concat(Array.from(texts, ({ value }) => value.trim()))
    .concat(Array.from(chosen, (input) => textOf(/** @type {Node} */ (input.parentNode))))
    .filter(Boolean);
}

/** @type {(node: Node) => string} */
const textOf = (node) => /** @type {string} */ (node.textContent).trim();
