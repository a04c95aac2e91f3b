// What a member does on the page of a referral: chooses, strikes, writes, reads the whole, and sends it off.
// What is shown as the sheet is what leaves, and nothing else does.

import { toUtf8 } from "../../shared/bytes.js";
import { byId, replaceChildren, say } from "../../shared/page/dom.js";
import { askBeforeLeaving } from "../../shared/page/leaving.js";
import { neutralName } from "../package/enclosed.js";
import { documentOf, plainText } from "../package/letter.js";
import { TEXT } from "../package/manifest.js";
import { toElement } from "../package/markup.js";
import { Addressee } from "./addressee.js";
import { Editor } from "./editor.js";
import { FileChoice, MOST } from "./file_choice.js";
import { itemsOf, secretsOf } from "./items.js";
import { holdsSecret } from "./marks.js";
import { Sending } from "./sending.js";

/** @typedef {{ unit: MemberKeys & CurrentKeys, opened: ReadTip, words: ReferralWords, data: ReferralData }} Held */

// What the data say of a legal basis that no lawyer has looked at.
const UNCHECKED = "待核实";
/** @type {("letter-title" | "letter-body" | "letter-from" | "letter-contact" | "letter-reply")[]} */
const WRITTEN = ["letter-title", "letter-body", "letter-from", "letter-contact", "letter-reply"];

export class Desk {
  /**
   * @param {ReferralPage} page
   * @param {Held} held
   */
  constructor(page, held) {
    const { opened, words, data } = held;
    this.page = page;
    this.held = held;
    this.said = words.referral.said;
    this.letterWords = words.referral.letter;
    const changed = () => this.changed();
    this.addressee = new Addressee(opened, data, words, () => {
      this.proposeBody();
      this.changed();
    });
    this.editor = new Editor(itemsOf(opened, words, this.said), words.referral, changed);
    this.files = new FileChoice(opened, words, changed);
    this.sending = new Sending(this);
    // What the letter proposes by itself, as long as nobody has written.
    this.proposed = "";
  }

  show() {
    replaceChildren(byId("opened"));
    replaceChildren(byId("referral-items"), ...this.editor.items.map(({ part }) => part));
    byId("letter-title").value = this.letterWords.title;
    byId("letter-from").value = this.held.data.unit;
    this.addressee.show();
    this.files.show();
    this.proposeBody();
    WRITTEN.forEach((id) => byId(id).addEventListener("input", () => this.changed()));
    byId("strike-all").addEventListener("click", () => this.editor.strikeAll());
    byId("referral-go").addEventListener("click", () => this.sending.press());
    askBeforeLeaving(() => this.sending.holdsSomething);
    byId("referral-work").hidden = false;
    this.renew();
  }

  hide() {
    this.sending.stop();
    ["referral-items", "referral-sheet", "referral-files", "referral-done"].forEach((id) =>
      replaceChildren(byId(id)),
    );
    byId("letter-body").value = "";
  }

  proposeBody() {
    const body = byId("letter-body");
    if (body.value !== this.proposed) return;
    const { reference, chase } = this.held.data;
    const basis = this.addressee.organ ? this.addressee.organ.basis : "";
    this.proposed = this.letterWords.body
      .replace("%(basis)s", () => basis)
      .replace("%(reference)s", reference)
      .replace("%(days)s", String(chase));
    body.value = this.proposed;
  }

  // Whoever changes a word has to read the whole anew.
  changed() {
    byId("read-whole").checked = false;
    this.renew();
  }

  renew() {
    this.addressee.renew();
    this.files.renew(this.isPaper);
    const left = this.editor.left();
    say(byId("marks-left"), left && this.said.marks_left.replace("%(n)s", String(left)));
    this.showSheet(this.planned());
  }

  // What the list will name, before there are sums.
  /** @type {() => ListedEntry[]} */
  planned() {
    if (this.isPaper) return [];
    const words = this.letterWords;
    const size = toUtf8(plainText(this.letter([]), words)).length;
    const files = this.files.chosen(false).map((file, i) => ({
      name: neutralName(i + 1, "…"),
      size: file.size,
      sha256: words.list_later,
      about: words.about_files,
    }));
    return [{ name: TEXT, size, sha256: words.list_later, about: words.about_text }, ...files];
  }

  get isPaper() {
    return this.addressee.lock === "paper";
  }

  /** @type {(entries: ListedEntry[]) => void} */
  showSheet(entries) {
    const sheets = documentOf(this.letter(entries), this.letterWords);
    replaceChildren(byId("referral-sheet"), ...sheets.map(toElement));
  }

  /** @type {(entries: ListedEntry[]) => Letter4Organ} */
  letter(entries) {
    const { data } = this.held;
    const [title, body, from, contact, reply] = WRITTEN.map((id) => byId(id).value);
    const { organ } = this.addressee;
    return {
      reference: data.reference,
      number: data.number,
      title,
      to: organ ? organ.name : "",
      body,
      from,
      day: data.today,
      contact,
      reply,
      texts: this.editor.texts(),
      entries,
    };
  }

  // Why it cannot go yet, as a sentence; "" where it can.
  fault() {
    const own = this.addressee.fault();
    if (own) return own;
    const letter = this.letter([]);
    if (!letter.texts.length) return this.said.nothing;
    if (letter.body.includes(UNCHECKED)) return this.said.unchecked;
    const { title, body, from, contact, reply } = letter;
    const words = [title, body, from, contact, reply].concat(letter.texts.map(({ text }) => text));
    const secrets = secretsOf(this.held.opened.tip);
    if (words.some((text) => holdsSecret(text, secrets))) return this.said.secret;
    if (this.files.size(this.isPaper) > MOST) return this.said.too_large;
    return byId("read-whole").checked ? "" : this.said.read_whole;
  }

  // From the first press on nothing changes: what was made is what was read.
  /** @type {(isFixed: boolean) => void} */
  fix(isFixed) {
    byId("referral-fields").disabled = isFixed;
  }
}
