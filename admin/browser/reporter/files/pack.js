// The files of a tip for the supervisory unit: one after the other in one sealed file of a stepped
// length, so that neither their number nor their sizes show.

import { makeEntry } from "./file_entry.js";
import { steppedSize } from "./padme.js";

/**
 * @import { Field } from "./field.js"
 * @import { Item } from "./item.js"
 * @typedef {{ item: Item, piece: FilePiece }} Packed
 */

export class Pack {
  /** @param {Field} field */
  constructor(field) {
    this.field = field;
    /** @type {FileUpload | null} */
    this.upload = null;
    this.name = "";
    /** @type {string[]} */
    this.digests = [];
  }

  get pieces() {
    return /** @type {Packed[]} */ ([]).concat(
      ...this.field.items.map((item) => item.pieces.map((piece) => ({ item, piece }))),
    );
  }

  // Begins anew where a file was added or dropped meanwhile.
  /** @returns {Promise<SentFiles>} */
  async collect() {
    for (;;) {
      const { pieces } = this;
      const name = pieces.map(({ item, piece }) => `${item.id} ${piece.role}`).join();
      if (!pieces.length || this.isGivenUp(name)) return { entries: [], tickets: [] };
      if (name !== this.name || !this.upload) await this.begin(name, pieces);
      const { upload } = this;
      if (upload && upload.state === "paused") this.field.again(upload);
      if (upload) await this.field.until(() => upload.isOver);
      if (upload && upload.state === "failed") return { entries: [], tickets: [] };
      if (upload && upload.state === "whole" && upload === this.upload) {
        return { entries: this.entries(pieces, upload), tickets: [upload.ticket] };
      }
    }
  }

  // It failed, the reporter was told so, and pressed again.
  /** @param {string} name */
  isGivenUp(name) {
    return name === this.name && this.upload && this.upload.state === "failed";
  }

  /** @type {(name: string, pieces: Packed[]) => Promise<void>} */
  async begin(name, pieces) {
    this.drop();
    this.name = name;
    const sources = pieces.map(({ piece }) => piece.source);
    const whole = new Blob(sources);
    const length = steppedSize(whole.size);
    const digests = await this.read(pieces);
    // Something could not be read, or was dropped meanwhile.
    if (!digests || this.name !== name) return;
    this.digests = digests;
    const upload = this.field.newUpload(null, whole, length || 0);
    this.upload = upload;
    pieces.forEach(({ item }) => {
      item.pack = upload;
    });
    upload.onChange = () => this.show();
    if (length) this.field.line.add(upload);
    else upload.fail("tooMuch");
  }

  // The SHA-256 of each; null where one cannot be read, whose file is refused then.
  /** @type {(pieces: Packed[]) => Promise<string[] | null>} */
  async read(pieces) {
    /** @type {string[]} */
    const digests = [];
    for (const { item, piece } of pieces) {
      try {
        digests.push(...(await this.field.run("digests", { sources: [piece.source] })));
      } catch (error) {
        item.refuse(error);
        return null;
      }
    }
    return digests;
  }

  show() {
    this.field.items.forEach((item) => this.field.onChange(item));
    this.field.watchers.slice().forEach((watch) => watch());
  }

  /** @type {(pieces: Packed[], upload: FileUpload) => FileEntry[]} */
  entries(pieces, upload) {
    let offset = 0;
    return pieces.map(({ piece }, i) => {
      const entry = makeEntry({
        name: piece.name,
        type: piece.type,
        size: piece.source.size,
        sha256: this.digests[i],
        blob: upload.blob,
        key: /** @type {{ identity: string }} */ (upload.lock).identity,
        offset,
        state: piece.role,
      });
      offset += piece.source.size;
      return entry;
    });
  }

  async recheck() {
    if (!this.upload) return;
    await this.upload.recheck();
    if (!this.upload.isOver) this.field.line.add(this.upload);
  }

  drop() {
    this.name = "";
    if (!this.upload) return;
    const { upload } = this;
    this.upload = null;
    this.field.items.forEach((item) => {
      item.pack = null;
    });
    upload.drop();
  }
}
