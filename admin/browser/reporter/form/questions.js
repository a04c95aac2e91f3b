// The form's questions, as they stand in the page: each with the notes that follow it.

// A list of lists of elements: a question's own first, then its notes.
export function questionsOf(form) {
  const questions = [];
  Array.from(form.children).forEach((part) => {
    if (part.matches(".field")) questions.push([part]);
    else if (part.matches(".notice") && questions.length)
      questions[questions.length - 1].push(part);
  });
  return questions;
}

export const labelOf = (question) => question.querySelector("summary, .field__label");

// A label's words without the mark that the question must be answered.
export const wordsOf = (question) => labelOf(question).firstChild.textContent.trim();

export const isNeeded = (question) => Boolean(question.querySelector(".field__need"));

// What was answered, in the page's own words; a list, empty where nothing was.
export function answersOf(question) {
  const select = question.querySelector("select");
  if (select) return select.value ? [select.selectedOptions[0].textContent] : [];
  const text = question.querySelector("textarea, input[type=text]");
  if (text) return text.value.trim() ? [text.value.trim()] : [];
  const files = question.querySelectorAll("#files-list b");
  if (files.length) return Array.from(files, (name) => name.textContent);
  const chosen = question.querySelectorAll("input:checked");
  return Array.from(chosen, (input) => input.parentNode.textContent.trim());
}
