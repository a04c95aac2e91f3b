// The form's files. What cleans and sends them is loaded once their field is touched, or where an
// earlier page of this tab had begun to send some.

import { isKept } from "../files/kept.js";
import { loadScript } from "../page/load.js";
import { Refused } from "../page/post.js";
import { inTime } from "./patience.js";

const SCRIPT = "/app/files.js";
// How often a file that the server misses is looked after before the reporter is told.
const TURNS = 4;

export class Attached {
  // `options` are those of startFiles; `onFail()` is called where the script cannot be had; the next
  // press tries again. `root` may be null: a page whose server takes no files.
  constructor(root, options, onFail) {
    this.root = root;
    this.options = options;
    this.onFail = onFail;
    this.files = null;
    this.loading = null;
  }

  start() {
    if (!this.root) return;
    const begin = () => this.load().catch(() => this.onFail());
    const events = ["focusin", "change", "dragover"];
    events.forEach((name) => this.root.addEventListener(name, begin, { once: true }));
    // It may have been touched before this script was there.
    const isTouched = this.root.contains(document.activeElement);
    if (isTouched || this.isChosen || isKept(this.options.place)) begin();
  }

  get isChosen() {
    return Boolean(this.root) && this.root.querySelector("input[type=file]").files.length > 0;
  }

  get hasFiles() {
    return this.isChosen || Boolean(this.files && !this.files.isEmpty);
  }

  load() {
    if (!this.loading) {
      this.loading = this.loadFiles();
      this.loading.catch(() => {
        this.loading = null;
      });
    }
    return this.loading;
  }

  async loadFiles() {
    if (!window.DengshaoFiles) await loadScript(SCRIPT);
    this.files = await window.DengshaoFiles(this.root, this.options);
  }

  // Before anything is sent: what was chosen must be in the list.
  async ready() {
    if (this.loading || this.isChosen) await inTime(this.load());
    return this.files;
  }

  faults() {
    return this.files ? this.files.faults() : [];
  }

  // `{entries, tickets}`, once all of it is at the server.
  async collect(onWait) {
    const files = await this.ready();
    if (!files) return { entries: [], tickets: [] };
    try {
      return await files.collect(() => onWait(files.words.wait));
    } catch (error) {
      // What fails at a file says nothing of whether the words can be sealed.
      error.isOfFiles = true;
      throw error;
    }
  }

  // Calls `send(files)` once all is there; where the server misses a file, it is brought again.
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

  async sendInTurns(onWait, send) {
    for (let turn = 1; ; turn += 1) {
      const files = await this.collect(onWait);
      try {
        return await send(files);
      } catch (error) {
        if (!isFileMissing(error) || turn === TURNS) throw error;
        await this.files.recheck();
      }
    }
  }

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
    this.root = this.files = this.loading = null;
    return files && !files.release() ? files.words.plainAgain : "";
  }
}

const isFileMissing = (error) => error instanceof Refused && error.reason === "files";
