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

/** @type {Words} */
const ALARMS = { FalseKey: "falseKey", Strayed: "strayed" };

/** @type {Words} */
const REFUSALS = {
  purged: "purged",
  unknown: "unknown",
  unit_closed: "unitClosed",
  talk_full: "full",
  full_today: "fullToday",
  share_used: "shareUsed",
  no_room: "noRoom",
  marked: "marked",
};

export class Page {
  /** @param {HTMLElement} root */
  constructor(root) {
    this.root = root;
    this.words = /** @type {Words} */ (root.dataset);
    this.form = /** @type {OpenForm} */ (root.querySelector("#open"));
    this.way = /** @type {HTMLElement} */ (root.querySelector("#way"));
    this.base = String(this.form.getAttribute("action")).split("?")[0];
    this.loading = new Loading(() => this.loadKeys());
    /** @type {MailboxTools | null} */
    this.tools = null;
    /** @type {Visit | null} */
    this.visit = null;
    /** @type {TalkEntry[]} */
    this.entries = [];
    this.draft = "";
    /** @type {ReturnType<typeof attachedTo> | null} */
    this.attached = null;
    /** @type {HTMLElement | null} */
    this.block = null;
    // For the files of the letter that is being sent.
    /** @type {Wait | null} */
    this.waiting = null;
    // Forms whose step this browser cannot do.
    /** @type {HTMLFormElement[]} */
    this.unable = [];
    this.isBarred = false;
    this.seen = "";
    this.isBusy = false;
    this.isLeaving = false;
    this.hasFailed = false;
    this.keeping = new Keeping(root, this.base);
  }

  // The visit and its files, where the mailbox stands open.
  get opened() {
    return /** @type {Visit} */ (this.visit);
  }

  get files() {
    return /** @type {ReturnType<typeof attachedTo>} */ (this.attached);
  }

  start() {
    const field = this.form.elements.receipt;
    this.way.textContent = this.words.openedHere;
    this.form.addEventListener("submit", (event) => this.take(event, () => this.open(field)));
    /** @type {(event: Event) => void} */
    const touch = ({ type }) => this.prepare(field, type !== "input");
    ["focus", "input", "change"].forEach((name) => field.addEventListener(name, touch));
    window.addEventListener("online", touch);
    this.root.addEventListener("submit", (event) => {
      this.isLeaving = !event.defaultPrevented;
    });
    askBeforeLeaving(() => this.mustAsk());
    window.addEventListener("pagehide", () => this.wipe());
    window.addEventListener("pageshow", (event) => {
      if (event.persisted) window.location.reload();
    });
    if (field.value) this.prepare(field);
  }

  async loadKeys() {
    await loadScript(this.words.keys, () => Boolean(window.dengshaoMailbox));
    this.tools = window.dengshaoMailbox;
  }

  // Loads the keys' script while the reporter types, and shows what was typed in groups. A line that
  // fails is told to nobody: the press tells.
  /** @type {(field: HTMLInputElement, isTouch?: boolean) => Promise<void>} */
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

  /** @type {(field: HTMLInputElement) => void} */
  showGroups(field) {
    const check = this.tools && this.tools.check;
    showGroups(
      /** @type {HTMLElement} */ (this.root.querySelector('[data-slot="groups"]')),
      field.value,
      this.words,
      check,
    );
  }

