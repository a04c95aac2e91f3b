// Keeps the form's draft while somebody writes, brings it back, and throws it away when told to. The same
// for the receipt, until it was copied.

import { byId } from "../../shared/page/element.js";
import { isLost } from "../../shared/page/post.js";
import { answersNow } from "./answers.js";
import { Draft, dropDraft, freePlace, keptPlaces } from "./draft.js";
import { hasWords, wipe } from "./guard.js";
import { openKept } from "./kept_again.js";
import { fillForm } from "./refill.js";

const KEY = "/tip/draft";

export class Keeping {
  // `onReceipt(kept)` shows a receipt that an earlier page of this tab did not see copied.
  /**
   * @param {TipForm} form
   * @param {(kept: StoredTip) => unknown} onReceipt
   */
  constructor(form, onReceipt) {
    this.form = form;
    this.onReceipt = onReceipt;
    this.draft = new Draft("tip", form.dataset.draft);
    this.receipts = new Draft("receipt", form.dataset.draft);
    this.note = byId("draft");
    this.unkept = byId("unkept");
    this.back = byId("back");
    // Under which the words may lie at the server already.
    /** @type {Receipt | null} */
    this.receipt = null;
    // Where drafts of earlier pages lie that could not be opened yet, the oldest first. What is written
    // meanwhile is kept apart.
    /** @type {string[]} */
    this.earlier = [];
    // Where those lie whose words stand on this page now: once it is kept, they go.
    /** @type {string[]} */
    this.opened = [];
    /** @type {Set<string>} */
    this.touched = new Set();
    this.isBringing = false;
  }

  start() {
    if (!this.draft.mayKeep) return;
    ["input", "change"].forEach((name) => this.form.addEventListener(name, () => this.save()));
    ["focusin", "change"].forEach((name) =>
      this.form.addEventListener(name, () => this.bringBack()),
    );
    window.addEventListener("online", () => this.bringBack());
    this.form.addEventListener("change", ({ target }) =>
      this.touched.add(/** @type {HTMLInputElement} */ (target).name),
    );
    // What was never opened was not sent: it stays.
    this.form.addEventListener("dengshao:stored", () => this.wipe());
    this.note.addEventListener("click", (event) => this.clear(event));
    this.earlier = keptPlaces("tip");
    // What the server filled in again stands on the page already: the newest.
    const isRefilled = this.earlier.length > 0 && document.getElementById("error-summary");
    this.draft.place = /** @type {string} */ (isRefilled ? this.earlier.pop() : freePlace("tip"));
    this.receipts.place = freePlace("receipt");
    // Written before this script was there.
    if (hasWords(this.form)) this.save();
    this.bringBack();
  }

  async save() {
    if (!this.draft.mayKeep) return;
    const { form, receipt } = this;
    const isKept = await this.draft.save({ answers: answersNow(form), receipt });
    if (isKept === null) return;
    this.opened.splice(0).forEach(dropDraft);
    // Said where the page had promised more; else the browser itself asks before leaving.
    if (isKept) this.unkept.hidden = true;
    else if (!this.note.hidden) this.unkept.hidden = false;
    this.note.hidden = !isKept;
  }

  wipe() {
    this.opened.splice(0).forEach(dropDraft);
    this.draft.wipe();
  }

  // Tries anew each time it is called, until it is known what was kept.
  async bringBack() {
    const [receipt] = this.form.isConnected ? keptPlaces("receipt") : [];
    if (this.isBringing || !(receipt || this.earlier.length)) return;
    this.isBringing = true;
    try {
      if (receipt) await this.bringReceipt(receipt);
      else await this.bringDrafts();
    } catch (error) {
      if (isLost(error)) this.say("later");
      else this.earlier = [];
    }
    this.isBringing = false;
  }

  /** @type {(place: string) => Promise<void>} */
  async bringReceipt(place) {
    const kept = await openKept(place, KEY);
    if (!kept) {
      this.say("gone");
      return;
    }
    this.receipts.place = place;
    await this.onReceipt(kept);
  }

  async bringDrafts() {
    /** @type {KeptForm[]} */
    const found = [];
    for (const place of this.earlier) found.unshift(await openKept(place, KEY));
    // Sent, or thrown away, meanwhile; or on its way, without these words: they come at the next touch.
    if (this.earlier.length && this.form.isConnected && !this.form.elements.what.readOnly) {
      this.fill(found.filter(Boolean));
    }
  }

  // `found` are all of them, the newest first. They become one again, in the oldest's place.
  /** @type {(found: KeptForm[]) => void} */
  fill(found) {
    const [first, ...others] = this.earlier;
    this.opened = others.concat(this.draft.place);
    this.draft.place = first;
    this.earlier = [];
    const joined = found.filter(({ answers }) => fillForm(this.form, answers, this.touched));
    this.say(found.length ? (joined.length ? "joined" : "here") : "");
    this.receipt = found.reduce((receipt, kept) => receipt || kept.receipt, this.receipt);
    if (found.length || hasWords(this.form)) this.save();
  }

  /** @type {(name: string) => void} */
  say(name) {
    this.back.hidden = !name;
    if (name) this.back.textContent = /** @type {string} */ (this.back.dataset[name]);
  }

  // The second press throws it away.
  /** @type {(event: Event) => void} */
  clear(event) {
    const target = /** @type {HTMLElement} */ (event.target);
    if (!target.matches("[data-sure]")) return;
    const { sure, clear } = target.dataset;
    if (!clear) {
      target.dataset.clear = target.textContent;
      target.textContent = /** @type {string} */ (sure);
      return;
    }
    target.textContent = clear;
    target.dataset.clear = "";
    this.earlier.splice(0).forEach(dropDraft);
    this.receipt = null;
    this.touched.clear();
    this.wipe();
    wipe(this.form);
    this.note.hidden = this.unkept.hidden = this.back.hidden = true;
    this.form.dispatchEvent(new Event("dengshao:cleared"));
    /** @type {HTMLElement} */ (document.querySelector("h1")).focus();
  }
}
