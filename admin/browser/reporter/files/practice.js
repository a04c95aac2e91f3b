// In practice nothing is posted: a file is cleaned as it would be, and then shown as if it had gone.

export class PretendedUpload {
  /**
   * @param {number} id
   * @param {Blob | null} source
   * @param {number} length
   * @param {{ onChange: () => void }} tools
   */
  constructor(id, source, length, { onChange }) {
    this.id = id;
    this.source = source;
    this.length = length;
    this.onChange = onChange;
    /** @type {UploadState} */
    this.state = "queued";
    this.reason = "";
    this.blob = "";
    this.ticket = "";
    this.lock = { identity: "" };
    this.sha256 = "";
  }

  get isOver() {
    return ["whole", "dropped"].includes(this.state);
  }

  get share() {
    return this.state === "whole" ? 1 : 0;
  }

  async go() {
    this.set("moving");
    await new Promise((resolve) => setTimeout(resolve, 300));
    this.set("whole");
  }

  reserve() {}

  hold() {}

  fail() {}

  retry() {}

  async recheck() {}

  drop() {
    this.set("dropped");
  }

  /** @param {UploadState} state */
  set(state) {
    if (this.state === "dropped") return;
    this.state = state;
    this.onChange();
  }
}
