// Shows what became of the tip: the receipt, until one group of it was typed again as proof.

import { apart, element } from "../../shared/page/element.js";
import { clearFaults, showFaults } from "../../shared/page/faults.js";
import { askBeforeLeaving } from "../../shared/page/leaving.js";
import { binding } from "../kinds/aids.js";

const GROUP = /.{6}/g;

export class Result {
  // `words` are the page's sentences; `kept` is the draft of what is shown here, or null; `onCopied` is called
  // once no receipt is needed any more.
  /**
   * @param {HTMLElement} main
   * @param {Words} words
   * @param {import("../form/draft.js").Draft | null} kept
   * @param {() => void} onCopied
   */
  constructor(main, words, kept, onCopied) {
    this.main = main;
    this.words = words;
    this.kept = kept;
    this.onCopied = onCopied;
    /** @type {string[] | null} */
    this.groups = null;
    // Whoever leaves at once has emptied the page, and is not asked.
    askBeforeLeaving(() => Boolean(this.groups) && this.main.isConnected);
  }

  // `count` is how many receipts there were, before some were copied.
  /** @type {(stored: StoredTip) => void} */
  show({ receipts, isSupplement, lane, count, files = [] }) {
    this.shown = { isSupplement, lane, count, files };
    const { content } = /** @type {HTMLTemplateElement} */ (document.getElementById("stored"));
    const view = content.cloneNode(true);
    this.main.textContent = "";
    this.main.append(view);
    this.slot("supplement").hidden = !isSupplement;
    this.slot("lane").hidden = lane !== "machine";
    this.showFiles(files);
    this.slot("receipt").id = "receipt";
    /** @type {string[]} */
    this.waiting = receipts.slice();
    /** @type {number} */
    this.count = count;
    this.find("form").addEventListener("submit", (event) => this.take(event));
    bindPrint(this.find("[data-print]"));
    this.next();
    this.main.append(binding());
    this.find("h1").focus();
    window.scrollTo(0, 0);
  }

  // File by file: cleaned, stored, or not, and why.
  /** @type {(files: { name: string, text: string }[]) => void} */
  showFiles(files) {
    const part = this.slot("files");
    part.hidden = !files.length;
    files.forEach(({ name, text }) => {
      const line = document.createElement("li");
      const shown = document.createElement("b");
      shown.textContent = name;
      shown.dir = "auto";
      line.append(shown, " ", text);
      part.append(line);
    });
  }

  // Kept until it was copied: a page that is loaded anew shows it again.
  next() {
    this.keep();
    const receipt = /** @type {string} */ (this.waiting.shift());
    const groups = /** @type {string[]} */ (receipt.match(GROUP));
    this.groups = groups;
    /** @type {number} */
    this.asked = 1 + (crypto.getRandomValues(new Uint8Array(1))[0] % groups.length);
    const list = this.slot("receipt");
    list.textContent = "";
    groups.forEach((group) => list.append(lineOf(group)));
    this.hint.textContent = this.words.asked.replace("{number}", String(this.asked));
    this.field.value = "";
    this.sayWhich();
  }

  // In practice nothing is kept, and nothing to lose.
  async keep() {
    const content = Object.assign({ receipts: this.waiting.slice() }, this.shown);
    const isKept = this.kept ? await this.kept.save(content) : false;
    const warning = this.slot("unkept");
    if (warning && isKept !== null) warning.hidden = isKept;
  }

  sayWhich() {
    const which = this.slot("which");
    which.hidden = this.count < 2;
    which.textContent = this.waiting.length ? this.words.oneOfTwo : this.words.twoOfTwo;
  }

  /** @type {(event: Event) => void} */
  take(event) {
    event.preventDefault();
    clearFaults(this.main);
    const typed = digitsOf(this.field.value);
    if (typed !== /** @type {string[]} */ (this.groups)[this.asked - 1]) {
      const sentence = typed ? this.words.wrongGroup : this.words.noGroup;
      showFaults(this.main, this.words.summary, [{ text: sentence, field: this.field }]);
    } else if (this.waiting.length) {
      this.next();
      this.slot("which").scrollIntoView();
      this.field.focus();
    } else {
      this.close();
    }
  }

  close() {
    this.groups = null;
    if (this.kept) this.kept.wipe();
    this.onCopied();
    this.main.querySelectorAll('[data-slot="open"]').forEach((part) => part.remove());
    /** @type {NodeListOf<HTMLElement>} */
    const closed = this.main.querySelectorAll('[data-slot="closed"]');
    closed.forEach((part) => {
      part.hidden = false;
    });
    this.slot("which").hidden = true;
    const title = this.slot("title");
    title.textContent = title.dataset.closed || title.textContent;
    title.focus();
    window.scrollTo(0, 0);
  }

  /** @type {(name: string) => HTMLElement} */
  slot(name) {
    return this.find(`[data-slot="${name}"]`);
  }

  /** @type {(selector: string) => HTMLElement} */
  find(selector) {
    return /** @type {HTMLElement} */ (this.main.querySelector(selector));
  }

  get field() {
    return /** @type {HTMLInputElement} */ (this.find("#group"));
  }

  get hint() {
    return this.find("#group-hint");
  }
}

/** @type {(group: string) => HTMLElement} */
const lineOf = (group) => element("li", "receipt__group", ...apart(group));

/** @type {(text: string) => string} */
const digitsOf = (text) => text.normalize("NFKC").replace(/[^0-9]/g, "");

/** @type {(button: HTMLElement) => void} */
function bindPrint(button) {
  button.hidden = false;
  button.addEventListener("click", () => window.print());
}
