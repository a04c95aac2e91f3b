// One file as it is shown: its name, its state, how far it is, and what can be done with it.

import { element } from "../../shared/page/element.js";
import { fill } from "../../shared/page/words.js";

/** @import { Item } from "./item.js" */
/** @typedef {"pause" | "goOn" | "retry" | "keep" | "drop" | "chooseAgain"} Act */

const MIB = 1048576;

/** @type {(size: number) => string} */
export function sizeWords(size) {
  if (size < MIB) return `${Math.ceil(size / 1024)} KB`;
  return `${(size / MIB).toFixed(size < 10 * MIB ? 1 : 0)} MB`;
}

export class Row {
  // `acts` are what its buttons do: `{pause, goOn, retry, keep, drop, chooseAgain, original}`.
  /**
   * @param {Item} item
   * @param {FileWords} words
   * @param {Record<Act, (item: Item) => void>
   *   & { original: (item: Item, isWanted: boolean) => void }} acts
   */
  constructor(item, words, acts) {
    this.item = item;
    this.words = words;
    this.acts = acts;
    this.node = element("li", "card");
    this.node.id = `chosen-${item.id}`;
    this.node.tabIndex = -1;
    this.name = element("b");
    // A name in Arabic letters turns nothing but itself.
    this.name.dir = "auto";
    this.size = element("span", "meta");
    const title = element("p");
    title.append(this.name, " ", this.size);
    this.state = element("p");
    this.state.setAttribute("role", "status");
    this.note = element("p", "meta");
    this.bar = document.createElement("progress");
    this.bar.max = 100;
    this.bar.style.width = "100%";
    this.buttons = element("p");
    this.node.append(title, this.state, this.bar, this.note, this.originalBox(), this.buttons);
    this.makeButtons();
    this.show();
  }

  originalBox() {
    const label = element("label", "choice");
    /** @type {HTMLInputElement} */
    this.original = document.createElement("input");
    this.original.type = "checkbox";
    this.original.addEventListener("change", () =>
      this.acts.original(this.item, this.original.checked),
    );
    label.append(this.original, element("span", "", this.words.original));
    const warning = element("p", "meta", this.words.originalWarning);
    /** @type {HTMLElement} */
    this.choice = element("div");
    this.choice.append(label, warning);
    return this.choice;
  }

  makeButtons() {
    /** @type {Record<string, HTMLButtonElement>} */
    this.made = {};
    /** @type {Act[]} */ (["keep", "pause", "goOn", "retry", "chooseAgain", "drop"]).forEach(
      (act) => {
        const button = element("button", "button button--quiet", this.words[act]);
        button.type = "button";
        button.dataset.act = act;
        button.addEventListener("click", () => this.acts[act](this.item));
        this.made[act] = button;
        this.buttons.append(button, " ");
      },
    );
  }

  show() {
    const { item, words } = this;
    const seen = seenOf(item);
    const stoodOn = document.activeElement;
    this.name.textContent = item.shownName;
    this.size.textContent = sizeWords(item.size);
    write(this.state, sentenceOf(item, seen, words));
    write(this.note, noteOf(item, seen, words));
    this.note.hidden = !this.note.textContent;
    this.showBar(item, seen);
    this.choice.hidden = !item.clean || seen === "failed";
    this.original.checked = item.wantsOriginal;
    const open = ACTS[seen] || [];
    Object.keys(this.made).forEach((act) => {
      this.made[act].hidden = !open.includes(act) && act !== "drop";
      this.made[act].setAttribute("aria-label", `${words[act]} ${item.shownName}`);
    });
    // Whoever stood on what went away (a file ends by itself too) stays on this file's row.
    if (this.node.contains(stoodOn) && /** @type {Element} */ (stoodOn).closest("[hidden]"))
      this.node.focus();
  }

  /** @type {(item: Item, seen: string) => void} */
  showBar(item, seen) {
    const percent = Math.floor(100 * shareOf(item));
    this.bar.hidden = !["moving", "paused", "broken"].includes(seen);
    this.bar.value = percent;
    const label = fill(this.words.progress, { name: item.shownName, percent });
    this.bar.setAttribute("aria-label", label);
    this.bar.textContent = label;
  }
}

/** @type {Record<string, string[]>} */
const ACTS = {
  undecided: ["keep"],
  moving: ["pause"],
  broken: ["pause"],
  paused: ["goOn"],
  failed: ["retry"],
  again: ["chooseAgain"],
};

/** @type {(item: Item) => FileUpload[]} */
const uploadsOf = (item) => (item.pack ? [item.pack] : item.uploads);

// A row says the most urgent that holds of any of its uploads.
/** @type {UploadState[]} */
const URGENCY = ["failed", "broken", "paused", "moving", "queued", "whole"];

/** @type {(item: Item) => string} */
export function seenOf(item) {
  if (item.state !== "ready") return item.state;
  const states = uploadsOf(item).map(({ state }) => state);
  return URGENCY.find((state) => states.includes(state)) || "waiting";
}

/** @type {(item: Item) => number} */
function shareOf(item) {
  const uploads = uploadsOf(item);
  const size = uploads.reduce((sum, { length }) => sum + length, 0);
  return size ? uploads.reduce((sum, { share, length }) => sum + share * length, 0) / size : 0;
}

/** @type {(item: Item, seen: string, words: FileWords) => string} */
function sentenceOf(item, seen, words) {
  if (seen === "undecided") return fill(words.undecided, { reason: words.uncleaned[item.reason] });
  if (seen === "refused") return fill(words.failed, { reason: words.reasons[item.reason] });
  if (seen === "failed") return fill(words.failed, { reason: words.reasons[item.failure] });
  if (seen === "whole") return item.cleanName ? words.wholeClean : words.wholeKept;
  return words[seen];
}

// What is to be known beside the state.
/** @type {(item: Item, seen: string, words: FileWords) => string} */
function noteOf(item, seen, words) {
  if (item.note) return words[item.note];
  if (seen === "undecided") return hasOtherWay(item, words) ? words.askKind : words.ask;
  const isRenewed = item.uploads.some(({ renewals }) => renewals);
  if (isRenewed && seen === "moving") return words.renewed;
  return item.state === "ready" && !item.cleanName ? words.nameGoes : "";
}

// Without scripts the server cleans what no browser does, up to a size of its own.
/** @type {(item: Item, words: FileWords) => boolean} */
function hasOtherWay({ reason, size }, { limits }) {
  return reason === "kind" && size <= limits.plainMb * MIB;
}

// Only what changed is written: a screen reader reads each writing aloud.
/** @type {(node: Element, text: string) => void} */
function write(node, text) {
  if (node.textContent !== text) node.textContent = text;
}
