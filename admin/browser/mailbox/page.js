// The mailbox with scripts. It enhances the plain form: whatever fails here, the form still works,
// but nothing is sent the plain way before the reporter was told and pressed again.

import { askBeforeLeaving } from "../page/leaving.js";
import { bodyOf as textOf } from "../lib/body.js";
import { keysLoader } from "./able.js";
import { clearFaults, element, showFault, showFaults } from "../page/faults.js";
import { hold } from "../page/hold.js";
import { showGroups } from "./groups.js";
import { GivenUp, Wait, attachedTo } from "./letter_files.js";
import { Offline, Refused } from "./server.js";
import { Visit } from "./session.js";
import { cloneTemplate, dangerView, mailboxView } from "./view.js";
import { bodyOf, receiptFault, wordsFault } from "./words.js";

const ALARMS = { FalseKey: "falseKey", Strayed: "strayed" };

const REFUSALS = {
  purged: "purged",
  unknown: "unknown",
  unit_closed: "unitClosed",
  full: "full",
  full_today: "fullToday",
  share_used: "shareUsed",
  marked: "marked",
};

export class Page {
  constructor(root) {
    this.root = root;
    this.words = root.dataset;
    this.form = root.querySelector("#open");
    this.way = root.querySelector("#way");
    this.plainWay = this.way.textContent;
    this.base = this.form.getAttribute("action");
    this.loadKeys = keysLoader(document, this.words.keys);
    this.tools = null;
    this.visit = null;
    this.entries = [];
    this.draft = "";
    this.attached = null;
    this.block = null;
    // For the files of the letter that is being sent.
    this.waiting = null;
    this.isPlain = false;
    this.isBarred = false;
    this.seen = "";
    this.isBusy = false;
    this.isLeaving = false;
  }

  start() {
    const field = this.form.elements.receipt;
    this.way.textContent = this.words.openedHere;
    this.form.addEventListener("submit", (event) => this.take(event, () => this.open(field)));
    field.addEventListener("focus", () => this.prepare(field), { once: true });
    field.addEventListener("input", () => this.prepare(field));
    this.root.addEventListener("submit", (event) => {
      this.isLeaving = !event.defaultPrevented;
    });
    askBeforeLeaving(() => this.mustAsk());
    window.addEventListener("pagehide", () => this.wipe());
    window.addEventListener("pageshow", (event) => event.persisted && window.location.reload());
    if (field.value) this.prepare(field);
  }

  // Loads the keys' script while the reporter types, and shows what was typed in groups.
  async prepare(field) {
    const check = this.tools && this.tools.check;
    showGroups(this.root.querySelector('[data-slot="groups"]'), field.value, this.words, check);
    if (this.tools || this.isPlain) return;
    try {
      this.tools = await this.loadKeys();
    } catch (error) {
      this.goPlain(this.words.unable + this.plainWay);
      return;
    }
    if (this.form.isConnected) await this.prepare(field);
  }

  // Runs one step at a time, in place of the plain form's own way.
  async take(event, step) {
    if (this.isPlain) return;
    event.preventDefault();
    if (this.isBusy) return;
    this.isBusy = true;
    clearFaults(this.root);
    const wait = element("p", this.words.wait, "meta");
    wait.setAttribute("role", "status");
    event.target.append(wait);
    hold(event.target, true);
    try {
      await step((sentence) => {
        wait.textContent = sentence;
      });
    } catch (error) {
      if (!(error instanceof GivenUp)) this.explain(error);
    }
    wait.remove();
    hold(event.target, false);
    this.isBusy = false;
  }

  explain(error) {
    if (error.faults) showFaults(this.root, this.words.summary, error.faults);
    else if (error instanceof Offline) this.fault(this.words.offline);
    else if (error instanceof Refused) this.fault(this.words[REFUSALS[error.reason] || "busy"]);
    else if (error.name === "Unmarked") this.showAlarm("unmarked");
    else if (error.name in ALARMS || this.isBarred) this.bar(error);
    else this.fallBack();
  }

  // A key that nobody confirmed, or another unit than the tip was sealed for: the plain way would hand
  // the words to who made it so.
  bar(error) {
    this.isBarred = true;
    this.seen = ALARMS[error.name] || this.seen;
    this.showAlarm(this.seen);
  }

  showAlarm(name) {
    const lines = [this.words[`${name}Why`], this.words[`${name}Next`]];
    const faults = lines.map((text) => ({ text, field: null }));
    showFaults(this.root, this.words[name], faults);
  }

  // Asks before typed words are lost. What goes the plain way is not lost; and who leaves at once
  // has emptied the page already.
  mustAsk() {
    return !this.isLeaving && this.root.isConnected && this.isTyped();
  }

  isTyped() {
    const areas = Array.from(this.root.querySelectorAll("textarea"));
    if (this.attached && this.attached.hasFiles) return true;
    return areas.some((area) => area.value.trim()) || this.draft.trim() !== "";
  }

  // From here on the next press goes the plain way, with all that was typed.
  fallBack() {
    this.goPlain(this.plainWay);
    this.fault(this.visit ? this.words.fallbackWrite : this.words.fallbackLook);
  }

  // No file goes the plain way.
  goPlain(sentence) {
    this.isPlain = true;
    this.way.textContent = sentence;
    if (this.block) this.block.hidden = true;
    if (this.visit) this.carryReceipt();
  }

