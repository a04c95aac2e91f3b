// The form's first script: it weighs little, and loads the rest once the form is touched.
//
// What does not come is asked for again at each touch and each press. Nothing goes the plain way but by
// a press of its own (.plain-offer, see hold.js), offered where this browser cannot seal.

import { clearCut, tellCut } from "../../shared/form/cut.js";
import { isKept } from "../../shared/form/kept.js";
import { inTime } from "../../shared/form/patience.js";
import { byId } from "../../shared/page/element.js";
import { Loading, loadScript } from "../../shared/page/load.js";
import { isLost } from "../../shared/page/post.js";

const SENDER = "/app/seal-send.js";
const RESULT = "/app/seal-result.js";
const DRAFT = "/app/draft.js";
const TOUCHES = ["focusin", "change"];

export class Entry {
  /** @param {TipForm} form */
  constructor(form) {
    this.form = form;
    this.way = byId("way");
    this.words = /** @type {Words} */ (byId("seal").dataset);
    this.plain = /** @type {HTMLElement} */ (form.querySelector(".plain-offer"));
    /** @type {import("./page.js").Page | null} */
    this.page = null;
    // Null in a browser that would not run it.
    /** @type {import("../form/keeping.js").Keeping | null} */
    this.keeping = null;
    this.drafting = new Loading(() => this.loadDraft());
    this.loading = new Loading(() => this.loadPage());
    this.resulting = new Loading(() => loadScript(RESULT, () => Boolean(window.DengshaoResult)));
    this.isUnable = false;
    this.isBusy = false;
  }

  // `isAble`: whether this browser has what sealing needs.
  /** @type {(isAble: boolean) => void} */
  start(isAble) {
    const begin = () => this.begin();
    this.form.addEventListener("submit", (event) => this.take(event));
    TOUCHES.forEach((name) => this.form.addEventListener(name, begin));
    window.addEventListener("online", begin);
    // In practice nothing is kept.
    if (this.form.dataset.draft) this.drafting.get().catch(() => {});
    if (!isAble) {
      this.offer();
      return;
    }
    this.way.textContent = this.words.sealedHere;
    this.tellLimits();
    if (isKept("tip")) begin();
  }

  // More goes sealed than the plain way can take; told before anything is chosen.
  tellLimits() {
    const block = document.getElementById("files-block");
    if (block) byId("files-limits").textContent = /** @type {string} */ (block.dataset.limits);
  }

  // At a touch a line that fails is told to nobody: the press tells.
  async begin() {
    if (this.form.dataset.draft) this.drafting.get().catch(() => {});
    if (this.isUnable || this.isBusy) return;
    try {
      await this.loading.get();
      /** @type {import("./page.js").Page} */ (this.page).prepare();
    } catch (error) {
      if (!isLost(error)) this.offer();
    }
  }

  async loadDraft() {
    await loadScript(DRAFT, () => Boolean(window.DengshaoDraft));
    this.keeping = new window.DengshaoDraft.Keeping(this.form, (kept) =>
      this.showReceipt(kept, () => {}),
    );
    this.keeping.start();
  }

  async loadPage() {
    await loadScript(SENDER, () => Boolean(window.DengshaoPage));
    this.page = new window.DengshaoPage(this.form, this);
  }

  // Of this page, or of an earlier one that was loaded anew before the receipt was copied.
  /** @type {(result: StoredTip, onCopied: () => void) => Promise<void>} */
  async showReceipt(result, onCopied) {
    await this.resulting.get();
    const kept = this.keeping && this.keeping.receipts;
    const main = byId("main");
    new window.DengshaoResult(main, this.words, kept, onCopied).show(result);
  }

  // Shows the press that leads the plain way.
  /** @type {(sentence?: string) => void} */
  offer(sentence = "") {
    this.isUnable = true;
    this.way.textContent = this.words.unable + sentence;
    this.plain.hidden = false;
  }

  /** @type {(event: Event) => Promise<void>} */
  async take(event) {
    // A press of its own said yes.
    if (this.form.hasAttribute("data-yes")) return;
    event.preventDefault();
    if (this.isBusy) return;
    clearCut(this.form);
    if (!this.isUnable && (this.page || (await this.isLoaded()))) {
      await /** @type {import("./page.js").Page} */ (this.page).take();
    }
    if (this.isUnable) this.plain.focus();
  }

  async isLoaded() {
    this.isBusy = true;
    this.way.textContent = this.words.wait;
    try {
      await inTime(this.loading.get());
    } catch (error) {
      if (isLost(error)) tellCut(this.form, this.words.cut);
      else this.offer();
    }
    if (!this.isUnable) this.way.textContent = this.words.sealedHere;
    this.isBusy = false;
    return Boolean(this.page);
  }
}
