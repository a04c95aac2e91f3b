// Makes a passkey that opens, on the account page: the member types passphrase and code once more, and
// touches twice. The first touch makes it; the second is tomorrow morning's, tried today.

import { fromHex, toBase64 } from "../../shared/bytes.js";
import { byId, findById } from "../../shared/page/dom.js";
import {
  BadCode,
  groupedCode,
  normaliseCode,
  normalisePassphrase,
} from "../../shared/sealing/member.js";
import { getJson, postJson } from "../api.js";
import { openIdentity, openKeyringAs } from "../open.js";
import { Opener } from "../opening.js";
import { isAble } from "../passkeys.js";
import { codeOf, isSealed, openSealed } from "../remembered.js";
import { rememberTouch, sentenceFor } from "./page.js";
import { makeTouch, NoSecret, sealOwn, useTouch } from "./sealed.js";

const ACCOUNT = "/desk/account/touch";

// `done` is called with the recovery codes that came along, or with none.
/** @type {(name: string, done: (codes: string[]) => void) => void} */
export function offerNewTouch(name, done) {
  const form = findById("touch-form");
  if (form) new TouchForm(form, name, done).start();
}

class TouchForm {
  /**
   * @param {HTMLElement} form
   * @param {string} name
   * @param {(codes: string[]) => void} done
   */
  constructor(form, name, done) {
    this.form = form;
    this.name = name;
    this.done = done;
    /** @type {TouchWords} */
    this.words = JSON.parse(/** @type {string} */ (form.dataset.words));
    /** @type {HTMLInputElement} */
    this.passphrase = byId("touch-passphrase");
    /** @type {HTMLInputElement} */
    this.code = byId("touch-code");
    /** @type {HTMLInputElement} */
    this.label = byId("touch-name");
    this.error = byId("touch-error");
    this.status = byId("touch-status");
    this.second = byId("touch-second");
    this.button = /** @type {HTMLButtonElement} */ (form.querySelector("button[type=submit]"));
  }

  start() {
    byId("touch-unable").hidden = isAble();
    this.form.hidden = !isAble();
    const code = codeOf(this.name);
    this.code.value = code && groupedCode(code);
    byId("touch-code-sealed").hidden = !isSealed(this.name);
    this.form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.run(() => this.make());
    });
  }

  async make() {
    const secrets = await this.read();
    if (!secrets) return;
    this.tell(this.words.opening);
    const { auth, own } = await openAgain(secrets);
    const options = await postJson(`${ACCOUNT}/options`);
    this.tell(this.words.make);
    const made = await makeTouch(options.make);
    if (!made.gives || made.travels) {
      this.offerSecond(made, made.gives ? this.words.travels : this.words.gives_none);
      return;
    }
    this.tell(this.words.try);
    const used = await this.tryOut(options.use, made);
    if (!used) return;
    // This passkey's only file: where the rest fails, the next try makes another passkey.
    const sealed = toBase64(await sealOwn(own, used.key));
    const body = { auth, sealed, name: this.label.value };
    const credential = { credential: made.posted, proof: used.posted };
    this.finish(await postJson(ACCOUNT, Object.assign(body, credential)));
  }

  /** @type {(use: object, made: MadePasskey) => ReturnType<typeof useTouch> | Promise<null>} */
  async tryOut(use, made) {
    const allowCredentials = [{ id: made.credential, type: "public-key" }];
    try {
      return await useTouch(Object.assign({}, use, { allowCredentials }));
    } catch (error) {
      if (!(error instanceof NoSecret)) throw error;
      this.offerSecond(made, this.words.gives_none);
      return null;
    }
  }

  // Who has no better one loses nothing: the passkey that was just made becomes a second factor.
  /** @type {(made: MadePasskey, sentence: string) => void} */
  offerSecond(made, sentence) {
    this.fail(sentence);
    this.tell("");
    this.second.hidden = false;
    this.second.onclick = () =>
      this.run(async () => {
        const body = { credential: made.posted, name: this.label.value };
        const { codes } = await postJson("/desk/sign-in/factors/passkey", body);
        this.done(codes || []);
      });
    this.second.focus();
  }

  /** @type {(answer: { codes: string[] }) => void} */
  finish({ codes }) {
    rememberTouch();
    this.passphrase.value = "";
    this.tell(this.words.made);
    this.done(codes);
  }

  /** @type {() => Promise<Secrets | null>} */
  async read() {
    const passphrase = normalisePassphrase(this.passphrase.value);
    if (!passphrase) return this.point(this.passphrase, this.words.no_passphrase);
    const code = await this.readCode();
    return code === null ? null : { name: this.name, passphrase, code };
  }

  async readCode() {
    const isKept = !this.code.value.trim() && isSealed(this.name);
    try {
      return isKept ? await openSealed(this.name) : normaliseCode(this.code.value);
    } catch (error) {
      const { bad_code, code_kept_sealed } = this.words;
      return this.point(this.code, error instanceof BadCode ? bad_code : code_kept_sealed);
    }
  }

  /** @type {(act: () => Promise<void>) => Promise<void>} */
  async run(act) {
    if (this.button.disabled) return;
    this.error.hidden = true;
    this.second.hidden = true;
    [this.passphrase, this.code].forEach((input) => {
      input.removeAttribute("aria-invalid");
    });
    this.button.disabled = true;
    try {
      await act();
    } catch (error) {
      this.fail(this.sentenceFor(/** @type {Thrown} */ (error)));
    } finally {
      this.button.disabled = false;
      if (!this.error.hidden) this.tell("");
    }
  }

  /** @type {(error: Thrown) => string} */
  sentenceFor(error) {
    if (error.name === "WrongSecret") return this.words.wrong_secret;
    if (error.name === "InvalidStateError") return this.words.exists;
    return sentenceFor(error, this.words);
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

  /** @type {(input: HTMLInputElement, sentence: string) => null} */
  point(input, sentence) {
    this.fail(sentence);
    input.setAttribute("aria-invalid", "true");
    input.focus();
    return null;
  }
}

// The identity rests in no tab: what is typed opens it, and proves to the server who typed.
/** @type {(secrets: Secrets) => Promise<{ auth: string, own: OwnIdentity }>} */
async function openAgain(secrets) {
  const { seal, auth, key } = await new Opener().stretch(secrets);
  const keyring = await getJson("/desk/keyring.json");
  const identity = await openIdentity(keyring, fromHex(seal), key);
  await openKeyringAs(keyring, identity);
  return { auth, own: { name: keyring.name, identity } };
}
