// What this tab keeps of its uploads, so that they go on after the page was loaded anew: tickets, and
// beside each a box that only the server's key for that ticket opens. Gone with the tab.

import { nameOf, withStore } from "../../shared/form/kept.js";
import { askNext } from "./server.js";

export class Memory {
  // `place` tells the form's files from those of a receipt; `run` does a job in the worker.
  /**
   * @param {string} place
   * @param {Run<FileJobs>} run
   */
  constructor(place, run) {
    this.name = nameOf(place);
    this.run = run;
    this.isOpen = true;
    // Whoever leaves at once has emptied the storage: nothing may be written after that.
    document.addEventListener("leave", () => this.wipe());
  }

  /** @type {{ ticket: string, box: string }[]} */
  get rows() {
    const rows = withStore((store) => JSON.parse(store.getItem(this.name) || "[]"));
    return Array.isArray(rows) ? rows : [];
  }

  set rows(rows) {
    withStore((store) =>
      rows.length ? store.setItem(this.name, JSON.stringify(rows)) : store.removeItem(this.name),
    );
  }

  /** @param {import("./upload.js").Upload & { describe?: () => PieceKept }} upload */
  async save(upload) {
    if (!this.isOpen || !upload.ticket || !upload.keep || !upload.describe) return;
    const { ticket, keep, lock, done, prefix, sha256, blob } = upload;
    const content = Object.assign({ lock, done, prefix, sha256, blob }, upload.describe());
    const box = await this.run("lockState", { keep, content });
    // Dropped, or wiped, while it was being locked.
    if (!this.isOpen || upload.ticket !== ticket || upload.state === "dropped") return;
    this.rows = this.rows.filter((row) => row.ticket !== ticket).concat({ ticket, box });
  }

  /** @type {(row: { ticket: string }) => void} */
  forget({ ticket }) {
    if (ticket) this.rows = this.rows.filter((row) => row.ticket !== ticket);
  }

  // What earlier pages of this tab had begun. A ticket that is no good any more is left out, and
  // counted; where no answer comes, it stays for the next page.
  async recall() {
    /** @type {UploadKept[]} */
    const found = [];
    let lost = 0;
    for (const { ticket, box } of this.rows) {
      try {
        const { keep } = await askNext(ticket);
        found.push(Object.assign(await this.run("openState", { keep, box }), { ticket, keep }));
      } catch (/** @type {any} */ error) {
        if (!(error.name === "Offline" || error.status >= 500)) this.forget({ ticket });
        lost += 1;
      }
    }
    return { found, lost };
  }

  wipe() {
    this.isOpen = false;
    this.rows = [];
  }
}
