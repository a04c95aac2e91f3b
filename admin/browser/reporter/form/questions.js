// The form's questions, as they stand in the page: each with the notes that follow it.

// A list of lists of elements: a question's own first, then its notes.
/** @type {(form: HTMLFormElement) => Question[]} */
export function questionsOf(form) {
  /** @type {Question[]} */
  const questions = [];
  /** @type {HTMLElement[]} */ (Array.from(form.children)).forEach((part) => {
    if (part.matches(".field")) questions.push([part]);
    else if (part.matches(".notice") && questions.length)
      questions[questions.length - 1].push(part);
  });
  return questions;
}

/** @type {(question: HTMLElement) => HTMLElement} */
export const labelOf = (question) =>
  /** @type {HTMLElement} */ (question.querySelector("summary, .field__label"));

// A label's words without the mark that the question must be answered.
/** @type {(question: HTMLElement) => string} */
export const wordsOf = (question) => textOf(/** @type {Node} */ (labelOf(question).firstChild));

/** @type {(question: HTMLElement) => boolean} */
export const isNeeded = (question) => Boolean(question.querySelector(".field__need"));

// What was answered, in the page's own words; a list, empty where nothing was.
/** @type {(question: HTMLElement) => string[]} */
export function answersOf(question) {
  const select = question.querySelector("select");
  if (select)
    return select.value ? [/** @type {string} */ (select.selectedOptions[0].textContent)] : [];
  /** @type {HTMLInputElement | null} */
  const text = question.querySelector("textarea, input[type=text]");
  if (text) return text.value.trim() ? [text.value.trim()] : [];
  const files = question.querySelectorAll("#files-list b");
  if (files.length) return Array.from(files, (name) => /** @type {string} */ (name.textContent));
  const chosen = question.querySelectorAll("input:checked");
  return Array.from(chosen, (input) => textOf(/** @type {Node} */ (input.parentNode)));
}

/** @type {(node: Node) => string} */
const textOf = (node) => /** @type {string} */ (node.textContent).trim();
