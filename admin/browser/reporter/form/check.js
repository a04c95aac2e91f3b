// The page before sending: every question with its answer, and a button that leads back to it.

import { element } from "../../shared/page/element.js";
import { answersOf, isLacking, wordsOf } from "./questions.js";

/**
 * @param {HTMLElement} check
 * @param {Question[]} questions
 * @param {(number: number) => void} change
 */
export function listAnswers(check, questions, change) {
  const list = /** @type {HTMLElement} */ (check.querySelector("ul"));
  const told = /** @type {Words} */ (check.dataset);
  list.textContent = "";
  questions.forEach(([question], number) => {
    const words = wordsOf(question);
    const button = element("button", "button button--quiet", told.change);
    button.type = "button";
    button.setAttribute("aria-label", `${told.change} ${words}`);
    button.addEventListener("click", () => change(number));
    const line = element("li");
    const answer = element("div");
    answer.append(element("b", "", words), said(told, question));
    line.append(answer, button);
    list.append(line);
  });
}

/** @type {(words: Words, question: HTMLElement) => HTMLElement} */
function said(words, question) {
  if (isLacking(question)) return element("p", "field__error", words.needed);
  const answers = answersOf(question);
  return answers.length
    ? element("p", "", answers.join(words.and))
    : element("p", "meta", words.empty);
}
