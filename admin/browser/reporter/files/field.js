// The form's field for files, once scripts have it: what was chosen, cleaned, sealed and sent.

import { fill } from "../../shared/page/words.js";
import { redraw } from "../cleaning/redraw.js";
import { Line } from "../uploading/line.js";
import { Upload } from "../uploading/upload.js";
import { Item } from "./item.js";
import { Pack } from "./pack.js";
import { paddedSize } from "./padme.js";
import { PretendedUpload } from "./practice.js";

/** @typedef {"main" | "original"} UploadPlace */
/** @import { Memory } from "../uploading/memory.js" */
/** @import { Proofs } from "../uploading/proofs.js" */

const MIB = 1048576;

// Files are not as they must be before the form is sent; `faults` are `{text, to}`.
export class FileFaults extends Error {
  /** @param {Fault[]} faults */
  constructor(faults) {
    super("files wait for a decision");
    this.name = "FileFaults";
    this.faults = faults;
  }
}

export class Field {
  // `limits` are `{most, fileMb, tipMb}`; `onChange(item)` shows, with null for all of them.
  /**
   * @param {{
   *   run: Run<FileJobs>,
   *   words: FileWords,
   *   limits: FileLimits,
   *   memory: Memory,
   *   proof: Proofs,
   *   isPractice?: boolean,
   *   onChange: (item: Item | null) => void,
   * }} options
   */
  constructor({ run, words, limits, memory, proof, isPractice, onChange }) {
    this.run = run;
    this.words = words;
    this.limits = limits;
    this.memory = memory;
    this.proof = proof;
    this.isPractice = isPractice;
    this.onChange = onChange;
    /** @type {Item[]} */
    this.items = [];
    /** @type {Promise<unknown>} */
    this.adding = Promise.resolve();
    this.line = new Line();
    this.pack = new Pack(this);
    this.isPacked = false;
    this.photos = 0;
    this.last = 0;
    /** @type {(() => void)[]} */
    this.watchers = [];
  }

  // One picture after the other is drawn anew: each takes much memory for a moment.
  /** @param {Iterable<File>} files */
  add(files) {
    Array.from(files).forEach((file) => {
      this.last += 1;
      const item = new Item(this.last, file, this);
      const refusal = this.refusalOf(file);
      this.items.push(item);
      item.set(refusal ? "refused" : "looking", refusal);
      if (!refusal)
        this.adding = this.adding.then(async () => this.items.includes(item) && item.prepare());
    });
    return this.adding;
  }

  /** @type {(file: File) => string} */
  refusalOf({ size }) {
    if (!size) return "empty";
    // One that is chosen again takes the place that it had.
    const taken = this.items.filter((item) => item.state !== "refused" && !item.awaits(size));
    if (taken.length >= this.limits.most) return "tooMany";
    if (size > this.limits.fileMb * MIB) return "tooBig";
    return this.totalOf(taken) + size > this.limits.tipMb * MIB ? "tooMuch" : "";
  }

  /** @type {(items: Item[]) => number} */
  totalOf(items) {
    return items.reduce((sum, item) => sum + item.size * (item.wantsOriginal ? 2 : 1), 0);
  }

  /** @param {Item} item */
  mayBringOriginal(item) {
    const taken = this.items.filter(({ state }) => state !== "refused");
    return this.totalOf(taken) + item.size <= this.limits.tipMb * MIB;
  }

  // One that an earlier page of this tab had begun, and that was chosen again just now.
  /** @type {(item: Item) => Item} */
  adopted(item) {
    const old = this.items.find((one) => one.state === "again" && one.mark === item.mark);
    if (!old) return item;
    this.items = this.items.filter((one) => one !== item);
    this.onChange(null);
    return Object.assign(old, { file: item.file, type: item.type, size: item.size });
  }

  // Shows what earlier pages had begun; returns how many of them are lost.
  async recall() {
    const { found, lost } = await this.memory.recall();
    const marks = Array.from(new Set(found.map(({ item }) => item.mark)));
    marks.forEach((mark) => this.restore(found.filter(({ item }) => item.mark === mark)));
    this.onChange(null);
    return lost;
  }

  /** @param {UploadKept[]} rows */
  restore(rows) {
    this.last += 1;
    const item = new Item(this.last, null, this);
    const { name, cleanName, size, type, mark, wantsOriginal, photo } = rows[0].item;
    Object.assign(item, { name, cleanName, size, type, mark, wantsOriginal });
    this.photos = Math.max(this.photos, photo || 0);
    this.items.push(item);
    item.recall(rows);
    // The answers may have come before it.
    if (this.isPacked) item.unsend();
    this.changed(item);
  }

  /** @type {(file: Blob, type: string) => Promise<CleanCopy>} */
  async redraw(file, type) {
    const done = await this.run("clean", { file, type });
    if (done.reason !== "browser" || typeof OffscreenCanvas === "function") return done;
    try {
      return { blob: await redraw(file, type) };
    } catch (/** @type {any} */ error) {
      return { reason: error.reason || "broken" };
    }
  }

  nextPhoto() {
    this.photos += 1;
    return fill(this.words.photo, { number: this.photos });
  }

