// One file that was chosen: what became of it, and what is to be sent of it.

import { isPicture } from "../../shared/media.js";
import { dropFile } from "../uploading/server.js";
import { makeEntry, safeName } from "./file_entry.js";

/** @import { Field } from "./field.js" */

/** @type {Words} */
const ENDINGS = { "image/jpeg": "jpg", "image/png": "png" };
const OTHER = "application/octet-stream";

// `state`: looking, cleaning, undecided, ready, again (chosen on an earlier page), refused.
export class Item {
  // `file` is null for one that an earlier page had begun.
  /**
   * @param {number} id
   * @param {File | null} file
   * @param {Field} field
   */
  constructor(id, file, field) {
    this.id = id;
    this.file = file;
    this.field = field;
    this.name = file ? safeName(file.name, field.words.noName) : "";
    this.size = file ? file.size : 0;
    /** @type {ChosenState} */
    this.state = "looking";
    this.reason = "";
    this.type = OTHER;
    this.mark = "";
    // The clean copy; null where there is none.
    /** @type {Blob | null} */
    this.clean = null;
    this.wantsOriginal = false;
    /** @type {PieceUpload | null} */
    this.main = null;
    /** @type {PieceUpload | null} */
    this.original = null;
    this.isTold = false;
    /** @type {FileUpload | null} */
    this.pack = null;
    this.cleanName = "";
    // The clean copy's SHA-256.
    this.cleanDigest = "";
    // A sentence's name, of what must be known beside its state.
    this.note = "";
    // What an earlier page had made of it, by the part that it plays.
    /** @type {Record<string, UploadKept>} */
    this.saved = {};
  }

  /** @param {number} size */
  awaits(size) {
    return this.state === "again" && this.size === size;
  }

  get uploads() {
    return /** @type {PieceUpload[]} */ ([this.main, this.original].filter(Boolean));
  }

  get shownName() {
    return this.cleanName || this.name;
  }

  // Why it could not be sent; "" where nothing went wrong.
  get failure() {
    const all = this.pack ? [this.pack] : this.uploads;
    const failed = all.find(({ state }) => state === "failed");
    return failed ? failed.reason : "";
  }

  /** @type {(state: ChosenState, reason?: string) => void} */
  set(state, reason = "") {
    this.state = state;
    this.reason = reason;
    this.field.changed(this);
  }

  // Looks what it is, and cleans it where it is a picture.
  async prepare() {
    /** @type {Item} */
    let item = this;
    try {
      await this.look();
      item = this.field.adopted(this);
      await item.treat();
    } catch (error) {
      item.refuse(error);
    }
  }

  /** @param {any} error */
  refuse(error) {
    this.set("refused", error.message === "Unreadable" ? "unreadable" : "worker");
  }

  async look() {
    const file = /** @type {File} */ (this.file);
    const seen = await this.field.run("look", { file });
    this.type = seen.type;
    this.mark = `${seen.mark}-${file.lastModified || 0}`;
  }

  async treat() {
    if (this.saved.kept) this.set("ready");
    else if (isPicture(this.type)) await this.redraw();
    else this.set("undecided", "kind");
  }

  async redraw() {
    this.set("cleaning");
    const { blob, reason } = await this.field.redraw(/** @type {File} */ (this.file), this.type);
    if (!blob) {
      this.set("undecided", reason);
      return;
    }
    [this.cleanDigest] = await this.field.run("digests", { sources: [blob] });
    this.clean = blob;
    this.cleanName = this.cleanName || `${this.field.nextPhoto()}.${ENDINGS[blob.type]}`;
    this.set("ready");
  }

  // The reporter wants to send it as it is.
  keep() {
    this.set("ready");
  }

  // What is sent of it: the clean copy, and behind it the original.
  /** @returns {FilePiece[]} */
  get pieces() {
    if (this.state !== "ready" || !this.file) return [];
    const { clean, file, name, type } = this;
    if (!clean) return [{ source: file, role: "kept", name, type }];
    /** @type {FilePiece} */
    const first = { source: clean, role: "cleaned", name: this.cleanName, type: clean.type };
    /** @type {FilePiece} */
    const second = { source: file, role: "original", name, type };
    return this.wantsOriginal ? [first, second] : [first];
  }

  /** @type {(piece: FilePiece) => PieceKept} */
  describe({ role, source, name, type }) {
    const { mark, cleanName, size, wantsOriginal, cleanDigest } = this;
    const own = { name: this.name, type: this.type, mark, cleanName, size, wantsOriginal };
    const item = Object.assign(own, { photo: this.field.photos });
    return { item, role, name, type, sourceSize: source.size, cleanDigest };
  }

  // `rows` are what earlier pages had made. What stands at the server whole needs no file any more.
  /** @param {UploadKept[]} rows */
  recall(rows) {
    rows.forEach((row) => {
      this.saved[row.role] = row;
    });
    /** @type {FileRole[]} */
    const wanted = this.saved.kept
      ? ["kept"]
      : this.wantsOriginal
        ? ["cleaned", "original"]
        : ["cleaned"];
    const isWhole = wanted.every((role) => this.saved[role] && this.saved[role].sha256);
    this.state = isWhole ? "ready" : "again";
    if (!isWhole) return;
    [this.main, this.original = null] = wanted.map((role) => this.stored(this.saved[role]));
    wanted.forEach((role) => delete this.saved[role]);
  }

  /** @type {(row: UploadKept) => PieceUpload} */
  stored(row) {
    const upload = this.field.newUpload(this, null, row.sourceSize, row);
    return Object.assign(upload, {
      role: row.role,
      name: row.name,
      type: row.type,
      sourceSize: row.sourceSize,
    });
  }

  // A clean copy that came out otherwise than on the earlier page is another file.
  /** @type {(piece: FilePiece) => UploadKept | null} */
  savedFor({ role }) {
    const row = this.saved[role];
    delete this.saved[role];
    if (!row) return null;
    if (role !== "cleaned" || row.cleanDigest === this.cleanDigest) return row;
    this.field.memory.forget(row);
    return null;
  }

  // What of it stands at the server, as the sealed tip names it.
  entries() {
    return this.uploads
      .filter(({ state }) => state === "whole")
      .map(({ name, type, sourceSize: size, sha256, blob, lock, role: state }) => {
        const key = /** @type {FileLockText} */ (lock).identity;
        return makeEntry({ name, type, size, sha256, blob, key, state });
      });
  }

  /** @param {"main" | "original"} place */
  dropUpload(place) {
    const upload = this[place];
    this[place] = null;
    if (upload) upload.drop();
  }

  // What was begun on an earlier page and never taken up again.
  dropSaved() {
    Object.keys(this.saved).forEach((role) => {
      this.field.memory.forget(this.saved[role]);
      dropFile(this.saved[role].ticket).catch(() => {});
    });
    this.saved = {};
  }

  unsend() {
    this.dropAll();
    if (this.state === "ready" && !this.file) this.set("again");
  }

  // What was begun is gone, and the file must be chosen again.
  lose() {
    this.dropAll();
    this.set("again");
  }

  dropAll() {
    this.dropUpload("main");
    this.dropUpload("original");
    this.dropSaved();
  }
}
