// Keeps what is being written in the mailbox, and brings it back once the same receipt was typed again.

import { Loading, loadScript } from "../shared/page/load.js";
import { placeOf } from "./letter_files.js";

const SCRIPT = "/app/draft.js";

export class Keeping {
  /**
   * @param {HTMLElement} root
   * @param {string} base
   */
  constructor(root, base) {
    this.root = root;
    this.address = `${base}draft`;
    /** @type {InstanceType<DraftKeeper["Draft"]> | null} */
    this.draft = null;
    this.loading = new Loading(() => loadScript(SCRIPT, () => Boolean(window.DengshaoDraft)));
  }

  // Fetched before it is needed: it works without a line then.
  prepare() {
    this.loading.get().catch(() => {});
  }

  // To be called once. Resolves with the words that an earlier page of this tab kept under this receipt;
  // "" where there are none.
  /** @type {(visit: { lookup: string }) => Promise<string>} */
  async begin(visit) {
    await this.loading.get();
    const { Draft, openKept } = window.DengshaoDraft;
    const kept = await openKept(placeOf(visit), this.address);
    this.draft = new Draft(placeOf(visit), this.root.dataset.draft);
    this.root.addEventListener("input", (event) => {
      const field = /** @type {HTMLTextAreaElement} */ (event.target);
      if (field.matches("textarea")) this.save(field.value);
    });
    return kept ? kept.words : "";
  }

  /** @type {(words: string) => void} */
  save(words) {
    const draft = /** @type {InstanceType<DraftKeeper["Draft"]>} */ (this.draft);
    if (words.trim()) draft.save({ words });
    else draft.wipe();
  }
}
