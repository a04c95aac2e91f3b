// Uploads one after the other: a telephone has one line, and little memory.

export class Line {
  constructor() {
    /** @type {FileUpload[]} */
    this.waiting = [];
    /** @type {FileUpload | null | undefined} */
    this.now = null;
  }

  /** @param {FileUpload} upload */
  add(upload) {
    if (this.waiting.includes(upload) || this.now === upload) return;
    this.waiting.push(upload);
    upload.reserve();
    if (!this.now) this.work();
  }

  async work() {
    while (this.waiting.length) {
      this.now = /** @type {FileUpload} */ (this.waiting.shift());
      if (!this.now.isOver && !this.now.isHeld) await this.now.go();
    }
    this.now = null;
  }
}
