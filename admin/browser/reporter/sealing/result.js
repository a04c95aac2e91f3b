// Shows what became of the tip: the receipt, until one group of it was typed again as proof.

import { clearFaults, showFaults } from "../../shared/page/faults.js";
import { askBeforeLeaving } from "../../shared/page/leaving.js";

const GROUP = /.{6}/g;

export class Result {
  // `words` are the page's sentences; `kept` is the draft of what is shown here, or null; `onCopied` is called
  // once no receipt is needed any more.
  constructor(main, words, kept, onCopied) {
    this.main = main;
    this.words = words;
    this.kept = kept;
    this.onCopied = onCopied;
    this.groups = null;
    // Whoever leaves at once has emptied the page, and is not asked.
    askBeforeLeaving(() => Boolean(this.groups) && this.main.isConnected);
  }

  // `count` is how many receipts there were, before some were copied.
  show({ receipts, isSupplement, lane, count, files = [] }) {
    this.shown = { isSupplement, lane, count, files };
    const view = document.getElementById("stored").content.cloneNode(true);
    this.main.textContent = "";
    this.main.append(view);
    this.slot("supplement").hidden = !isSupplement;
    this.slot("lane").hidden = lane !== "machine";
    this.showFiles(files);
    this.slot("receipt").id = "receipt";
    this.waiting = receipts.slice();
    this.count = count;
    this.main.querySelector("form").addEventListener("submit", (event) => this.take(event));
    bindPrint(this.main.querySelector("[data-print]"));
    this.next();
    this.main.querySelector("h1").focus();
    window.scrollTo(0, 0);
  }

  // File by file: cleaned, stored, or not, and why.
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
    this.groups = this.waiting.shift().match(GROUP);
    this.asked = 1 + (crypto.getRandomValues(new Uint8Array(1))[0] % this.groups.length);
    const list = this.slot("receipt");
    list.textContent = "";
    this.groups.forEach((group) => list.append(line(group)));
    this.hint.textContent = this.words.asked.replace("{number}", this.asked);
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

  take(event) {
    event.preventDefault();
    clearFaults(this.main);
    const typed = digitsOf(this.field.value);
    if (typed !== this.groups[this.asked - 1]) {
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
    this.main.querySelectorAll('[data-slot="closed"]').forEach((part) => {
      part.hidden = false;
    });
    this.slot("which").hidden = true;
    const title = this.slot("title");
    title.textContent = title.dataset.closed || title.textContent;
    title.focus();
    window.scrollTo(0, 0);
  }

  slot(name) {
    return this.main.querySelector(`[data-slot="${name}"]`);
  }

  get field() {
    return this.main.querySelector("#group");
  }

  get hint() {
    return this.main.querySelector("#group-hint");
  }
}

function line(group) {
  const item = document.createElement("li");
  item.className = "receipt__group";
  item.textContent = group;
  return item;
}

const digitsOf = (text) => text.normalize("NFKC").replace(/[^0-9]/g, "");

function bindPrint(button) {
  button.hidden = false;
  button.addEventListener("click", () => window.print());
}