  // Runs one step at a time, in place of the plain form's own way.
  /** @type {(event: Event, step: (say: Say) => Promise<void>) => Promise<void>} */
  async take(event, step) {
    const form = /** @type {HTMLFormElement} */ (event.target);
    // A press of its own said yes.
    if (form.hasAttribute("data-yes")) return;
    event.preventDefault();
    if (this.isBusy) return;
    clearFaults(this.root);
    clearCut(this.root);
    if (this.unable.includes(form)) {
      /** @type {HTMLElement} */ (form.querySelector(".plain-offer")).focus();
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

  /** @type {(error: any, form: HTMLFormElement) => Promise<void>} */
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
  /** @type {(form: HTMLFormElement) => void} */
  cut(form) {
    const { cut, cutUnsure, cutLook } = this.words;
    const isUnsure = this.visit && this.visit.mayBeStored;
    tellCut(form, form === this.form ? cutLook : isUnsure ? cutUnsure : cut);
  }

  // Something went wrong here. Only what cannot seal a single byte is a browser that cannot.
  async isAble() {
    try {
      return Boolean(this.tools && (await this.tools.trySealing()));
    } catch {
      return false;
    }
  }

  // A key that nobody confirmed, or another unit than the tip was sealed for: the plain way would hand
  // the words to who made it so.
  /** @type {(error: Error) => void} */
  bar(error) {
    this.isBarred = true;
    this.seen = ALARMS[error.name] || this.seen;
    this.showAlarm(this.seen);
  }

  /** @type {(name: string) => void} */
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
  /** @type {(form: HTMLFormElement) => void} */
  offerPlain(form) {
    if (this.unable.includes(form)) return;
    this.unable.push(form);
    const isLetter = form !== this.form;
    if (this.block) this.block.hidden = true;
    if (isLetter) buttonOf(form).before(cloneTemplate("plain-letter"));
    else this.way.textContent = this.words.unable;
    const offer = /** @type {HTMLElement} */ (form.querySelector(".plain-offer"));
    offer.hidden = false;
    if (!isLetter) return;
    const plain = /** @type {HTMLElement} */ (offer.querySelector("[data-plain]"));
    plain.addEventListener("click", () => this.sendPlain(form));
    offer.focus();
  }

  // The other form's press is hold.js's.
  /** @type {(form: HTMLFormElement) => Promise<void>} */
  async sendPlain(form) {
    if (await isCut()) {
      this.cut(form);
      return;
    }
    this.carryReceipt();
    form.setAttribute("data-yes", "");
    buttonOf(form).click();
    form.removeAttribute("data-yes");
  }

  carryReceipt() {
    const { typed } = this.opened;
    /** @type {NodeListOf<HTMLInputElement>} */
    const fields = this.root.querySelectorAll("input[name=receipt]");
    fields.forEach((field) => {
      field.value = typed;
    });
  }

  /** @type {(text: string, field?: HTMLElement) => void} */
  fault(text, field) {
    showFault(this.root, this.words.summary, field ? text : dialled(text), field || null);
  }

  /** @type {(field: HTMLInputElement) => Promise<void>} */
  async open(field) {
    if (!this.tools) await inTime(this.loading.get());
    const tools = /** @type {MailboxTools} */ (this.tools);
    let digits;
    try {
      digits = tools.check(field.value);
    } catch (error) {
      this.fault(receiptFault(/** @type {object} */ (error), this.words), field);
      return;
    }
    const visit = new Visit(tools, this.base, field.value, digits, this.words.site);
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

  /** @type {(view: DocumentFragment) => void} */
  show(view) {
    this.root.textContent = "";
    this.root.append(view);
    /** @type {HTMLElement} */ (this.root.querySelector("h1")).focus();
    window.scrollTo(0, 0);
  }

  /** @type {(stored: string, act?: string) => void} */
  showMailbox(stored, act = "") {
    this.show(mailboxView(this.opened.answer, this.entries, this.words.lang, { stored, act }));
    const letter = /** @type {LetterForm} */ (this.act("message"));
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
    const fresh = /** @type {HTMLElement} */ (this.root.querySelector("#files-block"));
    if (this.block && fresh) fresh.replaceWith(this.block);
    if (this.block || !fresh) return;
    this.block = fresh;
    this.attached = attachedTo(fresh, this.opened, this.words);
  }

  /** @type {(kind: MessageKind, letter: LetterForm, marked?: string) => void} */
  showStep(kind, letter, marked = "") {
    this.draft = letter.elements.words.value;
    this.show(
      kind === "danger"
        ? dangerView(marked, this.opened.answer.apart)
        : cloneTemplate(`view-${kind}`),
    );
    const form = /** @type {LetterForm} */ (this.act(`confirm-${kind}`));
    form.elements.words.value = this.draft;
    form.addEventListener("submit", (event) => this.take(event, () => this.send(kind, form)));
    this.act("back").addEventListener("submit", (event) => {
      event.preventDefault();
      this.draft = form.elements.words.value;
      this.showMailbox("");
    });
  }

  /** @type {(name: string) => HTMLElement} */
  act(name) {
    return /** @type {HTMLElement} */ (this.root.querySelector(`[data-act="${name}"]`));
  }

  /** @type {(name: string, step: () => void) => void} */
  onPress(name, step) {
    this.act(name).addEventListener("click", (event) => {
      event.preventDefault();
      if (!this.isBusy || this.giveUp()) step();
    });
  }

  // The files go on by themselves; the letter is pressed for again.
  giveUp() {
    if (!this.waiting || !this.waiting.giveUp()) return false;
    const { files } = this.files;
    if (files) files.hold(false);
    return true;
  }

  /** @type {(kind: MessageKind, form: LetterForm, say?: Say) => Promise<void>} */
  async send(kind, form, say) {
    const field = form.elements.words;
    const typed = kind === "withdraw" ? "" : field.value.trim();
    const hasFiles = kind === "message" && Boolean(this.attached && this.attached.hasFiles);
    const wrong = wordsFault(typed, this.words, { mayBeEmpty: kind !== "message" || hasFiles });
    if (wrong) {
      this.fault(wrong, field);
    } else if (hasFiles) {
      await this.sendFiles(typed, /** @type {Say} */ (say));
    } else {
      const isWhole = await this.opened.send(kind, bodyOf(kind, typed, this.words));
      if (!isWhole && typed) {
        this.showStep(kind, form, this.words.marked);
        return;
      }
      await this.sent(kind, kind === "withdraw" ? field.value : "", "");
    }
  }

  // A letter that names files is JSON: what was written stands beside them.
  /** @type {(typed: string, say: Say) => Promise<void>} */
  async sendFiles(typed, say) {
    const attached = this.files;
    await attached.ready();
    const wait = new Wait();
    this.waiting = wait;
    /** @type {(files: SentFiles) => Promise<ReturnType<FilesField["outcome"]>>} */
    const post = (files) => wait.post(() => this.postLetter(typed, files, say));
    const told = await wait.run(() => attached.sendWith(say, post));
    attached.wipe();
    this.attached = this.block = null;
    await this.sent("message", "", told.map(({ name, text }) => `${name} ${text}`).join(" "));
  }

  /**
   * @param {string} typed
   * @param {SentFiles} files
   * @param {Say} say
   */
  async postLetter(typed, { entries, tickets }, say) {
    say(this.words.wait);
    await this.opened.send(
      "message",
      entries.length ? textOf({ what: typed }, entries) : typed,
      tickets,
    );
    return this.files.outcome(entries);
  }

  /** @type {(kind: MessageKind, draft: string, told: string) => Promise<void>} */
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
      this.entries = (await this.opened.look()) || this.entries;
    } catch (error) {
      if (!(isLost(error) || error instanceof Refused)) throw error;
    }
  }

  wipe() {
    this.visit = null;
    this.entries = [];
    this.draft = "";
    /** @type {NodeListOf<HTMLInputElement>} */
    const fields = this.root.querySelectorAll("input, textarea");
    fields.forEach((field) => {
      field.value = "";
    });
    this.root.textContent = "";
  }
}

/** @type {Words} */
const STORED = { message: "storedMessage", danger: "storedDanger", withdraw: "storedWithdraw" };

/** @type {(form: HTMLFormElement) => HTMLElement} */
const buttonOf = (form) => /** @type {HTMLElement} */ (form.querySelector("[type=submit]"));
