// Sends the form sealed, and says on the page what became of it.

import { faultsOf, readForm } from "../../shared/form/answers.js";
import { Attached } from "../../shared/form/attached.js";
import { tellCut } from "../../shared/form/cut.js";
import { hold } from "../../shared/form/hold.js";
import { inTime } from "../../shared/form/patience.js";
import { byId, element } from "../../shared/page/element.js";
import { clearFaults, showFaults } from "../../shared/page/faults.js";
import { openAround } from "../../shared/page/folds.js";
import { isCut, isLost, Offline, Refused } from "../../shared/page/post.js";
import { Session } from "./session.js";
import { Workshop } from "./workshop.js";

const WORKER = "/app/seal-worker.js";
const JOBS = "DengshaoSealJobs";

export class Page {
  // `entry` offers the plain way, and knows what keeps drafts.
  /**
   * @param {TipForm} form
   * @param {import("./entry.js").Entry} entry
   */
  constructor(form, entry) {
    this.form = form;
    this.entry = entry;
    this.main = byId("main");
    this.way = byId("way");
    this.alarm = byId("alarm");
    const seal = byId("seal");
    this.words = /** @type {Words} */ (seal.dataset);
    /** @type {NodeListOf<HTMLElement>} */
    this.checks = seal.querySelectorAll("[data-field]");
    /** @type {Workshop<SealJobs>} */
    this.workshop = new Workshop(WORKER, JOBS, { mayMove: true });
    const isPractice = "practice" in form.dataset;
    /** @type {Workshop<SealJobs>["run"]} */
    const run = (job, content) => this.workshop.run(job, content);
    /** @type {(receipt: Receipt) => Promise<void>} */
    const onPost = (receipt) => this.keepReceipt(receipt);
    this.session = new Session(run, { isPractice, onPost });
    form.addEventListener("dengshao:cleared", () => this.session.wipe());
    const isYoung = Boolean(form.elements.page && form.elements.page.value);
    const options = { form, place: "tip", isPractice, isYoung };
    const block = byId("files-block");
    this.attached = new Attached(block, options, this.words);
    this.attached.start();
    this.isBusy = false;
    // Once a false key or way was seen, nothing goes the plain way: the same hand would seal there.
    this.isBarred = false;
    this.seen = "";
  }

  // Loads the worker while the reporter types. What fails for want of a line is tried again.
  async prepare() {
    if (this.isBusy || this.isPreparing) return;
    this.isPreparing = true;
    try {
      await this.workshop.open();
      await this.session.prepare();
    } catch (error) {
      if (!isLost(error)) this.lack();
    }
    this.isPreparing = false;
  }

  // Nothing here runs the script that seals. Once a press waits for it, that press tells.
  lack() {
    if (!this.isBusy && !this.isBarred && this.session.isUnsent) this.offerPlain();
  }

  // Kept before anything is posted under it: whoever loads the page anew sends the same tip again, and
  // no second one.
  /** @type {(receipt: Receipt) => Promise<void>} */
  async keepReceipt(receipt) {
    const { keeping } = this.entry;
    if (!keeping) return;
    keeping.receipt = receipt;
    await keeping.save();
  }

  // Sends what stands in the form.
  async take() {
    if (this.isBusy) return;
    this.clear();
    const typed = readForm(this.form);
    /** @type {Fault[]} */
    const found = faultsOf(this.form, typed, this.checks);
    const faults = found.concat(this.attached.faults());
    // Where it did not come, no words are there that it looks for.
    const kinds = window.DengshaoKinds;
    if (!faults.length && kinds && kinds.passedBy(this.form))
      faults.push({ text: this.words.official, to: "official-0" });
    if (faults.length) {
      this.showFaults(faults);
      return;
    }
    // An earlier page of this tab may have sent under the receipt that it kept.
    const { keeping } = this.entry;
    if (keeping && keeping.receipt && this.session.isUnsent) this.session.resume(keeping.receipt);
    await this.send(typed);
  }

  clear() {
    clearFaults(this.main);
    const notice = byId("no-unit");
    if (notice) notice.remove();
    this.alarm.hidden = true;
    this.alarm.textContent = "";
  }

  /** @type {(typed: TypedForm) => Promise<void>} */
  async send(typed) {
    this.isBusy = true;
    hold(this.form, true);
    const wait = element("p", "meta", this.words.wait);
    wait.setAttribute("role", "status");
    this.way.after(wait);
    try {
      if (await isCut()) throw new Offline();
      await inTime(this.entry.resulting.get());
      // What was sealed before can be sent again without the worker.
      if (!this.session.attempt) await inTime(this.workshop.open());
      await this.sendWhole(typed, wait);
    } catch (error) {
      await this.explain(error);
    }
    wait.remove();
    hold(this.form, false);
    this.isBusy = false;
  }

