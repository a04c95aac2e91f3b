// The pages of accounts: signing in with both factors, and unlocking. Others only watch the lock.

import "../../shared/old.js";
import { byId, findById } from "../../shared/page/dom.js";
import {
  BadCode,
  groupedCode,
  normaliseCode,
  normalisePassphrase,
} from "../../shared/sealing/member.js";
import { bindSignOut, load, watch, wayBack } from "../keyring.js";
import { takeCard } from "../members/link.js";
import { offerTouch } from "../one_touch/page.js";
import { Opener, touchIn, touchToUnlock } from "../opening.js";
import {
  codeOf,
  forgetCode,
  isSealed,
  lastName,
  openSealed,
  remember,
  rememberSealed,
} from "../remembered.js";
import { askSecond } from "../second.js";

const DESK = "/desk/";

function isAble() {
  const parts = [window.Worker, window.TransformStream, window.BigInt, window.crypto];
  return parts.every(Boolean) && Boolean(window.crypto.subtle);
}

// One form, on the sign-in page or on the unlock page; its words stand in the page.
class SecretForm {
  /**
   * @param {SecretsPage} form
   * @param {(opener: Opener, typed: Secrets) => Promise<SecondShown>} act
   */
  constructor(form, act) {
    this.form = form;
    this.act = act;
    /** @type {SignInWords} */
    this.words = JSON.parse(form.dataset.words);
    this.name = byId("name");
    this.passphrase = byId("passphrase");
    this.code = byId("code");
    this.remember = byId("remember");
    this.error = byId("sign-in-error");
    this.status = byId("sign-in-status");
    this.button = /** @type {HTMLButtonElement} */ (form.querySelector("button[type=submit]"));
  }

  start() {
    if (!isAble()) {
      this.fail(this.words.too_old);
      return;
    }
    /** @type {Opener} */
    this.opener = new Opener();
    this.form.hidden = false;
    this.fillFromThisComputer(this.name.value || lastName());
    this.name.addEventListener("change", () => this.fillFromThisComputer(this.name.value.trim()));
    this.form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.submit();
    });
    byId("show").addEventListener("change", ({ target }) => {
      this.passphrase.type = /** @type {HTMLInputElement} */ (target).checked ? "text" : "password";
    });
    this.fillFromDemo(findById("demo-member"));
    this.fillFromCard(takeCard());
    (this.name.value ? this.passphrase : this.name).focus();
  }

  /** @type {(name: string) => void} */
  fillFromThisComputer(name) {
    const code = codeOf(name);
    byId("code-sealed").hidden = !isSealed(name);
    if (!code && !isSealed(name)) return;
    this.name.value = name;
    this.code.value = code && groupedCode(code);
    this.remember.checked = true;
  }

  // Scanned from the member's card with the own telephone.
  /** @type {(card: { name: string, code: string } | null) => void} */
  fillFromCard(card) {
    if (!card || this.name.readOnly) return;
    this.name.value = card.name;
    this.code.value = card.code;
  }

  /** @type {(select: HTMLSelectElement | null) => void} */
  fillFromDemo(select) {
    if (!select) return;
    const fill = () => {
      const demo = /** @type {DemoOption} */ (select.selectedOptions[0]);
      const { name, passphrase, code } = demo.dataset;
      if (!name) return;
      this.name.value = name;
      this.passphrase.value = passphrase;
      this.code.value = code;
    };
    // On the unlock page there is but one: whose window this is.
    if (this.name.readOnly && select.options.length === 2) select.selectedIndex = 1;
    select.addEventListener("change", fill);
    fill();
  }

  // Returns what was typed, or null after saying what is missing. The code is null where this
  // computer keeps it under the member's passkey.
  /** @type {() => TypedSecrets | null} */
  read() {
    this.clear();
    const name = this.name.value.trim();
    if (!name) return this.point(this.name, this.words.no_name);
    const passphrase = normalisePassphrase(this.passphrase.value);
    if (!passphrase) return this.point(this.passphrase, this.words.no_passphrase);
    if (!this.code.value.trim() && isSealed(name)) return { name, passphrase, code: null };
    try {
      return { name, passphrase, code: normaliseCode(this.code.value) };
    } catch (error) {
      if (!(error instanceof BadCode)) throw error;
      return this.point(this.code, this.words.bad_code);
    }
  }

  async submit() {
    const typed = this.read();
    if (!typed) return;
    this.busy(true);
    typed.isTyped = typed.code !== null;
    if (!typed.isTyped && !(await this.unseal(typed))) return;
    const whole = /** @type {WholeSecrets} */ (typed);
    try {
      const { next, secret, credential } = await this.act(this.opener, whole);
      await this.keep(whole, { secret, credential });
      this.passphrase.value = "";
      this.status.textContent = this.words.opened;
      location.replace(wayBack() || next || DESK);
    } catch (error) {
      this.busy(false);
      this.fail(this.sentenceFor(/** @type {Thrown} */ (error)));
      this.passphrase.focus();
    }
  }

  /** @type {(typed: TypedSecrets) => Promise<boolean>} */
  async unseal(typed) {
    try {
      typed.code = await openSealed(typed.name);
      return true;
    } catch {
      this.busy(false);
      this.point(this.code, this.words.code_kept_sealed);
      return false;
    }
  }

  // A code that lies sealed is never put back in clear: the passkey may just not be at hand.
  /** @type {(typed: WholeSecrets, shown: SecondShown) => Promise<void>} */
  async keep({ name, code, isTyped }, { secret, credential }) {
    if (!this.remember.checked) forgetCode(name);
    else if (secret && isTyped)
      await rememberSealed(name, code, /** @type {PasskeySecret} */ ({ secret, credential }));
    else if (!isSealed(name)) remember(name, code);
  }

  /** @type {(error: Thrown) => string} */
  sentenceFor(error) {
    if (error.name === "KeysChanged") return this.words.keys_changed;
    if (error.name === "WrongSecret") return this.words.wrong_secret;
    if (error.name === "DeskRefused" && error.status === 401 && this.name.readOnly) {
      return this.words.signed_out;
    }
    return error.sentence || this.words.no_server;
  }

  /** @type {(on: boolean) => void} */
  busy(on) {
    this.form.setAttribute("aria-busy", String(on));
    this.button.disabled = on;
    this.status.textContent = on ? this.words.working : "";
  }

  clear() {
    this.error.hidden = true;
    [this.name, this.passphrase, this.code].forEach((input) => {
      input.removeAttribute("aria-invalid");
    });
  }

  /** @type {(sentence: string) => void} */
  fail(sentence) {
    this.error.textContent = sentence;
    this.error.hidden = false;
  }

  /** @type {(input: HTMLInputElement, sentence: string) => null} */
  point(input, sentence) {
    this.fail(sentence);
    input.setAttribute("aria-invalid", "true");
    input.focus();
    return null;
  }
}

