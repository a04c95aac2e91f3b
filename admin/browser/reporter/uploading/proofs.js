// One proof of work for each upload, made one after the other.

import { askChallenge } from "./server.js";

export class Proofs {
  /** @param {Run<FileJobs>} run */
  constructor(run) {
    this.run = run;
  }

  async take() {
    return this.run("solve", await askChallenge());
  }
}
