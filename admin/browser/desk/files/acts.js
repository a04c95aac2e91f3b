// What a member does with a tip's file: look at it, save it, or make a copy to be handed on.

import { sha256 } from "@noble/hashes/sha2.js";
import { toHex } from "../../shared/bytes.js";
import { post } from "../post.js";
import { saveFile } from "../save.js";
import { bared } from "./bare.js";
import { sniff, viewOf } from "./kinds.js";
import { NotRead, readFile } from "./reading.js";
import { save } from "./saving.js";
import { Stage } from "./stage.js";

/** @import { Row, Work } from "./row.js" */

// Bytes by which a kind is told.
const HEAD = 64;

// Only what can be read, and shown, has the buttons that lead here.
/** @type {(row: Row) => FileEntry} */
const entryOf = (row) => /** @type {FileEntry} */ (row.file.entry);

/** @type {(row: Row) => FileView} */
const viewIn = (row) => /** @type {FileView} */ (row.file.view);

export class Acts {
  /**
   * @param {OpenTipPage} page
   * @param {TipFileWords} words
   */
  constructor(page, words) {
    this.base = page.dataset.files;
    this.copies = page.dataset.copies;
    // What is shown, or saved by an older browser, is held in memory.
    this.mostHeld = Number(page.dataset.mostHeld);
    this.words = words;
    /** @type {Stage | null} */
    this.stage = null;
    /** @type {Row | null} */
    this.shown = null;
  }

  /** @type {(row: Row) => unknown} */
  view(row) {
    return this.shown === row ? this.close() : this.attempt(row, () => this.show(row));
  }

  /** @type {(row: Row) => Promise<void>} */
  async show(row) {
    if (row.file.size > this.mostHeld) throw new NotRead("too_large");
    this.close();
    const stage = new Stage(row.file.name);
    this.stage = stage;
    const work = row.begin();
    work.signal.addEventListener("abort", () => stage.close());
    try {
      await this.fill(stage, row, work);
    } catch (error) {
      stage.close();
      throw error;
    } finally {
      work.end();
    }
    this.shown = row;
    row.viewing.textContent = this.words.close;
    row.tell(row.kind === "image/gif" ? "first_picture" : "");
  }

  // The frame gets the pieces as they come, and is told to show them once all are proved.
  /** @type {(stage: Stage, row: Row, work: Work) => Promise<void>} */
  async fill(stage, row, work) {
    await stage.open(row.place);
    row.kind = "";
    await this.read(row, work, (piece, before) => {
      if (!before) row.kind = sniff(new Uint8Array(piece, 0, Math.min(HEAD, piece.byteLength)));
      if (!row.kind) throw new NotRead("other_kind");
      stage.give(piece);
    });
    if (!row.kind) throw new NotRead("other_kind");
    await stage.show(/** @type {FileView} */ (viewOf(row.kind)), row.kind, this.words.frame);
  }

  /** @type {(row: Row, work: Work, take: TakePiece) => Promise<void>} */
  read(row, work, take) {
    const address = `${this.base}/${entryOf(row).blob}`;
    return readFile({ address, row: row.file, signal: work.signal }, (piece, before) => {
      work.step(piece.byteLength);
      return take(piece, before);
    });
  }

  close() {
    if (this.stage) this.stage.close();
    if (this.shown) this.shown.viewing.textContent = this.words.view[viewIn(this.shown)];
    this.stage = this.shown = null;
  }

  /** @type {(row: Row) => Promise<void>} */
  save(row) {
    return this.attempt(row, async () => {
      if (await row.ask(this.words.before_saving, this.words.save_yes)) await this.saveNow(row);
    });
  }

  /** @type {(row: Row) => Promise<boolean>} */
  async saveNow(row) {
    const { file } = row;
    const work = row.begin();
    try {
      const isSaved = await save(file, (take) => this.read(row, work, take), this.mostHeld);
      if (isSaved) row.tell("saved", { name: file.name, hash: entryOf(row).sha256 });
      return isSaved;
    } finally {
      work.end();
    }
  }

  /** @type {(row: Row) => Promise<void>} */
  copy(row) {
    const isPicture = row.file.view === "picture";
    return this.attempt(row, () => (isPicture ? this.copyPicture(row) : this.takeOriginal(row)));
  }

  /** @type {(row: Row) => Promise<void>} */
  async copyPicture(row) {
    if (this.shown !== row) await this.show(row);
    if (viewOf(row.kind) !== "picture") throw new NotRead("other_kind");
    if (!(await row.ask(this.words.before_copying, this.words.copy_yes))) return;
    // While the question stood, the picture may have been closed, for another one too.
    if (this.shown !== row) throw new NotRead("stopped");
    const { bytes, type } = await /** @type {Stage} */ (this.stage).copy();
    const bare = bared(bytes, type);
    if (!bare) throw new NotRead("not_bare");
    const hash = toHex(sha256(bare));
    await this.note(row, "copied", hash);
    const name = this.words.copy_name.replace("%(n)s", String(row.file.number));
    const full = `${name}.${type === "image/jpeg" ? "jpg" : "png"}`;
    saveFile(full, bare);
    row.tell("copied", { name: full, hash });
  }

  // What a browser can't clean is taken out as it is, to be cleaned on a computer without a network.
  /** @type {(row: Row) => Promise<void>} */
  async takeOriginal(row) {
    if (!(await row.ask(this.words.cleaning_steps, this.words.take_yes, true))) return;
    const hash = entryOf(row).sha256;
    await this.note(row, "taken", hash);
    if (await this.saveNow(row)) row.tell("taken", { name: row.file.name, hash });
  }

  // Nothing is handed out that stands in no history.
  /** @type {(row: Row, what: "copied" | "taken", hash: string) => Promise<void>} */
  async note(row, what, hash) {
    const fields = { blob: entryOf(row).blob, what, sha256: hash };
    /** @type {DeskAnswer} */
    const answer = await post(this.copies, fields).catch(() => ({ ok: false, code: 0 }));
    if (!answer.ok) throw new NotRead(answer.code === 401 ? "signed_out" : "not_noted");
  }

  /** @type {(row: Row, act: () => unknown) => Promise<void>} */
  async attempt(row, act) {
    try {
      await act();
    } catch (error) {
      if (!(error instanceof NotRead)) throw error;
      row.tell(error.problem);
    }
  }
}
