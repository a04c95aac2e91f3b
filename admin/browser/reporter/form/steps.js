// One question a screen. It stays one form with all its fields: what is not asked now is only hidden,
// so whatever is typed stays, and the form is sent as it always is.

import { byId } from "../../shared/page/element.js";
import { fill } from "../../shared/page/words.js";
import { listAnswers } from "./check.js";
import { isLacking, labelOf, questionsOf } from "./questions.js";

const HASH = "#steps";

// A form that was sent in steps and came back with errors comes back at the first of them.
/** @type {(form: HTMLFormElement, come: { isBack: boolean }) => void} */
export function startSteps(form, { isBack }) {
  const steps = new Steps(form);
  if (isBack) steps.open(steps.firstFault());
  else steps.open(0).show(0);
}

class Steps {
  /** @param {HTMLFormElement} form */
  constructor(form) {
    this.form = form;
    this.further = byId("further");
    this.questions = questionsOf(form);
    this.intro = byId("intro");
    this.offer = byId("step-offer");
    this.progress = byId("step-progress");
    this.check = byId("step-check");
    this.bar = byId("step-bar");
    this.last = byId("last");
    this.action = form.action;
    this.at = -1;
    this.hasChecked = false;
    this.listen();
  }

  get isOn() {
    return this.at >= 0;
  }

  get isLast() {
    return this.at === this.questions.length;
  }

  listen() {
    this.offer.addEventListener(
      "click",
      ({ target }) => /** @type {Element} */ (target).closest("button") && this.open(0).show(0),
    );
    this.act("next").addEventListener("click", () => this.show(this.at + 1));
    this.act("back").addEventListener("click", () => this.show(this.at - 1));
    this.act("check").addEventListener("click", () => this.show(this.questions.length));
    this.act("whole").addEventListener("click", () => this.stop());
    ["input", "change"].forEach((name) =>
      this.form.addEventListener(name, () => this.isOn && this.tellEnough()),
    );
    // Caught on its way down, before anybody takes it for sending.
    document.addEventListener("submit", (event) => this.holdBack(event), true);
    document.addEventListener("click", (event) => this.follow(event));
    // Errors that a script finds are shown above the form: their question comes up with them.
    const watch = new MutationObserver((changes) => this.isOn && this.seeFaults(changes));
    watch.observe(byId("main"), { childList: true, subtree: true });
  }

  /** @type {(name: string) => HTMLElement} */
  act(name) {
    return /** @type {HTMLElement} */ (this.bar.querySelector(`[data-act=${name}]`));
  }

  // Enter in a line of text means "next" until all was asked.
  /** @type {(event: Event) => void} */
  holdBack(event) {
    if (event.target !== this.form || !this.isOn || this.isLast) return;
    event.preventDefault();
    event.stopPropagation();
    this.show(this.at + 1);
  }

  // A link of the error summary leads to a field that may be hidden now.
  /** @type {(event: Event) => void} */
  follow(event) {
    const target = /** @type {Element} */ (event.target);
    /** @type {HTMLAnchorElement | null | false} */
    const link = this.isOn && target.closest("#error-summary a");
    const field = link && document.getElementById(link.hash.slice(1));
    if (!field) return;
    event.preventDefault();
    this.reveal(this.questions.findIndex(([question]) => question.contains(field)));
    field.focus();
  }

  /** @type {(changes: MutationRecord[]) => void} */
  seeFaults(changes) {
    /** @type {(node: any) => boolean} */
    const isSummary = (node) => node.id === "error-summary";
    if (changes.some((change) => Array.from(change.addedNodes).some(isSummary))) {
      this.reveal(this.firstFault());
    }
  }

  // Where no question is at fault but something went wrong, the button to press again comes up.
  /** @type {() => number} */
  firstFault() {
    /** @type {(parts: Question) => unknown} */
    const isFault = ([question]) =>
      question.matches(".field--error") || question.querySelector(".field--error");
    const at = this.questions.findIndex(isFault);
    if (at >= 0) return at;
    return document.getElementById("error-summary") ? this.questions.length : 0;
  }

  /** @type {(at: number) => this} */
  open(at) {
    this.intro.hidden = this.offer.hidden = true;
    this.bar.hidden = this.progress.hidden = false;
    this.form.action = this.action + HASH;
    this.fold(false);
    this.reveal(at);
    return this;
  }

  stop() {
    this.at = -1;
    this.intro.hidden = this.offer.hidden = this.last.hidden = false;
    this.bar.hidden = this.progress.hidden = this.check.hidden = true;
    this.form.action = this.action;
    this.questions.forEach((parts) => hide(parts, false));
    this.fold(true);
    /** @type {HTMLElement} */ (this.offer.querySelector("button")).focus();
  }

  // One by one, all is asked: nothing is folded up. What was seen stays open after that.
  /** @type {(isWhole: boolean) => void} */
  fold(isWhole) {
    if (!this.further) return;
    /** @type {HTMLDetailsElement} */ (this.further).open = true;
    /** @type {HTMLElement} */ (this.further.querySelector("summary")).hidden = !isWhole;
  }

  // Goes to a question and says so to who cannot see it.
  /** @type {(at: number) => void} */
  show(at) {
    this.reveal(at);
    const title = /** @type {HTMLElement} */ (this.check.querySelector("h2"));
    const label = this.isLast ? title : labelOf(this.questions[at][0]);
    if (label.tagName !== "SUMMARY") label.tabIndex = -1;
    label.focus();
  }

  // Whoever has answered what must be answered may stop, once the question was asked that decides who
  // reads all this.
  tellEnough() {
    const isAsked = this.at >= this.questions.findIndex(([question]) => question.id === "official");
    const isLeft = this.questions.some(([question]) => isLacking(question));
    this.act("check").hidden = this.isLast || !(this.hasChecked || (isAsked && !isLeft));
  }

  // Who comes back to change one answer need not pass all the others again.
  showAnswers() {
    this.hasChecked = true;
    listAnswers(this.check, this.questions, (number) => this.show(number));
  }

  /** @type {(at: number) => void} */
  reveal(at) {
    // What was written meanwhile may have brought a question up.
    this.questions = questionsOf(this.form);
    this.at = at;
    this.questions.forEach((parts, number) => hide(parts, number !== at));
    this.check.hidden = this.last.hidden = !this.isLast;
    this.act("next").hidden = this.isLast;
    this.tellEnough();
    this.act("back").hidden = at === 0;
    /** @type {Record<string, number>} */
    const values = { number: at + 1, count: this.questions.length };
    this.progress.textContent = this.isLast
      ? ""
      : fill(/** @type {string} */ (this.progress.dataset.text), values);
    if (this.isLast) this.showAnswers();
  }
}

/** @type {(parts: HTMLElement[], isHidden: boolean) => void} */
function hide(parts, isHidden) {
  parts.forEach((part) => {
    part.hidden = isHidden;
  });
}
