// Uploads one after the other: a telephone has one line, and little memory.

export class Line {
  constructor() {
    this.waiting = [];
    this.now = null;
  }

  add(upload) {
    if (this.waiting.includes(upload) || this.now === upload) return;
    this.waiting.push(upload);
    upload.reserve();
    if (!this.now) this.work();
  }

  async work() {
    while (this.waiting.length) {
      this.now = this.waiting.shift();
      if (!this.now.isOver && !this.now.isHeld) await this.now.go();
    }
    this.now = null;
  }
}
