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

// Bytes by which a kind is told.
const HEAD = 64;

export class Acts {
  constructor(page, words) {
    this.base = page.dataset.files;
    this.copies = page.dataset.copies;
    // What is shown, or saved by an older browser, is held in memory.
    this.mostHeld = Number(page.dataset.mostHeld);
    this.words = words;
    this.stage = null;
    this.shown = null;
  }

  view(row) {
    return this.shown === row ? this.close() : this.attempt(row, () => this.show(row));
  }

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
  async fill(stage, row, work) {
    await stage.open(row.place);
    row.kind = "";
    await this.read(row, work, (piece, before) => {
      if (!before) row.kind = sniff(new Uint8Array(piece, 0, Math.min(HEAD, piece.byteLength)));
      if (!row.kind) throw new NotRead("other_kind");
      stage.give(piece);
    });
    if (!row.kind) throw new NotRead("other_kind");
    await stage.show(viewOf(row.kind), row.kind, this.words.frame);
  }

  read(row, work, take) {
    const address = `${this.base}/${row.file.entry.blob}`;
    return readFile({ address, row: row.file, signal: work.signal }, (piece, before) => {
      work.step(piece.byteLength);
      return take(piece, before);
    });
  }

  close() {
    if (this.stage) this.stage.close();
    if (this.shown) this.shown.viewing.textContent = this.words.view[this.shown.file.view];
    this.stage = this.shown = null;
  }

  save(row) {
    return this.attempt(row, async () => {
      if (await row.ask(this.words.before_saving, this.words.save_yes)) await this.saveNow(row);
    });
  }

  async saveNow(row) {
    const { file } = row;
    const work = row.begin();
    try {
      const isSaved = await save(file, (take) => this.read(row, work, take), this.mostHeld);
      if (isSaved) row.tell("saved", { name: file.name, hash: file.entry.sha256 });
      return isSaved;
    } finally {
      work.end();
    }
  }

  copy(row) {
    const isPicture = row.file.view === "picture";
    return this.attempt(row, () => (isPicture ? this.copyPicture(row) : this.takeOriginal(row)));
  }

  async copyPicture(row) {
    if (this.shown !== row) await this.show(row);
    if (viewOf(row.kind) !== "picture") throw new NotRead("other_kind");
    if (!(await row.ask(this.words.before_copying, this.words.copy_yes))) return;
    // While the question stood, the picture may have been closed, for another one too.
    if (this.shown !== row) throw new NotRead("stopped");
    const { bytes, type } = await this.stage.copy();
    const bare = bared(bytes, type);
    if (!bare) throw new NotRead("not_bare");
    const hash = toHex(sha256(bare));
    await this.note(row, "copied", hash);
    const name = this.words.copy_name.replace("%(n)s", row.file.number);
    const full = `${name}.${type === "image/jpeg" ? "jpg" : "png"}`;
    saveFile(full, bare);
    row.tell("copied", { name: full, hash });
  }

  // What a browser can't clean is taken out as it is, to be cleaned on a computer without a network.
  async takeOriginal(row) {
    if (!(await row.ask(this.words.cleaning_steps, this.words.take_yes, true))) return;
    await this.note(row, "taken", row.file.entry.sha256);
    if (await this.saveNow(row))
      row.tell("taken", { name: row.file.name, hash: row.file.entry.sha256 });
  }

  // Nothing is handed out that stands in no history.
  async note(row, what, hash) {
    const fields = { blob: row.file.entry.blob, what, sha256: hash };
    const answer = await post(this.copies, fields).catch(() => ({ ok: false }));
    if (!answer.ok) throw new NotRead(answer.code === 401 ? "signed_out" : "not_noted");
  }

  async attempt(row, act) {
    try {
      await act();
    } catch (error) {
      if (!(error instanceof NotRead)) throw error;
      row.tell(error.problem);
    }
  }
}
