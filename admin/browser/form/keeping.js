// Keeps the form's draft while somebody writes, brings it back, and throws it away when told to. The same
// for the receipt, until it was copied.

import { Draft, keptDraft } from "../page/draft.js";
import { openKept } from "../page/kept_again.js";
import { isLost } from "../page/post.js";
import { answersNow } from "./answers.js";
import { hasWords, wipe } from "./guard.js";
import { fillForm } from "./refill.js";

const KEY = "/tip/draft";

export class Keeping {
  // `onReceipt(kept)` shows a receipt that an earlier page of this tab did not see copied.
  constructor(form, onReceipt) {
    this.form = form;
    this.onReceipt = onReceipt;
    this.draft = new Draft("tip", form.dataset.draft);
    this.receipts = new Draft("receipt", form.dataset.draft);
    this.note = document.getElementById("draft");
    this.back = document.getElementById("back");
    // Under which the words may lie at the server already.
    this.receipt = null;
    // An earlier draft that could not be opened yet is not written over.
    this.isHeld = false;
    this.isBringing = false;
  }

  start() {
    if (!this.draft.mayKeep) return;
    ["input", "change"].forEach((name) => this.form.addEventListener(name, () => this.save()));
    ["focusin", "change"].forEach((name) => this.form.addEventListener(name, () => this.bringBack()));
    window.addEventListener("online", () => this.bringBack());
    this.form.addEventListener("dengshao:stored", () => this.draft.wipe());
    this.note.addEventListener("click", (event) => this.clear(event));
    // What the server filled in again stands on the page already.
    this.isHeld = Boolean(keptDraft("tip")) && !document.getElementById("error-summary");
    // Written before this script was there.
    if (hasWords(this.form)) this.save();
    this.bringBack();
  }

  // Resolves with whether it is kept.
  async save() {
    if (this.isHeld || !this.draft.mayKeep) return false;
    const { form, receipt } = this;
    const isKept = await this.draft.save({ answers: answersNow(form), receipt });
    if (isKept) this.note.hidden = false;
    return isKept;
  }

  // Tries anew each time it is called, until it is known what was kept.
  async bringBack() {
    const isReceipt = Boolean(keptDraft("receipt")) && this.form.isConnected;
    if (this.isBringing || !(isReceipt || this.isHeld)) return;
    this.isBringing = true;
    try {
      if (isReceipt) await this.bringReceipt();
      else this.fill(await openKept("tip", KEY));
    } catch (error) {
      if (isLost(error)) this.say("later");
      else this.isHeld = false;
    }
    this.isBringing = false;
  }

  async bringReceipt() {
    const kept = await openKept("receipt", KEY);
    if (kept) await this.onReceipt(kept);
    else this.say("gone");
  }

  fill(kept) {
    this.isHeld = false;
    this.say(kept ? "here" : "");
    if (!kept) return;
    fillForm(this.form, kept.answers);
    this.receipt = kept.receipt;
    this.save();
  }

  say(name) {
    this.back.hidden = !name;
    if (name) this.back.textContent = this.back.dataset[name];
  }

  // The second press throws it away.
  clear({ target }) {
    if (!target.matches("[data-sure]")) return;
    const { sure, clear } = target.dataset;
    if (!clear) {
      target.dataset.clear = target.textContent;
      target.textContent = sure;
      return;
    }
    target.textContent = clear;
    target.dataset.clear = "";
    this.isHeld = false;
    this.receipt = null;
    this.draft.wipe();
    wipe(this.form);
    this.note.hidden = this.back.hidden = true;
    this.form.dispatchEvent(new Event("dengshao:cleared"));
    document.querySelector("h1").focus();
  }
}
