// The mailbox with scripts. What does not come is asked for again at each touch and each press. Nothing
// goes the plain way but by a press of its own, offered where this browser cannot open or seal.

import { bodyOf as textOf } from "../shared/body.js";
import { clearCut, tellCut } from "../shared/form/cut.js";
import { hold } from "../shared/form/hold.js";
import { inTime } from "../shared/form/patience.js";
import { element } from "../shared/page/element.js";
import { clearFaults, showFault, showFaults } from "../shared/page/faults.js";
import { askBeforeLeaving } from "../shared/page/leaving.js";
import { Loading, loadScript } from "../shared/page/load.js";
import { bodyOf, receiptFault, wordsFault } from "../shared/page/words.js";
import { dialled } from "./dialled.js";
import { showGroups } from "./groups.js";
import { Keeping } from "./keeping.js";
import { attachedTo, GivenUp, Wait } from "./letter_files.js";
import { isCut, isLost, Offline, Refused } from "./server.js";
import { Visit } from "./session.js";
import { cloneTemplate, dangerView, mailboxView } from "./view.js";

const ALARMS = { FalseKey: "falseKey", Strayed: "strayed" };

const REFUSALS = {
  purged: "purged",
  unknown: "unknown",
  unit_closed: "unitClosed",
  talk_full: "full",
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
    this.base = this.form.getAttribute("action");
    this.loading = new Loading(() => this.loadKeys());
    this.tools = null;
    this.visit = null;
    this.entries = [];
    this.draft = "";
    this.attached = null;
    this.block = null;
    // For the files of the letter that is being sent.
    this.waiting = null;
    // Forms whose step this browser cannot do.
    this.unable = [];
    this.isBarred = false;
    this.seen = "";
    this.isBusy = false;
    this.isLeaving = false;
    this.hasFailed = false;
    this.keeping = new Keeping(root, this.base);
  }

  start() {
    const field = this.form.elements.receipt;
    this.way.textContent = this.words.openedHere;
    this.form.addEventListener("submit", (event) => this.take(event, () => this.open(field)));
    const touch = ({ type }) => this.prepare(field, type !== "input");
    ["focus", "input", "change"].forEach((name) => field.addEventListener(name, touch));
    window.addEventListener("online", touch);
    this.root.addEventListener("submit", (event) => {
      this.isLeaving = !event.defaultPrevented;
    });
    askBeforeLeaving(() => this.mustAsk());
    window.addEventListener("pagehide", () => this.wipe());
    window.addEventListener("pageshow", (event) => event.persisted && window.location.reload());
    if (field.value) this.prepare(field);
  }

  async loadKeys() {
    await loadScript(this.words.keys, () => Boolean(window.dengshaoMailbox));
    this.tools = window.dengshaoMailbox;
  }

  // Loads the keys' script while the reporter types, and shows what was typed in groups. A line that
  // fails is told to nobody: the press tells.
  async prepare(field, isTouch = true) {
    if (!this.form.isConnected) return;
    this.showGroups(field);
    this.keeping.prepare();
    if (this.tools || this.loading.now || this.unable.includes(this.form)) return;
    // Not at each key again.
    if (this.hasFailed && !isTouch) return;
    try {
      await this.loading.get();
    } catch (error) {
      this.hasFailed = true;
      if (!isLost(error)) this.offerPlain(this.form);
      return;
    }
    if (this.form.isConnected) this.showGroups(field);
  }

  showGroups(field) {
    const check = this.tools && this.tools.check;
    showGroups(this.root.querySelector('[data-slot="groups"]'), field.value, this.words, check);
  }

  // Runs one step at a time, in place of the plain form's own way.
  async take(event, step) {
    const form = event.target;
    // A press of its own said yes.
    if (form.hasAttribute("data-yes")) return;
    event.preventDefault();
    if (this.isBusy) return;
    clearFaults(this.root);
    clearCut(this.root);
    if (this.unable.includes(form)) {
      form.querySelector(".plain-offer").focus();
      return;
    }
    this.isBusy = true;
    const wait = element("p", "meta", this.words.wait);
    wait.setAttribute("role", "status");
    form.append(wait);
    hold(form, true);
    try {
      if (await isCut()) throw new Offline();
      await step((sentence) => {
        wait.textContent = sentence;
      });
    } catch (error) {
      if (!(error instanceof GivenUp)) await this.explain(error, form);
    }
    wait.remove();
    hold(form, false);
    this.isBusy = false;
  }

  async explain(error, form) {
    if (error.faults) showFaults(this.root, this.words.summary, error.faults);
    else if (isLost(error)) this.cut(form);
    else if (error instanceof Refused) this.fault(this.words[REFUSALS[error.reason] || "busy"]);
    else if (error.name === "Unmarked") this.showAlarm("unmarked");
    else if (error.name in ALARMS || this.isBarred) this.bar(error);
    else if (await this.isAble()) this.fault(this.words.failed);
    else this.offerPlain(form);
  }

  // No answer that we can read. What is known to be unsent says so.
  cut(form) {
    const { cut, cutUnsure, cutLook } = this.words;
    const isUnsure = this.visit && this.visit.mayBeStored;
    tellCut(form, form === this.form ? cutLook : isUnsure ? cutUnsure : cut);
  }

  // Something went wrong here. Only what cannot seal a single byte is a browser that cannot.
  async isAble() {
    try {
      return Boolean(this.tools) && (await this.tools.trySealing());
    } catch {
      return false;
    }
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
    const faults = lines.map((text) => ({ text: dialled(text), field: null }));
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

  // Offers what leads the plain way, in the form that it would send. No file goes that way.
  offerPlain(form) {
    if (this.unable.includes(form)) return;
    this.unable.push(form);
    const isLetter = form !== this.form;
    if (this.block) this.block.hidden = true;
    if (isLetter) form.querySelector("[type=submit]").before(cloneTemplate("plain-letter"));
    else this.way.textContent = this.words.unable;
    const offer = form.querySelector(".plain-offer");
    offer.hidden = false;
    if (!isLetter) return;
    offer.querySelector("[data-plain]").addEventListener("click", () => this.sendPlain(form));
    offer.focus();
  }

  // The other form's press is hold.js's.
  async sendPlain(form) {
    if (await isCut()) {
      this.cut(form);
      return;
    }
    this.carryReceipt();
    form.setAttribute("data-yes", "");
    form.querySelector("[type=submit]").click();
    form.removeAttribute("data-yes");
  }

  carryReceipt() {
    this.root.querySelectorAll("input[name=receipt]").forEach((field) => {
      field.value = this.visit.typed;
    });
  }

  fault(text, field) {
    showFault(this.root, this.words.summary, field ? text : dialled(text), field || null);
  }

  async open(field) {
    if (!this.tools) await inTime(this.loading.get());
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
    // Written under this receipt before the page was loaded anew.
    this.draft = await this.keeping.begin(visit);
    this.visit = visit;
    this.entries = entries;
    this.showMailbox(this.draft ? this.words.back : "");
  }

  show(view) {
    this.root.textContent = "";
    this.root.append(view);
    this.root.querySelector("h1").focus();
    window.scrollTo(0, 0);
  }

  showMailbox(stored, act = "") {
    this.show(mailboxView(this.visit.answer, this.entries, this.words.lang, { stored, act }));
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
    if (this.block || !fresh) return;
    this.block = fresh;
    this.attached = attachedTo(fresh, this.visit, this.words);
  }

  showStep(kind, letter, marked = "") {
    this.draft = letter.elements.words.value;
    this.show(
      kind === "danger"
        ? dangerView(marked, this.visit.answer.apart)
        : cloneTemplate(`view-${kind}`),
    );
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
    await this.visit.send(
      "message",
      entries.length ? textOf({ what: typed }, entries) : typed,
      tickets,
    );
    return this.attached.outcome(entries);
  }

  async sent(kind, draft, told) {
    this.draft = draft;
    this.keeping.save(draft);
    await this.lookAgain();
    this.showMailbox(
      `${this.words[STORED[kind]]}${told ? ` ${told}` : ""}`,
      kind === "message" ? "" : kind,
    );
  }

  // It is stored: should the new look fail, the old one is shown, with the words that it arrived.
  async lookAgain() {
    try {
      this.entries = (await this.visit.look()) || this.entries;
    } catch (error) {
      if (!(isLost(error) || error instanceof Refused)) throw error;
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