// A tab that is open already has no business on these two pages.
/** @type {(form: SecretsPage) => Promise<void>} */
async function startForm(form) {
  const isUnlock = form.id === "unlock";
  bindSignOut();
  if (isUnlock && (await load().catch(() => null))) {
    location.replace(wayBack() || DESK);
    return;
  }
  /** @type {(opener: Opener, typed: Secrets) => Promise<SecondShown>} */
  const act = isUnlock
    ? (opener, typed) => opener.unlock(typed).then(() => ({ next: form.dataset.next }))
    : (opener, typed) => opener.signIn(typed, (asked) => takeTurns(typed.name, asked));
  new SecretForm(form, act).start();
  offerTouch(async () => {
    const { next } = isUnlock
      ? await touchToUnlock(byId("name").value).then(() => form.dataset)
      : await touchIn();
    return wayBack() || next || DESK;
  });
}

// The second factor takes the form's place; what was typed stays in memory until it is shown.
/** @type {(name: string, asked: SecondAsked) => Promise<SecondShown>} */
async function takeTurns(name, asked) {
  const first = byId("first");
  first.hidden = true;
  try {
    return await askSecond(byId("second"), Object.assign({ name }, asked));
  } finally {
    first.hidden = false;
  }
}

// The second factor alone, after the page was loaded anew: the tab must be unlocked afterwards.
/** @type {(place: PendingPage) => Promise<void>} */
async function startSecond(place) {
  bindSignOut();
  const { name, totp, passkeys } = place.dataset;
  await askSecond(place, { name, totp: totp === "yes", passkeys: Number(passkeys) });
  location.replace("/desk/unlock");
}

/** @type {SecretsPage | null} */
const form = findById("sign-in") || findById("unlock");
const second = findById("second");
if (form) startForm(form);
else if (second) startSecond(/** @type {PendingPage} */ (second));
else watch();