  carryReceipt() {
    this.root.querySelectorAll("input[name=receipt]").forEach((field) => {
      field.value = this.visit.typed;
    });
  }

  fault(text, field) {
    showFault(this.root, this.words.summary, text, field || null);
  }

  async open(field) {
    this.tools = this.tools || (await this.loadKeys());
    let digits;
    try {
      digits = this.tools.check(field.value);
    } catch (error) {
      this.fault(receiptFault(error, this.words), field);
      return;
    }
    const visit = new Visit(this.tools, this.base, field.value, digits, this.words.site);
    const entries = await visit.look();
    if (!entries) {
      this.fault(this.words.unknown, field);
      return;
    }
    this.visit = visit;
    this.entries = entries;
    this.showMailbox("");
  }

  show(view) {
    this.root.textContent = "";
    this.root.append(view);
    if (this.isPlain) this.carryReceipt();
    this.root.querySelector("h1").focus();
    window.scrollTo(0, 0);
  }

  showMailbox(stored) {
    this.show(mailboxView(this.visit.answer, this.entries, this.words.lang, stored));
    const letter = this.act("message");
    letter.elements.words.value = this.draft;
    this.takeFiles();
    letter.addEventListener("submit", (event) =>
      this.take(event, (say) => this.send("message", letter, say)),
    );
    this.onPress("danger", () => this.showStep("danger", letter));
    this.onPress("withdraw", () => this.showStep("withdraw", letter));
  }

  // The field of files stays the same when the page shows something else in between.
  takeFiles() {
    const fresh = this.root.querySelector("#files-block");
    if (this.block && fresh) fresh.replaceWith(this.block);
    if (this.block || !fresh || this.isPlain) return;
    this.block = fresh;
    this.attached = attachedTo(fresh, this.visit, () => {
      this.block.hidden = true;
    });
  }

  showStep(kind, letter, marked = "") {
    this.draft = letter.elements.words.value;
    this.show(kind === "danger" ? dangerView(marked) : cloneTemplate(`view-${kind}`));
    const form = this.act(`confirm-${kind}`);
    form.elements.words.value = this.draft;
    form.addEventListener("submit", (event) => this.take(event, () => this.send(kind, form)));
    this.act("back").addEventListener("submit", (event) => {
      event.preventDefault();
      this.draft = form.elements.words.value;
      this.showMailbox("");
    });
  }

  act(name) {
    return this.root.querySelector(`[data-act="${name}"]`);
  }

  onPress(name, step) {
    this.act(name).addEventListener("click", (event) => {
      if (this.isPlain) return;
      event.preventDefault();
      if (!this.isBusy || this.giveUp()) step();
    });
  }

  // The files go on by themselves; the letter is pressed for again.
  giveUp() {
    if (!this.waiting || !this.waiting.giveUp()) return false;
    if (this.attached.files) this.attached.files.hold(false);
    return true;
  }

  async send(kind, form, say) {
    const field = form.elements.words;
    const typed = kind === "withdraw" ? "" : field.value.trim();
    const hasFiles = kind === "message" && Boolean(this.attached) && this.attached.hasFiles;
    const wrong = wordsFault(typed, this.words, { mayBeEmpty: kind !== "message" || hasFiles });
    if (wrong) {
      this.fault(wrong, field);
    } else if (hasFiles) {
      await this.sendFiles(typed, say);
    } else {
      const isWhole = await this.visit.send(kind, bodyOf(kind, typed, this.words));
      if (!isWhole && typed) {
        this.showStep(kind, form, this.words.marked);
        return;
      }
      await this.sent(kind, kind === "withdraw" ? field.value : "", "");
    }
  }

  // A letter that names files is JSON: what was written stands beside them.
  async sendFiles(typed, say) {
    await this.attached.ready();
    const wait = new Wait();
    this.waiting = wait;
    const post = (files) => wait.post(() => this.postLetter(typed, files, say));
    const told = await wait.run(() => this.attached.sendWith(say, post));
    this.attached.wipe();
    this.attached = this.block = null;
    await this.sent("message", "", told.map(({ name, text }) => `${name} ${text}`).join(" "));
  }

  async postLetter(typed, { entries, tickets }, say) {
    say(this.words.wait);
    await this.visit.send("message", entries.length ? textOf({ what: typed }, entries) : typed, tickets);
    return this.attached.outcome(entries);
  }

  async sent(kind, draft, told) {
    this.draft = draft;
    await this.lookAgain();
    this.showMailbox(`${this.words[STORED[kind]]}${told ? ` ${told}` : ""}`);
  }

  // It is stored: should the new look fail, the old one is shown, with the words that it arrived.
  async lookAgain() {
    try {
      this.entries = (await this.visit.look()) || this.entries;
    } catch (error) {
      if (!(error instanceof Offline || error instanceof Refused)) throw error;
    }
  }

  wipe() {
    this.visit = null;
    this.entries = [];
    this.draft = "";
    this.root.querySelectorAll("input, textarea").forEach((field) => {
      field.value = "";
    });
    this.root.textContent = "";
  }
}

const STORED = { message: "storedMessage", danger: "storedDanger", withdraw: "storedWithdraw" };
