// The second factor on a page: asked for, or set up, with the recovery codes that come with it.
//
//   askSecond(place, {name, totp, passkeys})  -> resolves, once the server is content, to
//     {next, credential, secret}: the last two where a passkey was used that gives a secret (PRF)
//   offerFactors(place, name)  binds the two ways to a new factor; resolves to {next} when one is
//     set up and its codes, where it brought any, are put away
//
// `place` holds the elements of templates/signin/second_parts.html; its words stand in its data.

import { DeskRefused, postJson, setToken } from "./api.js";
import { isAble, makePasskey, usePasskey } from "./passkeys.js";

const SHOW = "/desk/sign-in/second";
const FACTORS = "/desk/sign-in/factors";
const byId = (id) => document.getElementById(id);

export function askSecond(place, { name, totp, passkeys }) {
  if (!totp && !passkeys) {
    const set = offerFactors(place, name);
    byId("second-set-up-title").focus();
    return set;
  }
  const step = new Step(place, byId("second-ask"));
  return new Promise((resolve) => {
    const digits = byId("second-digits");
    const ask = (act) => step.run(act).then((answer) => answer && resolve(answer));
    byId("second-code").hidden = !totp;
    bind("second-code", () => {
      if (step.need(digits, digitsOf(digits).length === 6, step.words.no_code)) {
        ask(() => postJson(`${SHOW}/code`, { code: digitsOf(digits) }));
      }
    });
    const button = byId("second-passkey");
    button.hidden = !passkeys || !isAble();
    button.querySelector("button").classList.toggle("button--quiet", totp);
    button.querySelector("button").addEventListener("click", () => ask(() => showPasskey(step)));
    const recovery = byId("second-recovery-code");
    bind("second-recovery", () => {
      if (step.need(recovery, recovery.value.trim(), step.words.no_recovery)) {
        ask(() => postJson(`${SHOW}/recovery`, { code: recovery.value }));
      }
    });
    step.show(totp ? digits : button.querySelector("button"));
    if (!totp && !isAble()) step.fail(step.words.no_passkeys_here);
  });
}

async function showPasskey(step) {
  const options = await postJson(`${SHOW}/passkey/options`);
  step.tell(step.words.touch);
  const { posted, credential, secret } = await usePasskey(options);
  const answer = await postJson(`${SHOW}/passkey`, { credential: posted });
  return Object.assign(answer, { credential, secret });
}

export function offerFactors(place, name) {
  const step = new Step(place, byId("second-set-up"));
  step.show();
  return new Promise((resolve) => {
    const done = async (answer) => {
      if (!answer) return;
      if (answer.codes && answer.codes.length) await showCodes(step.section, name, answer.codes);
      resolve(answer);
    };
    bindTotp(step, done);
    bindPasskey(step, done);
  });
}

function bindTotp(step, done) {
  const digits = byId("totp-digits");
  byId("start-totp").addEventListener("click", async () => {
    const made = await step.run(() => postJson(`${FACTORS}/totp/new`));
    if (!made) return;
    byId("totp-secret").textContent = made.secret;
    // Another address each time: the browser must not show the picture of an older secret.
    byId("totp-picture").src = `${FACTORS}/totp.svg?${Date.now()}`;
    step.tell("");
    open("totp", "passkey");
    digits.focus();
  });
  bind("totp", async () => {
    if (!step.need(digits, digitsOf(digits).length === 6, step.words.no_code)) return;
    done(await step.run(() => postJson(`${FACTORS}/totp`, { code: digitsOf(digits) })));
  });
}

function bindPasskey(step, done) {
  const start = byId("start-passkey");
  const name = byId("passkey-name");
  start.hidden = !isAble();
  start.addEventListener("click", () => {
    open("passkey", "totp");
    name.focus();
  });
  bind("passkey", async () => {
    const added = await step.run(async () => {
      const options = await postJson(`${FACTORS}/passkey/options`);
      step.tell(step.words.touch);
      const credential = await makePasskey(options);
      return postJson(`${FACTORS}/passkey`, { credential, name: name.value });
    });
    done(added);
  });
}

function open(id, other) {
  byId(id).hidden = false;
  byId(other).hidden = true;
}

// Resolves once the member says that they are put away. They are nowhere else: not even here.
export function showCodes(section, name, codes) {
  const list = byId("recovery-codes");
  const shown = byId("second-codes");
  if (section) section.hidden = true;
  byId("codes-for").textContent = name;
  codes.forEach((code) => {
    const item = document.createElement("li");
    const text = document.createElement("code");
    text.textContent = code;
    item.append(text);
    list.append(item);
  });
  shown.hidden = false;
  byId("second-codes-title").focus();
  return new Promise((resolve) =>
    byId("codes-kept").addEventListener("click", () => {
      list.textContent = "";
      shown.hidden = true;
      resolve();
    }),
  );
}

// Full-width digits are digits too; spaces between groups are how people copy.
const digitsOf = (input) => input.value.normalize("NFKC").replace(/\s/g, "");

function bind(id, act) {
  byId(id).addEventListener("submit", (event) => {
    event.preventDefault();
    act();
  });
}

// One of the sections, with the two places where it says what is going on.
class Step {
  constructor(place, section) {
    this.words = JSON.parse(place.dataset.words);
    this.section = section;
    this.error = section.querySelector('[data-says="error"]');
    this.status = section.querySelector('[data-says="status"]');
  }

  show(first) {
    this.section.hidden = false;
    if (first) first.focus();
  }

  // Resolves to the answer, or to null after saying what went wrong.
  async run(act) {
    if (this.isBusy) return null;
    this.busy(true);
    this.error.hidden = true;
    try {
      const answer = await act();
      if (answer.csrf) setToken(answer.csrf);
      this.tell(this.words.done);
      return answer;
    } catch (error) {
      this.tell("");
      this.fail(this.sentenceFor(error));
      return null;
    } finally {
      this.busy(false);
    }
  }

  sentenceFor(error) {
    if (error instanceof DeskRefused) return error.sentence || this.words.no_server;
    // All that the browser itself says of passkeys: not shown, not known here, not allowed.
    return error instanceof DOMException ? this.words.no_passkey : this.words.no_server;
  }

  need(input, isThere, sentence) {
    input.removeAttribute("aria-invalid");
    if (isThere) return true;
    this.fail(sentence);
    input.setAttribute("aria-invalid", "true");
    input.focus();
    return false;
  }

  busy(on) {
    this.isBusy = on;
    this.section.setAttribute("aria-busy", String(on));
    if (on) this.tell(this.words.working);
  }

  tell(sentence) {
    this.status.textContent = sentence;
  }

  fail(sentence) {
    this.error.textContent = sentence;
    this.error.hidden = false;
  }
}
