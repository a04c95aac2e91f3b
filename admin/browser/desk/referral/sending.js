// Makes the package, saves it on this computer, and then has it written down. The file comes first: where
// the line is cut, the same press writes the same package down again, and no second number is given out.

import { sha256 } from "@noble/hashes/sha2.js";
import { toBase64, toHex, toUtf8 } from "../../shared/bytes.js";
import { byId, element, say } from "../../shared/page/dom.js";
import { sealTo } from "../../shared/sealing/age.js";
import { pad } from "../../shared/sealing/envelope.js";
import { getJson, setToken } from "../../signin/api.js";
import { NotRead } from "../files/reading.js";
import { enclose } from "../package/enclosed.js";
import { documentOf, plainText } from "../package/letter.js";
import { LETTER, MANIFEST, manifestOf, SHEET, sheetOf, TEXT } from "../package/manifest.js";
import { pageOf } from "../package/markup.js";
import { Packing } from "../package/packing.js";
import { newPassphrase } from "../package/passphrase.js";
import { askByPost } from "../post.js";
import { saveFile } from "../save.js";

const RECORD_STEP = 4096;

/** @typedef {import("./desk.js").Desk} Desk */
/** @typedef {{ name: string, passphrase: string, blob: Blob | null, body: Record<string, unknown> }} Made */

export class Sending {
  /** @param {Desk} desk */
  constructor(desk) {
    this.desk = desk;
    /** @type {Made | null} */
    this.made = null;
    this.isBusy = false;
    this.isDone = false;
    this.control = new AbortController();
  }

  // A package that is not written down yet, or a passphrase that is shown this once.
  get holdsSomething() {
    if (this.isDone) return Boolean(this.made && this.made.passphrase);
    return this.isBusy || Boolean(this.made);
  }

  stop() {
    this.control.abort();
  }

  async press() {
    if (this.isBusy || this.isDone) return;
    this.isBusy = true;
    const { said } = this.desk;
    byId("referral-go").disabled = true;
    say(byId("referral-problem"));
    try {
      await this.step();
    } catch (error) {
      say(byId("referral-problem"), this.sentenceFor(/** @type {Error} */ (error)));
    } finally {
      this.isBusy = false;
      byId("referral-go").disabled = false;
      say(byId("referral-progress"));
      this.desk.fix(Boolean(this.made));
      byId("referral-go").textContent = this.made ? said.again : said.go;
    }
  }

  async step() {
    if (!this.made) {
      const fault = this.desk.fault();
      if (fault) {
        say(byId("referral-problem"), fault);
        return;
      }
      this.desk.fix(true);
      const made = await (this.desk.isPaper ? this.makePaper() : this.make());
      if (made.blob) saveFile(made.name, made.blob);
      this.made = made;
    }
    await this.writeDown(this.made);
  }

  /** @type {() => Promise<Made>} */
  async make() {
    const { desk } = this;
    const { lock, organ } = desk.addressee;
    const passphrase = lock === "passphrase" ? newPassphrase() : "";
    const recipient = lock === "key" ? String(organ && organ.key) : "";
    const packing = new Packing({ recipient, passphrase });
    try {
      const entries = await this.files(packing);
      const { text, page } = await this.words(packing, entries);
      const { blob, size, sha256: sum } = await packing.finish();
      const kept = { letter: page, text, manifest: manifestOf(desk.letter([]), entries) };
      const body = await this.body({ sum, size, files: desk.files.chosen(false).length, kept });
      const { reference, number } = desk.held.data;
      const name = `${reference}-${number.replace(/[^0-9A-Za-z\u4e00-\u9fff]+/g, "-")}.age`;
      return { name, passphrase, blob, body };
    } finally {
      packing.stop();
    }
  }

  /** @type {(packing: Packing) => Promise<ListedEntry[]>} */
  async files(packing) {
    const { desk, control } = this;
    const { files, mostHeld } = desk.page.dataset;
    const about = desk.letterWords.about_files;
    const chosen = desk.files.chosen(false);
    const all = Math.max(1, desk.files.size(false));
    let done = 0;
    /** @type {(bytes: number) => void} */
    const onStep = (bytes) => {
      done += bytes;
      this.tell(done / all);
    };
    /** @type {ListedEntry[]} */
    const entries = [];
    this.tell(0);
    for (const row of chosen) {
      const address = `${files}/${/** @type {FileEntry} */ (row.entry).blob}`;
      const nth = entries.length + 1;
      const job = { address, row, signal: control.signal, nth, most: Number(mostHeld), onStep };
      const entry = await enclose(packing, job);
      entries.push(Object.assign(entry, { about }));
    }
    return entries;
  }

