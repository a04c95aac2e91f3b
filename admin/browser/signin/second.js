// The second factor on a page: asked for, or set up, with the recovery codes that come with it.
//
//   askSecond(place, {name, totp, passkeys})  -> resolves, once the server is content, to
//     {next, credential, secret}: the last two where a passkey was used that gives a secret (PRF)
//   offerFactors(place, name)  binds the two ways to a new factor; resolves to {next} when one is
//     set up and its codes, where it brought any, are put away
//
// `place` holds the elements of templates/signin/second_parts.html; its words stand in its data.

import { byId } from "../shared/page/dom.js";
import { DeskRefused, postJson, setToken } from "./api.js";
import { isAble, makePasskey, usePasskey } from "./passkeys.js";

const SHOW = "/desk/sign-in/second";
const FACTORS = "/desk/sign-in/factors";

/** @type {(place: HTMLElement, asked: SecondAsked & { name: string }) => Promise<SecondShown>} */
export function askSecond(place, { name, totp, passkeys }) {
  if (!totp && !passkeys) {
    const set = offerFactors(place, name);
    byId("second-set-up-title").focus();
    return set;
  }
  const step = new Step(place, byId("second-ask"));
  return new Promise((resolve) => {
    /** @type {HTMLInputElement} */
    const digits = byId("second-digits");
    /** @type {(act: () => Promise<SecondAnswer>) => void} */
    const ask = (act) => step.run(act).then((answer) => answer && resolve(answer));
    byId("second-code").hidden = !totp;
    bind("second-code", () => {
      if (step.need(digits, digitsOf(digits).length === 6, step.words.no_code)) {
        ask(() => postJson(`${SHOW}/code`, { code: digitsOf(digits) }));
      }
    });
    const passkey = byId("second-passkey");
    const button = /** @type {HTMLElement} */ (passkey.querySelector("button"));
    passkey.hidden = !passkeys || !isAble();
    button.classList.toggle("button--quiet", totp);
    button.addEventListener("click", () => ask(() => showPasskey(step)));
    /** @type {HTMLInputElement} */
    const recovery = byId("second-recovery-code");
    bind("second-recovery", () => {
      if (step.need(recovery, recovery.value.trim(), step.words.no_recovery)) {
        ask(() => postJson(`${SHOW}/recovery`, { code: recovery.value }));
      }
    });
    step.show(totp ? digits : button);
    if (!totp && !isAble()) step.fail(step.words.no_passkeys_here);
  });
}

/** @type {(step: Step) => Promise<SecondAnswer>} */
async function showPasskey(step) {
  const options = await postJson(`${SHOW}/passkey/options`);
  step.tell(step.words.touch);
  const { posted, credential, secret } = await usePasskey(options);
  const answer = await postJson(`${SHOW}/passkey`, { credential: posted });
  return Object.assign(answer, { credential, secret });
}

/** @type {(place: HTMLElement, name: string) => Promise<SecondAnswer>} */
export function offerFactors(place, name) {
  const step = new Step(place, byId("second-set-up"));
  step.show();
  return new Promise((resolve) => {
    /** @type {(answer: SecondAnswer | null) => Promise<void>} */
    const done = async (answer) => {
      if (!answer) return;
      if (answer.codes && answer.codes.length) await showCodes(step.section, name, answer.codes);
      resolve(answer);
    };
    bindTotp(step, done);
    bindPasskey(step, done);
  });
}

/** @type {(step: Step, done: (answer: SecondAnswer | null) => void) => void} */
function bindTotp(step, done) {
  /** @type {HTMLInputElement} */
  const digits = byId("totp-digits");
  byId("start-totp").addEventListener("click", async () => {
    const made = await step.run(() => postJson(`${FACTORS}/totp/new`));
    if (!made) return;
    byId("totp-secret").textContent = made.secret;
    // Another address each time: the browser must not show the picture of an older secret.
    const picture = /** @type {HTMLImageElement} */ (byId("totp-picture"));
    picture.src = `${FACTORS}/totp.svg?${Date.now()}`;
    step.tell("");
    open("totp", "passkey");
    digits.focus();
  });
  bind("totp", async () => {
    if (!step.need(digits, digitsOf(digits).length === 6, step.words.no_code)) return;
    done(await step.run(() => postJson(`${FACTORS}/totp`, { code: digitsOf(digits) })));
  });
}

/** @type {(step: Step, done: (answer: SecondAnswer | null) => void) => void} */
function bindPasskey(step, done) {
  const start = byId("start-passkey");
  /** @type {HTMLInputElement} */
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
      const { posted } = await makePasskey(options);
      return postJson(`${FACTORS}/passkey`, { credential: posted, name: name.value });
    });
    done(added);
  });
}

/** @type {(id: string, other: string) => void} */
function open(id, other) {
  byId(id).hidden = false;
  byId(other).hidden = true;
}

// Resolves once the member says that they are put away. They are nowhere else: not even here.
/** @type {(section: HTMLElement | null, name: string, codes: string[]) => Promise<void>} */
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
  return new Promise((/** @type {(value: void) => void} */ resolve) =>
    byId("codes-kept").addEventListener("click", () => {
      list.textContent = "";
      shown.hidden = true;
      resolve();
    }),
  );
}

// Full-width digits are digits too; spaces between groups are how people copy.
/** @type {(input: HTMLInputElement) => string} */
const digitsOf = (input) => input.value.normalize("NFKC").replace(/\s/g, "");

/** @type {(id: string, act: () => void) => void} */
function bind(id, act) {
  byId(id).addEventListener("submit", (event) => {
    event.preventDefault();
    act();
  });
}

// One of the sections, with the two places where it says what is going on.
class Step {
  /**
   * @param {HTMLElement} place
   * @param {HTMLElement} section
   */
  constructor(place, section) {
    /** @type {Words} */
    this.words = JSON.parse(/** @type {string} */ (place.dataset.words));
    this.section = section;
    /** @type {(kind: string) => HTMLElement} */
    const placeOf = (kind) => /** @type {any} */ (section.querySelector(`[data-says="${kind}"]`));
    this.error = placeOf("error");
    this.status = placeOf("status");
  }

  /** @type {(first?: HTMLElement) => void} */
  show(first) {
    this.section.hidden = false;
    if (first) first.focus();
  }

  // Resolves to the answer, or to null after saying what went wrong.
  /** @type {<T extends { csrf?: string }>(act: () => Promise<T>) => Promise<T | null>} */
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

  /** @type {(error: unknown) => string} */
  sentenceFor(error) {
    if (error instanceof DeskRefused) return error.sentence || this.words.no_server;
    // All that the browser itself says of passkeys: not shown, not known here, not allowed.
    return error instanceof DOMException ? this.words.no_passkey : this.words.no_server;
  }

  /** @type {(input: HTMLElement, isThere: unknown, sentence: string) => boolean} */
  need(input, isThere, sentence) {
    input.removeAttribute("aria-invalid");
    if (isThere) return true;
    this.fail(sentence);
    input.setAttribute("aria-invalid", "true");
    input.focus();
    return false;
  }

  /** @type {(on: boolean) => void} */
  busy(on) {
    this.isBusy = on;
    this.section.setAttribute("aria-busy", String(on));
    if (on) this.tell(this.words.working);
  }

  /** @type {(sentence: string) => void} */
  tell(sentence) {
    this.status.textContent = sentence;
  }

  /** @type {(sentence: string) => void} */
  fail(sentence) {
    this.error.textContent = sentence;
    this.error.hidden = false;
  }
}
