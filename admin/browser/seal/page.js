// Sends the form sealed, and says on the page what became of it.

import { clearFaults, element, showFault, showFaults } from "../page/faults.js";
import { hold } from "../page/hold.js";
import { Offline } from "../page/post.js";
import { faultsOf, readForm } from "./answers.js";
import { Attached } from "./attached.js";
import { inTime } from "./patience.js";
import { Result } from "./result.js";
import { Session } from "./session.js";
import { Workshop } from "./workshop.js";

const WORKER = "/app/seal-worker.js";

export class Page {
  // `onPlain` makes the next press go the plain way.
  constructor(form, onPlain) {
    this.form = form;
    this.onPlain = onPlain;
    this.main = document.getElementById("main");
    this.way = document.getElementById("way");
    this.alarm = document.getElementById("alarm");
    const seal = document.getElementById("seal");
    this.words = seal.dataset;
    this.checks = Array.from(seal.querySelectorAll("[data-field]"));
    this.workshop = new Workshop(WORKER);
    const isPractice = "practice" in form.dataset;
    this.session = new Session((job, content) => this.workshop.run(job, content), { isPractice });
    const isYoung = Boolean(form.elements.page && form.elements.page.value);
    const options = { form, place: "tip", isPractice, isYoung };
    const block = document.getElementById("files-block");
    this.attached = new Attached(block, options, () => this.lack());
    this.attached.start();
    this.isBusy = false;
    // Once a false key or way was seen, nothing goes the plain way: the same hand would seal there.
    this.isBarred = false;
    this.seen = "";
  }

  // Loads the worker while the reporter types.
  async prepare() {
    try {
      await this.workshop.open();
    } catch (error) {
      this.lack();
      return;
    }
    await this.session.prepare();
  }

  // A script that seals cannot be had. Once a press waits for it, that press tells.
  lack() {
    if (!this.isBusy && !this.isBarred && this.session.isUnsent) this.goPlain();
  }

  // Sends what stands in the form.
  async take() {
    if (this.isBusy) return;
    this.clear();
    const typed = readForm(this.form);
    const faults = faultsOf(this.form, typed, this.checks).concat(this.attached.faults());
    if (faults.length) this.showFaults(faults);
    else await this.send(typed);
  }

  clear() {
    clearFaults(this.main);
    const notice = document.getElementById("no-unit");
    if (notice) notice.remove();
    this.alarm.hidden = true;
    this.alarm.textContent = "";
  }

  async send(typed) {
    this.isBusy = true;
    hold(this.form, true);
    const wait = element("p", this.words.wait, "meta");
    wait.setAttribute("role", "status");
    this.way.after(wait);
    try {
      // What was sealed before can be sent again without the worker.
      if (!this.session.attempt) await inTime(this.workshop.open());
      await this.sendWhole(typed, wait);
    } catch (error) {
      this.explain(error);
    }
    wait.remove();
    hold(this.form, false);
    this.isBusy = false;
  }

  // First the files, then the words that name them.
  async sendWhole(typed, wait) {
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

  explain(error) {
    const tell = error.faults ? () => this.showFaults(error.faults) : TOLD[error.name];
    if (error.name in ALARMS) {
      this.isBarred = true;
      this.seen = ALARMS[error.name];
    }
    const mayGoPlain = !error.isOfFiles && this.session.mayGoPlain(error);
    if (tell) tell(this);
    else if (this.isBarred && mayGoPlain) this.raiseAlarm();
    else if (mayGoPlain) this.fallBack();
    else if (error instanceof Offline && !(error.status >= 500)) this.fault(this.words.offline);
    else if (error.status) this.fault(this.words.busy);
    else this.fault(this.words.unsure);
  }

  // From here on the next press goes the plain way, with all that was typed.
  fallBack() {
    this.workshop.close();
    this.fault(this.words.fallback + this.goPlain());
  }

  // Returns what has to be said of the files; mostly nothing.
  goPlain() {
    const sentence = this.attached.release();
    this.onPlain();
    return sentence;
  }

  fault(text, field) {
    showFault(this.main, this.words.summary, text, field || null);
  }

  showFaults(faults) {
    faults.forEach(({ field }) => openAround(field));
    showFaults(this.main, this.words.summary, faults);
  }

  faultContact(text) {
    this.showFaults([{ field: this.form.elements.contact, text }]);
  }

  raiseAlarm() {
    this.alarm.append(document.getElementById(this.seen).content.cloneNode(true));
    this.alarm.hidden = false;
    show(this.alarm);
  }

  showNoUnit() {
    this.alarm.after(document.getElementById("nobody").content.cloneNode(true));
    this.alarm.nextElementSibling.id = "no-unit";
    show(this.alarm.nextElementSibling);
  }

  showResult(result) {
    // Told before the words go: whoever guards them has nothing to guard any more.
    this.form.dispatchEvent(new Event("dengshao:stored", { bubbles: true }));
    this.forget();
    this.attached.wipe();
    new Result(this.main, this.words, () => this.session.wipe()).show(result);
  }

  forget() {
    Array.from(this.form.elements).forEach((field) => {
      if (field.matches("textarea, [type=text]")) field.value = field.defaultValue = "";
    });
    this.workshop.close();
  }
}

// What the page tells of each by a template of its own.
const ALARMS = { FalseKey: "false-key", FalseRoutes: "false-routes", Strayed: "strayed" };

const TOLD = {
  NoUnit: (page) => page.showNoUnit(),
  FalseKey: (page) => page.raiseAlarm(),
  FalseRoutes: (page) => page.raiseAlarm(),
  Strayed: (page) => page.raiseAlarm(),
  NoContact: (page) => page.faultContact(page.words.noContact),
  ContactExcluded: (page) => page.faultContact(page.words.contactExcluded),
  ContactChanged: (page) => page.faultContact(page.words.contactChanged),
  Later: (page) => page.fault(page.words.later),
};

function show(notice) {
  notice.focus();
  notice.scrollIntoView();
}

// A field at fault may lie in a part that is folded up.
function openAround(field) {
  const folded = field && field.closest("details");
  if (folded) folded.open = true;
}
