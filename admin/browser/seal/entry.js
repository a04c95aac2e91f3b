// The form's first script: it weighs little, and loads the rest once the form is touched.
//
// It enhances the plain form. Whatever fails, the form still works, but nothing is sent the plain way
// before the reporter was told and pressed again.

import { isKept } from "../files/kept.js";
import { loadScript } from "../page/load.js";
import { inTime } from "./patience.js";

const SENDER = "/app/seal-send.js";

export class Entry {
  constructor(form) {
    this.form = form;
    this.way = document.getElementById("way");
    this.words = document.getElementById("seal").dataset;
    this.page = null;
    this.loading = null;
    this.isPlain = false;
  }

  start() {
    this.way.textContent = this.words.sealedHere;
    const begin = () => this.load().catch(() => this.goPlain());
    this.form.addEventListener("focusin", begin, { once: true });
    this.form.addEventListener("input", begin, { once: true });
    this.form.addEventListener("submit", (event) => this.take(event));
    this.tellLimits();
    if (isKept("tip")) begin();
  }

  // More goes sealed than the plain way can take; told before anything is chosen.
  tellLimits() {
    const block = document.getElementById("files-block");
    if (block) document.getElementById("files-limits").textContent = block.dataset.limits;
  }

  load() {
    this.loading = this.loading || this.loadPage();
    return this.loading;
  }

  async loadPage() {
    await loadScript(SENDER);
    this.page = new window.DengshaoPage(this.form, () => this.goPlain());
    this.page.prepare();
  }

  // From here on a press goes the plain way. Says so where the reporter looks before pressing.
  goPlain(sentence = this.words.unable) {
    this.isPlain = true;
    this.way.setAttribute("role", "status");
    this.way.textContent = sentence;
  }

  async take(event) {
    if (this.isPlain) return;
    event.preventDefault();
    if (this.page || (await this.isLoaded())) await this.page.take();
  }

  async isLoaded() {
    this.way.textContent = this.words.wait;
    try {
      await inTime(this.load());
      this.way.textContent = this.words.sealedHere;
      return true;
    } catch (error) {
      this.goPlain(this.words.fallback);
      return false;
    }
  }
}
