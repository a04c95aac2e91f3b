// The field's place on the page: the input, the list of files beneath it, and the place to drop them.

import { element } from "../../shared/page/element.js";
import { Row } from "./row.js";

/** @import { Field } from "./field.js" */
/** @import { Item } from "./item.js" */

export class Block {
  // `root` is #files-block, `input` its file field. `field` comes later, by `bind`.
  /**
   * @param {HTMLElement} root
   * @param {FileWords} words
   */
  constructor(root, words) {
    this.root = root;
    this.words = words;
    this.input = /** @type {FileInput} */ (root.querySelector("input[type=file]"));
    /** @type {Map<Item, Row>} */
    this.rows = new Map();
    this.list = element("ul", "thread");
    this.list.id = "files-list";
    this.list.setAttribute("aria-label", words.list);
    this.promise = element("p", "meta", words.sealed);
    this.promise.id = "files-promise";
    this.said = element("p", "meta");
    this.said.setAttribute("role", "status");
    this.input.after(this.promise, this.said, this.list);
  }

  /** @param {Field} field */
  bind(field) {
    /** @type {Field} */
    this.field = field;
  }

  listen() {
    this.input.addEventListener("change", () => this.take());
    this.root.addEventListener("dragover", (event) => event.preventDefault());
    this.root.addEventListener("drop", (event) => this.dropped(event));
    this.take();
  }

  // What is chosen goes from the input into the list, so that the same file can be chosen again.
  take() {
    const files = Array.from(this.input.files);
    if (!files.length) return;
    this.input.value = "";
    this.field.add(files);
  }

  /** @param {DragEvent} event */
  dropped(event) {
    event.preventDefault();
    if (this.isHeld || !event.dataTransfer) return;
    this.field.add(Array.from(event.dataTransfer.files));
  }

  // With null the whole list is shown anew.
  /** @param {Item | null} item */
  show(item) {
    const row = item && this.rows.get(item);
    if (row) row.show();
    else this.showAll();
    write(this.promise, this.field.isPacked ? this.words.sealedLater : this.words.sealed);
  }

  showAll() {
    const { items } = this.field;
    this.rows.forEach((row, item) => {
      if (items.includes(item)) return;
      row.node.remove();
      this.rows.delete(item);
    });
    items.forEach((item) => {
      if (!this.rows.has(item)) this.rows.set(item, new Row(item, this.words, this.acts));
      const row = /** @type {Row} */ (this.rows.get(item));
      if (!row.node.isConnected) this.list.append(row.node);
      row.show();
    });
  }

  get acts() {
    const { field, input } = this;
    /** @type {(item: Item) => FileUpload[]} */
    const each = (item) => (item.pack ? [item.pack] : item.uploads);
    /** @type {Row["acts"]} */
    return {
      pause: (item) => each(item).forEach((upload) => upload.hold()),
      goOn: (item) => this.goOn(each(item).filter(({ state }) => state === "paused")),
      retry: (item) => {
        item.isTold = false;
        this.goOn(each(item).filter(({ state }) => state === "failed"));
      },
      keep: (item) => item.keep(),
      chooseAgain: () => input.click(),
      drop: (item) => {
        field.remove(item);
        input.focus();
      },
      original: (item, isWanted) => this.bringOriginal(item, isWanted),
    };
  }

  /** @param {FileUpload[]} uploads */
  goOn(uploads) {
    uploads.forEach((upload) => this.field.again(upload));
  }

  /** @type {(item: Item, isWanted: boolean) => void} */
  bringOriginal(item, isWanted) {
    const mayBe = !isWanted || this.field.mayBringOriginal(item);
    item.wantsOriginal = isWanted && mayBe;
    item.note = mayBe ? "" : "noOriginal";
    this.field.changed(item);
  }

  /** @param {string} sentence */
  say(sentence) {
    this.said.textContent = sentence;
  }

  get isHeld() {
    return this.input.disabled;
  }

  /** @param {boolean} isHeld */
  hold(isHeld) {
    this.input.disabled = isHeld;
  }

  remove() {
    [this.list, this.promise, this.said].forEach((node) => node.remove());
  }
}

/** @type {(node: Element, text: string) => void} */
function write(node, text) {
  if (node.textContent !== text) node.textContent = text;
}
