// A tip that somebody told to staff: asked as on the public form, sealed here, stored once.

import { faultsOf, readForm } from "../../shared/form/answers.js";
import { byId, element, say } from "../../shared/page/dom.js";
import { clearFaults, showFault, showFaults } from "../../shared/page/faults.js";
import { askBeforeLeaving } from "../../shared/page/leaving.js";
import { beforeLock } from "../../signin/keyring.js";
import { keepDrafts } from "../drafts.js";
import { keysOf, wordsOf } from "../unit_keys.js";
import { looksLikeNumber } from "./caller.js";
import { Parcel } from "./parcel.js";
import { showSlip } from "./slip.js";
import { wayOf } from "./way.js";

/** @typedef {HTMLInputElement | HTMLTextAreaElement} TextField */

const TEXTS = "textarea, input[type=text]:not([name=attempt])";

export class Entering {
  /** @param {EnterPage} page */
  constructor(page) {
    this.page = page;
    this.words = page.dataset;
    this.form = byId("form");
    this.asking = byId("asking");
    this.checks = /** @type {HTMLElement[]} */ (Array.from(byId("checks").children));
    /** @type {Parcel | null} */
    this.parcel = null;
    this.isBusy = this.isHeld = this.isStored = false;
  }

  // Without keys in this tab nothing is asked: words could neither be checked nor survive a lock.
  async start() {
    const keys = await keysOf(this.words.unit, wordsOf(this.page));
    if (!keys) return;
    this.parcel = new Parcel(this.words.unit, keys);
    await this.parcel.prepare().catch(() => say(byId("alarm"), this.words.offline));
    this.bind();
    this.form.hidden = false;
    await keepDrafts(this.page, keys);
    this.resume();
    this.page.dataset.ready = "yes";
  }

  bind() {
    this.form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.take();
    });
    this.form.addEventListener("input", ({ target }) =>
      this.hint(/** @type {TextField} */ (target)),
    );
    this.form.addEventListener("change", () => this.showWay());
    this.form.addEventListener("click", (event) => this.keepChoice(event));
    // A lock must not wait for an answer, and keeps the words.
    let isLocking = false;
    beforeLock(async () => {
      isLocking = true;
    });
    askBeforeLeaving(() => !isLocking && !this.isStored && this.hasWords());
    this.texts().forEach((field) => this.hint(field));
  }

  // Also a key that moves a radio comes as a click.
  /** @type {(event: MouseEvent) => void} */
  keepChoice(event) {
    if (
      this.isHeld &&
      /** @type {Element} */ (event.target).matches("[type=radio], [type=checkbox]")
    )
      event.preventDefault();
  }

  /** @type {() => NodeListOf<TextField>} */
  texts() {
    return this.form.querySelectorAll(TEXTS);
  }

  hasWords() {
    return Array.from(this.texts()).some((field) => field.value.trim());
  }

  // What was sent before this tab was locked, and never answered, is sent again as it was.
  resume() {
    if (this.form.elements.attempt.value) {
      this.parcelNow().resume(this.form.elements.attempt.value);
      this.hold(true);
      say(byId("alarm"), this.words.again);
    }
    this.showWay();
  }

  showWay() {
    const { fields } = readForm(this.form);
    say(byId("way"), wayOf(fields, this.parcelNow().routes, this.words));
  }

  // A number of the caller's own must not go along; one of the other side may. A hint, no bar.
  /** @type {(field: TextField) => void} */
  hint(field) {
    if (!field.matches(TEXTS)) return;
    const place = /** @type {Element} */ (field.closest(".field"));
    const shown = place.querySelector(".enter__caller");
    const mustShow = looksLikeNumber(field.value);
    if (shown && !mustShow) shown.remove();
    if (shown || !mustShow) return;
    const told = element("p", "notice enter__caller", this.words.caller);
    told.setAttribute("role", "status");
    place.append(told);
  }

  async take() {
    if (this.isBusy) return;
    clearFaults(this.asking);
    say(byId("alarm"));
    const typed = readForm(this.form);
    const faults = this.faults(typed);
    if (faults.length) showFaults(this.asking, this.words.summary, faults);
    else await this.send(typed.fields);
  }

  /** @type {(typed: { fields: Answers, contact: string }) => Fault[]} */
  faults(typed) {
    const missing = { field: byId("channel-choices"), text: this.words.noChannel };
    const found = faultsOf(this.form, typed, this.checks);
    return this.channel() ? found : /** @type {Fault[]} */ ([missing]).concat(found);
  }

  channel() {
    /** @type {HTMLInputElement | null} */
    const chosen = this.form.querySelector("[name=channel]:checked");
    return chosen ? chosen.value : "";
  }

  /** @type {(fields: Answers) => Promise<void>} */
  async send(fields) {
    this.isBusy = true;
    this.hold(true);
    byId("wait").textContent = this.words.wait;
    const { attempt } = this.form.elements;
    const parcel = this.parcelNow();
    try {
      attempt.value = await parcel.digits();
      await parcel.send({ channel: this.channel(), fields });
      this.finish(fields);
    } catch (error) {
      this.explain(/** @type {Thrown} */ (error));
    }
    this.isBusy = false;
  }

  // While nobody knows whether it is stored, it can be sent again and not be changed.
  /** @type {(error: Thrown) => void} */
  explain(error) {
    byId("wait").textContent = "";
    const { mayBeStored } = this.parcelNow();
    this.hold(mayBeStored);
    if (!mayBeStored) this.form.elements.attempt.value = "";
    const sentence = this.words[TOLD[String(error.name)] || codeOf(error)] || this.words.unclear;
    showFault(this.asking, this.words.summary, sentence, null);
  }

  /** @type {(isHeld: boolean) => void} */
  hold(isHeld) {
    this.texts().forEach((field) => {
      field.readOnly = isHeld;
    });
    // Disabled ones would be left out when the form is read: what is chosen stays chosen instead.
    this.isHeld = isHeld;
  }

  /** @type {(fields: Answers) => void} */
  finish(fields) {
    const parcel = this.parcelNow();
    const way = wayOf(fields, parcel.routes, this.words);
    const channel = this.channel();
    this.isStored = true;
    this.forget();
    showSlip({ channel, way, receipt: parcel.receipt(), reference: parcel.reference }, this.words);
    this.parcel = null;
  }

  // Bound once there are keys, and gone once it is stored: whatever asks for it comes in between.
  parcelNow() {
    return /** @type {Parcel} */ (this.parcel);
  }

  // No word of it stays on this page.
  forget() {
    this.form.reset();
    this.asking.remove();
  }
}

/** @type {Record<string, EnterSentence>} */
const TOLD = {
  NoUnit: "noUnit",
  FalseKey: "falseKey",
  FalseRoutes: "falseRoutes",
  OtherWords: "otherWords",
};

/** @type {(error: Thrown) => EnterSentence} */
function codeOf({ name, status }) {
  if (!["Refused", "DeskRefused"].includes(String(name)) || !status) return "offline";
  if (status === 401) return "signedOut";
  return status >= 500 ? "busy" : "unclear";
}
