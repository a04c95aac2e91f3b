// One file in the list of a tip's page: what it is, what can be done with it, and what became of that.

import { element, replaceChildren, say } from "../../shared/page/dom.js";
import { sizeWord } from "./entries.js";

// What can be done with a row's file, by name; and what is under way.
/** @typedef {Record<"view" | "save" | "copy", (row: Row) => unknown>} RowActs */
/** @typedef {{ signal: AbortSignal, step: (bytes: number) => void, end: () => void }} Work */

export class Row {
  // `acts` are functions by name: view, save, copy. They get this row.
  /**
   * @param {ListedFile} file
   * @param {TipFileWords} words
   * @param {RowActs} acts
   */
  constructor(file, words, acts) {
    this.file = file;
    this.words = words;
    this.part = element("li", "files__one");
    this.buttons = element("div", "files__acts");
    this.said = element("p", "files__said");
    this.said.setAttribute("role", "status");
    this.panel = element("div", "files__panel");
    this.place = element("div", "files__place");
    this.stop = () => {};
    // Of what media type it was found to be, once it was opened.
    this.kind = "";
    /** @type {HTMLElement | null} */
    this.pressed = null;
    this.build(acts);
  }

  /** @type {(acts: RowActs) => void} */
  build(acts) {
    const { file, words } = this;
    const name = element("bdi", "", file.shown);
    const title = element("p", "files__name", element("b", "", name));
    title.id = `file-${file.number}`;
    this.part.append(title, element("p", "meta", this.facts()));
    const careful = words.careful[String(file.state)];
    if (careful) this.part.append(element("p", "files__careful", careful));
    this.part.append(this.buttons, this.panel, this.said, this.place);
    this.panel.hidden = this.said.hidden = true;
    if (!file.sealedSize) this.tell(file.entry ? "gone" : "unreadable");
    else this.offer(acts);
  }

  facts() {
    const { file, words } = this;
    const origin = file.message ? words.letter.replace("%(day)s", file.day) : words.own;
    const state = words.states[String(file.state)] || "";
    const size = file.entry ? sizeWord(file.size) : "";
    return [words.families[file.family], size, state, origin].filter(Boolean).join(" · ");
  }

  /** @type {(acts: RowActs) => void} */
  offer({ view, save, copy }) {
    const { file, words } = this;
    if (file.view) {
      /** @type {HTMLButtonElement} */
      this.viewing = this.button(words.view[file.view], () => view(this));
    }
    this.button(words.save, () => save(this));
    this.button(words.copy, () => copy(this));
  }

  /** @type {(text: string, act: () => unknown, place?: HTMLElement) => HTMLButtonElement} */
  button(text, act, place = this.buttons) {
    const made = element("button", "button button--quiet button--small", text);
    made.type = "button";
    // Buttons of one name stand in every row: a screen reader tells them apart by the file.
    made.setAttribute("aria-describedby", `file-${this.file.number}`);
    made.addEventListener("click", act);
    place.append(made);
    return made;
  }

  /** @type {(problem: FileSaid | "", values?: Record<string, string>) => void} */
  tell(problem, values = {}) {
    const sentence = (problem && this.words.said[problem]) || "";
    const text = Object.keys(values).reduce(
      (all, name) => all.replace(`%(${name})s`, () => values[name]),
      sentence,
    );
    this.said.classList.toggle("files__said--bad", problem === "changed");
    say(this.said, text);
  }

  // Shows how far it is, with a button that ends it. Returns { signal, step, end }.
  /** @type {() => Work} */
  begin() {
    const { words } = this;
    this.stop();
    const control = new AbortController();
    const bar = element("progress", "files__bar");
    bar.max = Math.max(1, this.file.size);
    bar.value = 0;
    const label = element("label", "files__wait", words.fetching, bar);
    this.tell("");
    replaceChildren(this.panel, label);
    const stop = this.button(words.stop, () => control.abort(), this.panel);
    this.panel.hidden = false;
    if (this.leaveButtons()) stop.focus();
    this.setBusy(true);
    this.stop = () => control.abort();
    return {
      signal: control.signal,
      step: (/** @type {number} */ bytes) => {
        bar.value += bytes;
      },
      end: () => {
        this.stop = () => {};
        this.setBusy(false);
        this.shut();
      },
    };
  }

  // Asks before something is done: `lines` to be read, then one button for yes and one for no.
  // Resolves with whether it was yes.
  /** @type {(lines: string[], yes: string, isNumbered?: boolean) => Promise<boolean>} */
  ask(lines, yes, isNumbered = false) {
    const list = element(
      isNumbered ? "ol" : "ul",
      "",
      ...lines.map((line) => element("li", "", line)),
    );
    const panel = element("div", "notice files__ask", list);
    panel.tabIndex = -1;
    this.tell("");
    this.stop();
    this.leaveButtons();
    replaceChildren(this.panel, panel);
    this.panel.hidden = false;
    return new Promise((resolve) => {
      /** @type {(isYes: boolean) => () => void} */
      const answer = (isYes) => () => {
        this.stop = () => {};
        this.shut();
        resolve(isYes);
      };
      this.stop = answer(false);
      this.button(yes, answer(true), panel);
      this.button(this.words.no, answer(false), panel);
      panel.focus();
    });
  }

  // Remembers the button that was pressed: to it the focus comes back.
  leaveButtons() {
    const isHere = this.buttons.contains(document.activeElement);
    if (isHere) this.pressed = /** @type {HTMLElement} */ (document.activeElement);
    return isHere;
  }

  shut() {
    const hadFocus = this.panel.contains(document.activeElement);
    this.panel.textContent = "";
    this.panel.hidden = true;
    if (hadFocus && this.pressed) this.pressed.focus();
  }

  /** @type {(isBusy: boolean) => void} */
  setBusy(isBusy) {
    this.part.setAttribute("aria-busy", String(isBusy));
    this.buttons.querySelectorAll("button").forEach((button) => {
      button.disabled = isBusy;
    });
  }
}