  /** @param {Item} item */
  remove(item) {
    this.items = this.items.filter((one) => one !== item);
    item.dropAll();
    this.pack.drop();
    this.changed(null);
  }

  // Files of a tip that goes the supervisory way travel together, once it is sent.
  /** @param {boolean} isPacked */
  travelTogether(isPacked) {
    if (isPacked === this.isPacked) return;
    this.isPacked = isPacked;
    if (isPacked) this.items.forEach((item) => item.unsend());
    else this.pack.drop();
    this.items.forEach((item) => this.changed(item));
  }

  // Something of `item` is not as it was: begins or ends what follows from it, and shows it.
  /** @param {Item | null} item */
  changed(item) {
    if (item && this.items.includes(item) && !this.isPacked) this.follow(item);
    this.onChange(item);
    this.watchers.slice().forEach((watch) => watch());
  }

  /** @param {Item} item */
  follow(item) {
    const { pieces } = item;
    if (item.state === "ready" && !item.file) return;
    /** @type {UploadPlace[]} */ (["main", "original"]).forEach((place, i) => {
      const piece = pieces[i];
      const upload = item[place];
      if (upload && (!piece || upload.role !== piece.role)) item.dropUpload(place);
      if (piece && !item[place]) this.send(item, place, piece);
    });
  }

  /** @type {(item: Item, place: UploadPlace, piece: FilePiece) => void} */
  send(item, place, piece) {
    const { size } = piece.source;
    const made = this.newUpload(item, piece.source, paddedSize(size), item.savedFor(piece));
    const describe = () => item.describe(piece);
    item[place] = Object.assign(made, piece, { sourceSize: size, describe });
    if (!made.isOver) this.line.add(made);
  }

  /**
   * @param {Item | null} item
   * @param {Blob | null} source
   * @param {number} length
   * @param {UploadKept | null} [saved]
   * @returns {FileUpload}
   */
  newUpload(item, source, length, saved) {
    const Kind = this.isPractice ? PretendedUpload : Upload;
    const { run, memory, proof } = this;
    this.last += 1;
    const tools = { run, memory, proof, onChange: () => this.changed(item) };
    return new Kind(this.last, source, length, tools, saved);
  }

  // Resolves once `isDone()`.
  /** @type {(isDone: () => boolean) => Promise<void>} */
  until(isDone) {
    return new Promise((resolve) => {
      const watch = () => {
        if (!isDone()) return;
        this.watchers = this.watchers.filter((one) => one !== watch);
        resolve();
      };
      this.watchers.push(watch);
      watch();
    });
  }

  // What must be decided before the form is sent. A file that failed is told once: who presses again
  // sends the words without it.
  faults() {
    return this.items
      .map((item) => ({ item, text: this.faultOf(item) }))
      .filter(({ text }) => text)
      .map(({ item, text }) => ({
        text: fill(text, { name: item.shownName }),
        to: `chosen-${item.id}`,
      }));
  }

  /** @type {(item: Item) => string} */
  faultOf(item) {
    if (item.state === "undecided") return this.words.faultChoose;
    if (item.state === "again") return this.words.faultAgain;
    const isFailed = item.state === "refused" || item.failure;
    if (!isFailed || item.isTold) return "";
    item.isTold = true;
    return this.words.faultFailed;
  }

  // Waits until all is at the server. Returns `{entries, tickets}`, or throws FileFaults.
  /** @returns {Promise<SentFiles>} */
  async collect() {
    await this.until(() =>
      this.items.every(({ state }) => state !== "looking" && state !== "cleaning"),
    );
    this.raiseFaults();
    if (this.isPractice) return { entries: [], tickets: [] };
    return this.isPacked ? this.collectPacked() : this.collectApart();
  }

  async collectPacked() {
    const packed = await this.pack.collect();
    this.raiseFaults();
    return packed;
  }

  async collectApart() {
    this.uploads.filter(({ state }) => state === "paused").forEach((upload) => this.again(upload));
    await this.until(() => this.uploads.every(({ isOver }) => isOver));
    this.raiseFaults();
    const whole = this.uploads.filter(({ state }) => state === "whole");
    const entries = /** @type {FileEntry[]} */ ([]).concat(
      ...this.items.map((item) => item.entries()),
    );
    return { entries, tickets: whole.map(({ ticket }) => ticket) };
  }

  raiseFaults() {
    const faults = this.faults();
    if (faults.length) throw new FileFaults(faults);
  }

  get uploads() {
    return /** @type {PieceUpload[]} */ ([]).concat(...this.items.map(({ uploads }) => uploads));
  }

  /** @param {FileUpload} upload */
  again(upload) {
    upload.retry();
    this.line.add(upload);
  }

  // The server says that a file is not whole, or hangs on another tip: those are sent anew.
  async recheck() {
    for (const item of this.items) {
      for (const upload of item.uploads) await upload.recheck();
      if (!item.file && item.uploads.some(({ isOver }) => !isOver)) item.lose();
      item.uploads.filter(({ isOver }) => !isOver).forEach((upload) => this.line.add(upload));
    }
    await this.pack.recheck();
  }

  wipe() {
    this.memory.wipe();
    this.items = [];
  }
}
