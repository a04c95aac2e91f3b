// The tip's words side by side: as they were written, marked, and as they leave, to be changed. What is
// changed here changes nothing that is stored.

import { element, replaceChildren } from "../../shared/page/dom.js";
import { withoutUnseen } from "../package/letter.js";
import { marksIn, struck } from "./marks.js";

// Characters of a find that its button shows.
const SHOWN = 24;

/** @typedef {{ said: ReferralSaid, marks: Record<MarkName, string> }} EditorWords */

export class ItemEditor {
  /**
   * @param {ReferralItem} item
   * @param {EditorWords} words
   * @param {() => void} onChange
   */
  constructor(item, words, onChange) {
    this.item = item;
    this.words = words;
    this.onChange = onChange;
    this.tick = element("input", "");
    this.tick.type = "checkbox";
    this.tick.defaultChecked = item.isChosen;
    this.tick.dataset.draft = `goes-${item.id}`;
    this.out = element("textarea", "", item.text);
    this.out.id = `out-${item.id}`;
    this.out.rows = Math.min(12, Math.max(2, Math.ceil(item.text.length / 28)));
    this.out.spellcheck = false;
    this.out.dataset.draft = `out-${item.id}`;
    this.marks = element("div", "referral__marks");
    this.part = this.build();
    this.tick.addEventListener("change", () => this.changed());
    this.out.addEventListener("input", () => this.changed());
    this.renew();
  }

  build() {
    const { item, words } = this;
    const title = element("h3", "referral__label", item.label);
    title.id = `label-${item.id}`;
    const goes = element("label", "referral__goes", this.tick, words.said.goes);
    this.tick.setAttribute("aria-describedby", title.id);
    const label = element("label", "meta", words.said.after);
    label.htmlFor = this.out.id;
    this.out.setAttribute("aria-describedby", title.id);
    const before = element("p", "referral__before", ...marked(item.text));
    const part = element(
      "section",
      "referral__item",
      element("div", "referral__top", title, goes),
      element(
        "div",
        "referral__pair",
        element("div", "", element("p", "meta", words.said.before), before),
        element("div", "", label, this.out),
      ),
      this.marks,
    );
    part.setAttribute("aria-labelledby", title.id);
    return part;
  }

  changed() {
    this.renew();
    this.onChange();
  }

  renew() {
    const { said } = this.words;
    this.part.classList.toggle("referral__item--stays", !this.tick.checked);
    const found = this.found();
    const buttons = found.map((mark, nth) => this.strikeButton(mark, nth));
    const all = found.length > 1 ? [this.button(said.strike_all, () => this.strikeAll())] : [];
    const changed = this.out.value !== this.item.text;
    const back = changed ? [this.button(said.restore, () => this.put(this.item.text))] : [];
    const none = found.length ? [] : [element("span", "meta", said.no_marks)];
    replaceChildren(this.marks, ...none, ...buttons, ...all, ...back);
  }

  found() {
    return marksIn(this.out.value);
  }

  /** @type {(mark: Mark, nth: number) => HTMLElement} */
  strikeButton(mark, nth) {
    const { said, marks } = this.words;
    const text = this.out.value.slice(mark.start, mark.end);
    const shown = text.length > SHOWN ? `${text.slice(0, SHOWN)}…` : text;
    const label = said.strike.replace("%(what)s", () => shown).replace("%(why)s", marks[mark.name]);
    return this.button(label, () => {
      this.put(struck(this.out.value, [mark]));
      this.focus(nth);
    });
  }

  /** @type {(label: string, act: () => void) => HTMLButtonElement} */
  button(label, act) {
    const made = element("button", "button button--quiet button--small", label);
    made.type = "button";
    made.setAttribute("aria-describedby", `label-${this.item.id}`);
    made.addEventListener("click", act);
    return made;
  }

  strikeAll() {
    this.put(struck(this.out.value));
    this.focus(0);
  }

  /** @type {(text: string) => void} */
  put(text) {
    this.out.value = text;
    this.changed();
  }

  // The button that was pressed is gone: the next one, or the field, has the focus.
  /** @type {(nth: number) => void} */
  focus(nth) {
    const buttons = this.marks.querySelectorAll("button");
    (buttons[Math.min(nth, this.found().length - 1)] || this.out).focus();
  }

  get isChosen() {
    return this.tick.checked && this.out.value.trim() !== "";
  }

  /** @type {() => ReferralText} */
  leaving() {
    return { label: this.item.label, text: withoutUnseen(this.out.value).trim() };
  }
}

// A text with its finds marked.
/** @type {(text: string) => (string | HTMLElement)[]} */
function marked(text) {
  /** @type {(string | HTMLElement)[]} */
  const parts = [];
  let from = 0;
  marksIn(text).forEach(({ start, end }) => {
    parts.push(text.slice(from, start), element("mark", "", text.slice(start, end)));
    from = end;
  });
  return parts.concat(text.slice(from)).filter((part) => part !== "");
}

// All texts of a tip.
export class Editor {
  /**
   * @param {ReferralItem[]} items
   * @param {EditorWords} words
   * @param {() => void} onChange
   */
  constructor(items, words, onChange) {
    this.items = items.map((item) => new ItemEditor(item, words, onChange));
  }

  chosen() {
    return this.items.filter(({ isChosen }) => isChosen);
  }

  texts() {
    return this.chosen().map((item) => item.leaving());
  }

  // Finds that a member has left standing in what leaves.
  left() {
    return this.chosen().reduce((sum, item) => sum + item.found().length, 0);
  }

  strikeAll() {
    this.items.forEach((item) => item.put(struck(item.out.value)));
  }
}
