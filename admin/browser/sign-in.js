// The pages of accounts: signing in, unlocking, and the account's own page.

import "./lib/old.js";
import { BadCode, groupedCode, normaliseCode, normalisePassphrase } from "./lib/member.js";
import { bindSignOut, load, watch, wayBack } from "./staff/keyring.js";
import { Opener } from "./staff/opening.js";
import { codeOf, forgetCode, lastName, remember } from "./staff/remembered.js";

const DESK = "/desk/";
const byId = (id) => document.getElementById(id);

function isAble() {
  const parts = [window.Worker, window.TransformStream, window.BigInt, window.crypto];
  return parts.every(Boolean) && Boolean(window.crypto.subtle);
}

// One form, on the sign-in page or on the unlock page; its words stand in the page.
class SecretForm {
  constructor(form, act) {
    this.form = form;
    this.act = act;
    this.words = JSON.parse(form.dataset.words);
    this.name = byId("name");
    this.passphrase = byId("passphrase");
    this.code = byId("code");
    this.remember = byId("remember");
    this.error = byId("sign-in-error");
    this.status = byId("sign-in-status");
    this.button = form.querySelector("button[type=submit]");
  }

  start() {
    if (!isAble()) {
      this.fail(this.words.too_old);
      return;
    }
    this.opener = new Opener();
    this.form.hidden = false;
    this.fillFromThisComputer(this.name.value || lastName());
    this.name.addEventListener("change", () => this.fillFromThisComputer(this.name.value.trim()));
    this.form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.submit();
    });
    byId("show").addEventListener("change", ({ target }) => {
      this.passphrase.type = target.checked ? "text" : "password";
    });
    this.fillFromDemo(byId("demo-member"));
    (this.name.value ? this.passphrase : this.name).focus();
  }

  fillFromThisComputer(name) {
    const code = codeOf(name);
    if (!code) return;
    this.name.value = name;
    this.code.value = groupedCode(code);
    this.remember.checked = true;
  }

  fillFromDemo(select) {
    if (!select) return;
    const fill = () => {
      const { name, passphrase, code } = select.selectedOptions[0].dataset;
      if (!name) return;
      this.name.value = name;
      this.passphrase.value = passphrase;
      this.code.value = code;
    };
    select.addEventListener("change", fill);
    fill();
  }

  // Returns what was typed, or null after saying what is missing.
  read() {
    this.clear();
    const name = this.name.value.trim();
    if (!name) return this.point(this.name, this.words.no_name);
    const passphrase = normalisePassphrase(this.passphrase.value);
    if (!passphrase) return this.point(this.passphrase, this.words.no_passphrase);
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
    try {
      const next = await this.act(this.opener, typed);
      this.keep(typed);
      this.passphrase.value = "";
      this.status.textContent = this.words.opened;
      location.replace(wayBack() || next || DESK);
    } catch (error) {
      this.busy(false);
      this.fail(this.sentenceFor(error));
      this.passphrase.focus();
    }
  }

  keep({ name, code }) {
    if (this.remember.checked) remember(name, code);
    else forgetCode(name);
  }

  sentenceFor(error) {
    if (error.name === "KeysChanged") return this.words.keys_changed;
    if (error.name === "WrongSecret") return this.words.wrong_secret;
    if (error.name === "Refused" && error.status === 401 && this.name.readOnly) {
      return this.words.signed_out;
    }
    return error.sentence || this.words.no_server;
  }

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

  fail(sentence) {
    this.error.textContent = sentence;
    this.error.hidden = false;
  }

  point(input, sentence) {
    this.fail(sentence);
    input.setAttribute("aria-invalid", "true");
    input.focus();
    return null;
  }
}

// A tab that is open already has no business on these two pages.
async function startForm(form) {
  const isUnlock = form.id === "unlock";
  bindSignOut();
  if (isUnlock && (await load().catch(() => null))) {
    location.replace(wayBack() || DESK);
    return;
  }
  const act = isUnlock
    ? (opener, typed) => opener.unlock(typed).then(() => form.dataset.next)
    : (opener, typed) => opener.signIn(typed);
  new SecretForm(form, act).start();
}

function startAccount(card) {
  watch();
  const { name } = card.dataset;
  if (!codeOf(name)) return;
  card.hidden = false;
  byId("forget-code").addEventListener("click", () => {
    forgetCode(name);
    card.hidden = true;
  });
}

const form = byId("sign-in") || byId("unlock");
if (form) startForm(form);
else if (byId("remembered")) startAccount(byId("remembered"));
else watch();
