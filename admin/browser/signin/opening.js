// The ways to opened keys: signing in, and unlocking a tab of who is signed in already; each by
// passphrase and member code, or by one touch.

import { fromBase64, fromHex } from "../shared/bytes.js";
import { getJson, postJson, setToken } from "./api.js";
import { save } from "./keyring.js";
import { openOwn, useTouch } from "./one_touch/sealed.js";
import { KeysChanged, openKeyring, openKeyringAs, openWaiting } from "./open.js";
import { startWorker } from "./workers.js";

// Both sums at once, each in a worker of its own: one after the other would take twice as long.
// They start with the page, so that loading them costs nobody's time.
export class Opener {
  constructor() {
    this.proofWorker = startWorker();
    this.sealWorker = startWorker();
  }

  // `showSecond` asks for the second factor where the server wants one. Returns what it resolved to,
  // with the page that comes next.
  /**
   * @param {Secrets} secrets
   * @param {(asked: SecondAsked) => Promise<SecondShown>} showSecond
   */
  async signIn({ name, passphrase, code }, showSecond) {
    return this.enter(name, await this.stretch({ name, passphrase, code }), showSecond);
  }

  // The same with what was stretched already: `heard` is what who joins just now heard of their unit.
  /**
   * @param {string} name
   * @param {Stretched} stretched
   * @param {(asked: SecondAsked) => Promise<SecondShown>} showSecond
   * @param {Heard} [heard]
   */
  async enter(name, { seal, auth, key }, showSecond, heard) {
    const answer = await postJson("/desk/sign-in", { name, auth });
    setToken(answer.csrf);
    const shown = answer.second ? await showSecond(answer.second) : {};
    await openAndSave(seal, key, heard).catch(leave);
    return Object.assign({}, shown, { next: answer.next });
  }

  // The server holds a locked session back until it was shown the same secret as at sign-in.
  /** @type {(secrets: Secrets) => Promise<void>} */
  async unlock({ name, passphrase, code }) {
    const { seal, auth, key } = await this.stretch({ name, passphrase, code });
    await postJson("/desk/unlock", { auth });
    await openAndSave(seal, key);
  }

  /** @type {(secrets: Secrets) => Promise<Stretched>} */
  async stretch({ name, passphrase, code }) {
    const salts = await askSalts(name);
    const [auth, key] = await Promise.all([
      this.proofWorker({ job: "signIn", passphrase, code, salt: salts.salt }),
      this.sealWorker({ job: "seal", passphrase, code, salt: salts.seal }),
    ]);
    return { seal: salts.seal, auth, key };
  }
}

/** @type {(name: string) => Promise<{ salt: string, seal: string }>} */
const askSalts = (name) => getJson(`/desk/sign-in/salt?name=${encodeURIComponent(name)}`);

/** @type {(salt: string, key: Uint8Array, heard?: Heard) => Promise<void>} */
async function openAndSave(salt, key, heard) {
  const keyring = await getJson("/desk/keyring.json");
  const opened = await openKeyring(keyring, fromHex(salt), key);
  await save(Object.assign(opened, heard ? { heard } : {}), keyring.wrap_key);
}

// Opens the unit's key that was handed on meanwhile, without passphrase and code; see open.js.
/** @type {(keys: OpenedKeys) => Promise<void>} */
export async function takeHanded(keys) {
  const keyring = await getJson("/desk/keyring.json");
  await save(await openWaiting(keys, keyring), keyring.wrap_key);
}

// Whoever made the unit's key in this tab holds it.
/** @type {(keys: OpenedKeys, unitId: string, made: MadeUnit) => Promise<void>} */
export async function keepMade(keys, unitId, { identity, recipient, recovery }) {
  const { wrap_key: wrapKey, units } = await getJson("/desk/keyring.json");
  const { id } = units.find((/** @type {KeyringUnit} */ unit) => unit.recipient === recipient);
  /** @type {CurrentKeys} */
  const unit = { identities: [identity], keyIds: [id], keyId: id, identity, recipient, recovery };
  const opened = { name: keys.name, recipient: keys.recipient, units: { [unitId]: unit } };
  await save(opened, wrapKey);
}

const TOUCH = "/desk/sign-in/touch";

// One touch, by whom the authenticator says it is: the server does not choose whose passkey that is.
// Resolves to the page that comes next.
/** @type {() => Promise<{ next: string }>} */
export async function touchIn() {
  const options = await postJson(`${TOUCH}/options`);
  const { posted, key } = await useTouch(Object.assign({}, options, { allowCredentials: [] }));
  const answer = await postJson(TOUCH, { credential: posted });
  setToken(answer.csrf);
  await openTouched(answer.sealed, key).catch(leave);
  return { next: answer.next };
}

// The same for a tab of who is signed in: this member's passkey, or nobody's.
/** @type {(name: string) => Promise<void>} */
export async function touchToUnlock(name) {
  const { posted, key } = await useTouch(await postJson(`${TOUCH}/options`));
  const { sealed } = await postJson("/desk/unlock/touch", { credential: posted });
  await openTouched(sealed, key, name);
}

/** @type {(sealed: string, key: Uint8Array, name?: string) => Promise<void>} */
async function openTouched(sealed, key, name) {
  const own = await openOwn(fromBase64(sealed), key);
  const keyring = await getJson("/desk/keyring.json");
  // Whose it is was sealed with it: nobody becomes somebody else by what a server says.
  if (own.name !== keyring.name || own.name !== (name || own.name)) throw new KeysChanged("member");
  await save(await openKeyringAs(keyring, own.identity), keyring.wrap_key);
}

// The server takes these words for right and its keys don't open: something was changed. Nobody
// stays signed in on keys that can't be trusted.
/** @type {(error: Error) => Promise<never>} */
async function leave(error) {
  await postJson("/desk/sign-out").catch(() => null);
  throw error.name === "WrongSecret" ? new KeysChanged("identity") : error;
}