  // Adds what is written, and lists it with the files; the letter is last, since it lists the others.
  /** @type {(packing: Packing, entries: ListedEntry[]) => Promise<{ text: string, page: string }>} */
  async words(packing, entries) {
    const { desk } = this;
    const words = desk.letterWords;
    const text = plainText(desk.letter([]), words);
    const added = await packing.add(TEXT, toUtf8(text));
    entries.unshift(Object.assign(added, { about: words.about_text }));
    desk.showSheet(entries);
    const letter = desk.letter(entries);
    const page = pageOf(letter.title, documentOf(letter, words));
    const written = await packing.add(LETTER, toUtf8(page));
    entries.push(Object.assign(written, { about: words.about_letter }));
    const sheet = await packing.add(SHEET, toUtf8(sheetOf(letter, entries, words)));
    entries.push(Object.assign(sheet, { about: words.about_sheet }));
    await packing.add(MANIFEST, toUtf8(manifestOf(letter, entries)));
    return { text, page };
  }

  /** @type {() => Promise<Made>} */
  async makePaper() {
    const { desk } = this;
    const letter = desk.letter([]);
    const page = pageOf(letter.title, documentOf(letter, desk.letterWords));
    const bytes = toUtf8(page);
    const kept = { letter: page, text: plainText(letter, desk.letterWords), manifest: "" };
    const sum = toHex(sha256(bytes));
    const body = await this.body({ sum, size: bytes.length, files: 0, kept });
    return { name: "", passphrase: "", blob: null, body };
  }

  // What is posted. The words that left are in it once, sealed to the tip's own unit.
  /** @type {(told: { sum: string, size: number, files: number, kept: Record<string, string> }) => Promise<Record<string, unknown>>} */
  async body({ sum, size, files, kept }) {
    const { addressee, held } = this.desk;
    const { version, reference, number } = held.data;
    const organ = String(addressee.organ && addressee.organ.id);
    const { lock } = addressee;
    const content = { v: 1, kind: "referral", reference, number, organ, lock, sha256: sum };
    const bytes = toUtf8(JSON.stringify(Object.assign(content, kept)));
    const { recipient, recovery } = held.unit;
    const record = toBase64(await sealTo([recipient, recovery], pad(bytes, RECORD_STEP)));
    return { version, number, organ, lock, sha256: sum, size, files, record };
  }

  /** @type {(made: Made) => Promise<void>} */
  async writeDown(made) {
    const { page, said } = this.desk;
    say(byId("referral-progress"), said.working);
    const answer = await askByPost(page.dataset.sent, made.body);
    if (!answer.ok) return this.refused(answer);
    this.isDone = true;
    this.tellDone(made, String(answer.number));
    byId("referral-go").hidden = true;
    // Beside a sealed file goes the letter with its seal, and none of the tip's words.
    page.dataset.noted = made.blob ? "letter" : "whole";
    if (!made.blob) window.print();
  }

  // Refused for good, what was saved is void: the tip went on, or another letter took the number. What was
  // written stays, and the next press makes a package of what stands now.
  /** @type {(answer: ReferralAnswer) => Promise<void>} */
  async refused(answer) {
    const { said, held, page } = this.desk;
    const { error = "", errors = {}, events = [], code, number, version } = answer;
    const lines = [error, ...Object.values(errors).map((one) => one.join(" "))];
    const news = events.map(({ day, by, what }) => `${day} ${by} ${what}`);
    const isVoid = [403, 404, 409, 422].includes(code);
    if (isVoid) this.made = null;
    if (number) held.data.number = number;
    if (version) held.data.version = version;
    if (isVoid) this.desk.changed();
    const after = isVoid ? said.void : said.saved_not_sent;
    say(byId("referral-problem"), lines.concat(news, after).filter(Boolean).join(" "));
    // After a new sign-in in another window the same press goes through.
    if (code !== 400 && code !== 401) return;
    await getJson(page.dataset.sealed).then(
      ({ csrf }) => setToken(csrf),
      () => null,
    );
  }

  /** @type {(made: Made, number: string) => void} */
  tellDone({ name, passphrase, blob, body }, number) {
    const { said, page } = this.desk;
    const code = element("code", "referral__passphrase", passphrase);
    code.id = "referral-passphrase";
    const secret = passphrase ? [element("p", "", said.passphrase, " ", code)] : [];
    const first = blob ? said.saved.replace("%(name)s", () => name) : said.printed;
    const back = element("a", "button", said.next);
    back.href = page.dataset.back;
    // Whoever goes on has noted the passphrase: nothing more is asked.
    back.addEventListener("click", () => {
      this.made = null;
    });
    const paper = element("button", "button button--quiet", blob ? said.print_letter : said.print);
    paper.type = "button";
    paper.addEventListener("click", () => window.print());
    const done = byId("referral-done");
    say(
      done,
      element(
        "p",
        "",
        element(
          "b",
          "",
          first.replace("%(number)s", () => number),
        ),
      ),
      ...secret,
      element("p", "meta", said.sum.replace("%(sum)s", String(body.sha256))),
      element("p", "why__answers", back, paper),
    );
    done.focus();
  }

  /** @type {(share: number) => void} */
  tell(share) {
    const percent = `${Math.floor(share * 100)}%`;
    say(byId("referral-progress"), this.desk.said.working, " ", percent);
  }

  /** @type {(error: Error) => string} */
  sentenceFor(error) {
    const { said, held } = this.desk;
    if (error instanceof NotRead) return held.words.files.said[error.problem];
    return this.made ? said.saved_not_sent : said.failed;
  }
}
