// The form with scripts. It enhances the plain form: whatever fails here, the form still works, but
// nothing is sent the plain way before the reporter was told and pressed again.

import { clearFaults, element, showFault, showFaults } from "../page/faults.js";
import { Offline } from "../page/post.js";
import { faultsOf, readForm } from "./answers.js";
import { Result } from "./result.js";
import { Session } from "./session.js";
import { Workshop } from "./workshop.js";

const WORKER = "/app/seal-worker.js";
const PATIENCE = 20000;

export class Page {
  constructor(form) {
    this.form = form;
    this.main = document.getElementById("main");
    this.way = document.getElementById("way");
    this.alarm = document.getElementById("alarm");
    const seal = document.getElementById("seal");
    this.words = seal.dataset;
    this.checks = Array.from(seal.querySelectorAll("[data-field]"));
    this.workshop = new Workshop(WORKER);
    this.session = new Session((job, content) => this.workshop.run(job, content), {
      isPractice: "practice" in form.dataset,
    });
    this.isPlain = false;
    this.isBusy = false;
  }

  start() {
    this.way.textContent = this.words.sealedHere;
    this.form.addEventListener("focusin", () => this.prepare(), { once: true });
    this.form.addEventListener("input", () => this.prepare(), { once: true });
    this.form.addEventListener("submit", (event) => this.take(event));
  }

  // Loads the worker while the reporter types.
  async prepare() {
    if (this.isPlain) return;
    try {
      await this.workshop.open();
    } catch (error) {
      // Once a press waits for it, that press tells.
      if (!this.isBusy) this.goPlain();
      return;
    }
    await this.session.prepare();
  }

  goPlain() {
    this.isPlain = true;
    this.way.setAttribute("role", "status");
    this.way.textContent = this.words.unable;
  }

  // Takes the place of the plain form's own way.
  async take(event) {
    if (this.isPlain) return;
    event.preventDefault();
    if (this.isBusy) return;
    this.clear();
    const typed = readForm(this.form);
    const faults = faultsOf(this.form, typed, this.checks);
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
    const wait = element("p", this.words.wait, "meta");
    wait.setAttribute("role", "status");
    this.way.after(wait);
    try {
      await inTime(this.workshop.open(), PATIENCE);
      this.showResult(await this.session.send(typed));
    } catch (error) {
      this.explain(error);
    }
    wait.remove();
    this.isBusy = false;
  }

  explain(error) {
    const tell = TOLD[error.name];
    if (tell) tell(this);
    else if (this.session.mayGoPlain(error)) this.fallBack();
    else if (error instanceof Offline && !(error.status >= 500)) this.fault(this.words.offline);
    else if (error.status) this.fault(this.words.busy);
    else this.fault(this.words.unsure);
  }

  // From here on the next press goes the plain way, with all that was typed.
  fallBack() {
    this.workshop.close();
    this.goPlain();
    this.fault(this.words.fallback);
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
    this.alarm.append(document.getElementById("false-key").content.cloneNode(true));
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
    new Result(this.main, this.words, () => this.session.wipe()).show(result);
  }

  forget() {
    Array.from(this.form.elements).forEach((field) => {
      if (field.matches("textarea, [type=text]")) field.value = field.defaultValue = "";
    });
    this.workshop.close();
  }
}

const TOLD = {
  NoUnit: (page) => page.showNoUnit(),
  FalseKey: (page) => page.raiseAlarm(),
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
  const folded = field.closest("details");
  if (folded) folded.open = true;
}

// Rejects where it takes longer than somebody who pressed a button can be asked to wait.
function inTime(promise, milliseconds) {
  let timer;
  const late = new Promise((resolve, reject) => {
    timer = setTimeout(() => reject(new Error("too late")), milliseconds);
  });
  return Promise.race([promise, late]).finally(() => clearTimeout(timer));
}
