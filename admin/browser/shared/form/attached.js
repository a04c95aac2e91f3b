// The form's files. What cleans and sends them is loaded once their field is touched, or where an
// earlier page of this tab had begun to send some.

import { element } from "../page/element.js";
import { Loading, loadScript } from "../page/load.js";
import { isLost, Refused } from "../page/post.js";
import { isKept } from "./kept.js";
import { inTime } from "./patience.js";

const SCRIPT = "/app/files.js";
// How often a file that the server misses is looked after before the reporter is told.
const TURNS = 4;

// Files were chosen, and this browser can send none.
class NoFiles extends Error {
  /** @param {string} text */
  constructor(text) {
    super("files");
    this.faults = [{ text, to: "files" }];
  }
}

export class Attached {
  // `options` are those of startFiles; `words` the page's sentences. `root` may be null: a page whose
  // server takes no files.
  /**
   * @param {HTMLElement | null} root
   * @param {FilesOptions} options
   * @param {Words} words
   */
  constructor(root, options, words) {
    this.root = root;
    this.options = options;
    this.words = words;
    /** @type {FilesField | null} */
    this.files = null;
    this.loading = new Loading(() => this.loadFiles());
  }

  start() {
    if (!this.root) return;
    const { root } = this;
    const events = ["focusin", "change", "dragover"];
    events.forEach((name) => root.addEventListener(name, () => this.begin()));
    // It may have been touched before this script was there.
    const isTouched = root.contains(document.activeElement);
    if (isTouched || this.isChosen || isKept(this.options.place)) this.begin();
  }

  // What did not come is said beside the field, and asked for again at the next touch and press.
  async begin() {
    if (!this.root || this.files) return;
    const { root } = this;
    try {
      await this.loading.get();
      this.say("");
    } catch (error) {
      if (root === this.root)
        this.say(isLost(error) ? this.words.filesCut : this.words.filesUnable);
    }
  }

  /** @param {string} text */
  say(text) {
    if (this.told) this.told.remove();
    this.told = null;
    if (!text || !this.root) return;
    this.told = element("p", "field__error", text);
    this.told.setAttribute("role", "status");
    inputOf(this.root).after(this.told);
  }

  get isChosen() {
    return Boolean(this.root && inputOf(this.root).files.length);
  }

  get hasFiles() {
    return this.isChosen || Boolean(this.files && !this.files.isEmpty);
  }

  async loadFiles() {
    await loadScript(SCRIPT, () => Boolean(window.DengshaoFiles));
    this.files = await window.DengshaoFiles(/** @type {HTMLElement} */ (this.root), this.options);
  }

  // Before anything is sent: what was chosen must be in the list. What a press came too late for must
  // be there too.
  async ready() {
    if (this.loading.now || this.isChosen) await inTime(this.load());
    return this.files;
  }

  async load() {
    try {
      await this.loading.get();
      this.say("");
    } catch (error) {
      if (isLost(error)) throw error;
      throw new NoFiles(this.words.filesUnable);
    }
  }

  faults() {
    return this.files ? this.files.faults() : [];
  }

  // `{entries, tickets}`, once all of it is at the server.
  /** @type {(onWait: (text: string) => void) => Promise<SentFiles>} */
  async collect(onWait) {
    const files = await this.ready();
    if (!files) return { entries: [], tickets: [] };
    try {
      return await files.collect(() => onWait(files.words.wait));
    } catch (error) {
      // What fails at a file says nothing of whether the words can be sealed.
      /** @type {any} */ (error).isOfFiles = true;
      throw error;
    }
  }

  // Calls `send(files)` once all is there; where the server misses a file, it is brought again.
  /**
   * @template T
   * @param {(text: string) => void} onWait
   * @param {(files: SentFiles) => Promise<T>} send
   */
  async sendWith(onWait, send) {
    const files = await this.ready();
    if (files) files.hold(true);
    try {
      return await this.sendInTurns(onWait, send);
    } finally {
      // Sent, they are gone.
      if (this.files) this.files.hold(false);
    }
  }

  /**
   * @template T
   * @param {(text: string) => void} onWait
   * @param {(files: SentFiles) => Promise<T>} send
   */
  async sendInTurns(onWait, send) {
    for (let turn = 1; ; turn += 1) {
      const files = await this.collect(onWait);
      try {
        return await send(files);
      } catch (error) {
        if (!isFileMissing(error) || turn === TURNS) throw error;
        await /** @type {FilesField} */ (this.files).recheck();
      }
    }
  }

  /** @param {FileEntry[]} entries */
  outcome(entries) {
    return this.files ? this.files.outcome(entries) : [];
  }

  wipe() {
    if (this.files) this.files.wipe();
    this.files = null;
  }

  // The plain field gets them back. Returns a sentence where it could not.
  release() {
    const { files } = this;
    this.say("");
    this.root = this.files = null;
    return files && !files.release() ? files.words.plainAgain : "";
  }
}

/** @type {(root: HTMLElement) => HTMLInputElement & { files: FileList }} */
const inputOf = (root) => /** @type {any} */ (root.querySelector("input[type=file]"));

/** @type {(error: unknown) => boolean} */
const isFileMissing = (error) => error instanceof Refused && error.reason === "files";
