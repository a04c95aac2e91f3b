// Age files in the browser, a thin layer over the npm package age-encryption.
//
// We seal to hybrid recipients only: one classic recipient would let a quantum computer open what
// the hybrid ones protect.

import { bech32 } from "@scure/base";
import { Decrypter, Encrypter, generateHybridIdentity, identityToRecipient } from "age-encryption";

const IDENTITY_PREFIX = "age-secret-key-pq-";
const SEED = 32;
// As in admin/sealing/age/passphrase.py, so that either side opens what the other wrote.
const WORK_FACTOR = 17;

/** @type {(recipients: string[], bytes: Uint8Array) => Promise<Uint8Array>} */
export async function sealTo(recipients, bytes) {
  if (!recipients.length) throw new Error("no recipient");
  const encrypter = new Encrypter();
  for (const recipient of recipients) {
    if (!recipient.startsWith("age1pq1")) throw new Error("not a hybrid recipient");
    encrypter.addRecipient(recipient);
  }
  return encrypter.encrypt(bytes);
}

// Takes one identity, or a list of which any may open. Throws where the file was changed, cut short,
// or is sealed to others.
/** @type {(identity: string | string[], bytes: Uint8Array) => Promise<Uint8Array>} */
export async function openWith(identity, bytes) {
  const decrypter = new Decrypter();
  const identities = Array.isArray(identity) ? identity : [identity];
  identities.forEach((one) => decrypter.addIdentity(one));
  return decrypter.decrypt(bytes);
}

/** @type {(passphrase: string, bytes: Uint8Array, logN?: number) => Promise<Uint8Array>} */
export async function sealWithPassphrase(passphrase, bytes, logN = WORK_FACTOR) {
  const encrypter = new Encrypter();
  encrypter.setPassphrase(passphrase);
  encrypter.setScryptWorkFactor(logN);
  return encrypter.encrypt(bytes);
}

// Half a second of work without a pause: call it in a worker.
/** @type {(passphrase: string, bytes: Uint8Array) => Promise<Uint8Array>} */
export async function openWithPassphrase(passphrase, bytes) {
  const decrypter = new Decrypter();
  decrypter.addPassphrase(passphrase);
  return decrypter.decrypt(bytes);
}

export const newIdentity = () => generateHybridIdentity();

/** @type {(identity: string) => Promise<string>} */
export const recipientOf = (identity) => identityToRecipient(identity);

/** @type {(seed: Uint8Array) => string} */
export function identityFromSeed(seed) {
  if (seed.length !== SEED) throw new Error("a seed of the wrong length");
  return bech32.encodeFromBytes(IDENTITY_PREFIX, seed).toUpperCase();
}

/** @type {(identity: string) => Uint8Array} */
export function seedOf(identity) {
  const { prefix, bytes } = bech32.decodeToBytes(identity);
  if (prefix.toLowerCase() !== IDENTITY_PREFIX || bytes.length !== SEED) {
    throw new Error("not a hybrid identity");
  }
  return bytes;
}

// Whether this browser can seal at all. Where it can, what failed was no fault of the browser.
export async function trySealing() {
  const identity = identityFromSeed(crypto.getRandomValues(new Uint8Array(SEED)));
  const sealed = await sealTo([await recipientOf(identity)], new Uint8Array(1));
  return sealed.length > 0;
}
