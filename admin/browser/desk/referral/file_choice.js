// Which files of the tip go along: those that are cleaned, each by a tick. Of the others it is told why
// they stay.

import { byId, element, replaceChildren, say } from "../../shared/page/dom.js";
import { listFiles, sizeWord } from "../files/entries.js";
import { staysBecause } from "../package/enclosed.js";

// A package larger than this is not begun: it lies sealed in the browser's memory until it is saved.
export const MOST = 2 * 1024 ** 3;

export class FileChoice {
  /**
   * @param {ReadTip} opened
   * @param {ReferralWords} words
   * @param {() => void} onChange
   */
  constructor(opened, words, onChange) {
    this.said = words.referral.said;
    this.words = words.files;
    this.rows = listFiles(opened, opened.uploads, words.files).map((file) => {
      const tick = element("input", "");
      tick.type = "checkbox";
      tick.dataset.draft = `file-${file.number}`;
      tick.addEventListener("change", onChange);
      return { file, tick, why: staysBecause(file) };
    });
  }

  show() {
    byId("referral-files-part").hidden = !this.rows.length;
    replaceChildren(byId("referral-files"), ...this.rows.map((row) => this.line(row)));
  }

  /** @type {(row: FileChoice["rows"][number]) => HTMLElement} */
  line({ file, tick, why }) {
    const facts = [this.words.families[file.family], file.entry && sizeWord(file.size)];
    const about = element("span", "meta", facts.filter(Boolean).join(" · "));
    const name = element("bdi", "", file.shown);
    if (why) return element("li", "", name, " ", about, element("p", "meta", this.said[why]));
    return element("li", "", element("label", "", tick, " ", name, " ", about));
  }

  /** @type {(isPaper: boolean) => void} */
  renew(isPaper) {
    this.rows.forEach(({ tick }) => {
      tick.disabled = isPaper;
    });
    byId("no-files-on-paper").hidden = !isPaper;
    const all = this.said.total
      .replace("%(size)s", sizeWord(this.size(isPaper)))
      .replace("%(most)s", sizeWord(MOST));
    say(byId("referral-total"), all);
  }

  /** @type {(isPaper: boolean) => ListedFile[]} */
  chosen(isPaper) {
    return isPaper ? [] : this.rows.filter(({ tick }) => tick.checked).map(({ file }) => file);
  }

  /** @type {(isPaper: boolean) => number} */
  size(isPaper) {
    return this.chosen(isPaper).reduce((sum, { size }) => sum + size, 0);
  }
}