  // First the files, then the words that name them.
  /** @type {(typed: TypedForm, wait: HTMLElement) => Promise<void>} */
  async sendWhole(typed, wait) {
    /** @type {(sentence: string) => void} */
    const say = (sentence) => {
      wait.textContent = sentence;
    };
    const result = await this.attached.sendWith(say, async (files) => {
      say(this.words.wait);
      const stored = await this.session.send(Object.assign({ files }, typed));
      return Object.assign({ files: this.attached.outcome(files.entries) }, stored);
    });
    this.showResult(result);
  }

  /** @type {(error: any) => Promise<void>} */
  async explain(error) {
    // Unlike the other alarms it says nothing of later answers: it is over once there is room.
    if (error instanceof Refused && error.reason === "no_room") {
      window.DengshaoNotices.raiseAlarm(this.alarm, "no-room");
      return;
    }
    const tell = error.faults ? () => this.showFaults(error.faults) : TOLD[error.name];
    if (error.name in ALARMS) {
      this.isBarred = true;
      this.seen = ALARMS[error.name];
      this.raiseAlarm();
    } else if (tell) tell(this);
    // An answer that is not ours, after a false key: the alarm says more than that the line is bad.
    else if (
      this.isBarred &&
      this.session.isUnsent &&
      isLost(error) &&
      error.status < 500 &&
      error.status
    ) {
      this.raiseAlarm();
    } else if (isLost(error) && !(error.status >= 500)) this.cut();
    else if (error instanceof Refused && error.status < 500) this.fault(this.words.refused);
    else if (error.status) this.fault(this.words.busy);
    else await this.explainOwn(error);
  }

  // No answer that we can read. What is known to be unsent says so.
  cut() {
    tellCut(this.form, this.session.isUnsent ? this.words.cut : this.words.cutUnsure);
  }

  // Something went wrong here. Only what cannot seal a single byte is a browser that cannot.
  /** @type {(error: any) => Promise<void>} */
  async explainOwn(error) {
    const mayBeUnable = this.session.isUnsent && !error.isOfFiles;
    if (!mayBeUnable) this.fault(this.session.isUnsent ? this.words.failed : this.words.unsure);
    else if (this.isBarred) this.raiseAlarm();
    else if (await this.canSeal()) this.fault(this.words.failed);
    else this.offerPlain();
  }

  async canSeal() {
    try {
      return await inTime(this.workshop.run("trySealing"));
    } catch (error) {
      // Without a line nobody knows.
      return isLost(error);
    }
  }

  // The plain field gets the files back, for a press of its own that the reporter may make.
  offerPlain() {
    this.workshop.close();
    this.entry.offer(this.attached.release());
  }

  /** @type {(text: string) => void} */
  fault(text) {
    this.showFaults([{ text }]);
  }

  /** @type {(faults: Fault[]) => void} */
  showFaults(faults) {
    faults.forEach(({ field }) => openAround(field));
    showFaults(this.main, this.words.summary, faults);
  }

  /** @type {(text: string) => void} */
  faultContact(text) {
    this.showFaults([{ field: this.form.elements.contact, text }]);
  }

  raiseAlarm() {
    window.DengshaoNotices.raiseAlarm(this.alarm, this.seen);
  }

  /** @type {(result: SentTip & { files: { name: string, text: string }[] }) => void} */
  showResult(result) {
    // Told before the words go: whoever guards them has nothing to guard any more.
    this.form.dispatchEvent(new Event("dengshao:stored", { bubbles: true }));
    window.DengshaoNotices.emptyFields(this.form);
    this.workshop.close();
    this.attached.wipe();
    const shown = Object.assign({ count: result.receipts.length }, result);
    this.entry.showReceipt(shown, () => this.session.wipe());
  }
}

// What the page tells of each by a template of its own.
/** @type {Words} */
const ALARMS = { FalseKey: "false-key", FalseRoutes: "false-routes", Strayed: "strayed" };

/** @type {Record<string, (page: Page) => void>} */
const TOLD = {
  NoUnit: (page) => window.DengshaoNotices.tellNobody(page.alarm),
  NoContact: (page) => page.faultContact(page.words.noContact),
  ContactExcluded: (page) => page.faultContact(page.words.contactExcluded),
  ContactChanged: (page) => page.faultContact(page.words.contactChanged),
  Later: (page) => page.fault(page.words.later),
};
