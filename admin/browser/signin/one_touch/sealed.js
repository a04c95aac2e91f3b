// What one touch opens: a member's name and identity in an age file, under a secret that one passkey
// gives (PRF). The file is of the kind that age's own WebAuthn recipient writes, which asks for a touch
// of its own; here the touch that opens is also the one that the server judges.

import { chacha20poly1305 } from "@noble/ciphers/chacha.js";
import { extract } from "@noble/hashes/hkdf.js";
import { sha256 } from "@noble/hashes/sha2.js";
import { base64nopad } from "@scure/base";
import { Decrypter, Encrypter, Stanza } from "age-encryption";
import { fromUtf8, toUtf8 } from "../../shared/bytes.js";
import { KeysChanged } from "../open.js";
import { makePasskey, usePasskey } from "../passkeys.js";

const LABEL = "age-encryption.org/fido2prf";
// Known before it is known who touches. A passkey seals one file and no second one: one_touch/account.js.
const NONCE = toUtf8("dengshao touch 1");
const ARGUMENTS = [LABEL, base64nopad.encode(NONCE)];
const INPUTS = { first: input(1), second: input(2) };

// This browser, or this authenticator, gives no secret.
export class NoSecret extends Error {
  constructor() {
    super("this passkey gives no secret");
    this.name = "NoSecret";
  }
}

/** @type {(options: any) => Promise<MadePasskey>} */
export const makeTouch = (options) => makePasskey(options, INPUTS);

// Rejects before anything is posted where there would be nothing to open with.
/** @type {(options: any) => Promise<{ posted: object, key: Uint8Array }>} */
export async function useTouch(options) {
  const { posted, secret, second } = await usePasskey(options, INPUTS);
  if (!secret || !second) throw new NoSecret();
  return { posted, key: extract(sha256, join(secret, second), toUtf8(LABEL)) };
}

/** @type {(own: OwnIdentity, key: Uint8Array) => Promise<Uint8Array>} */
export async function sealOwn({ name, identity }, key) {
  const encrypter = new Encrypter();
  encrypter.addRecipient({
    wrapFileKey: (fileKey) => [new Stanza(ARGUMENTS, boxOf(key).encrypt(fileKey))],
  });
  return encrypter.encrypt(toUtf8(JSON.stringify({ name, identity })));
}

// The passkey signed, and yet its secret does not open what the server has for it: that was changed.
/** @type {(sealed: Uint8Array, key: Uint8Array) => Promise<OwnIdentity>} */
export async function openOwn(sealed, key) {
  const decrypter = new Decrypter();
  decrypter.addIdentity({ unwrapFileKey: (stanzas) => unwrap(stanzas, key) });
  try {
    return JSON.parse(fromUtf8(await decrypter.decrypt(sealed)));
  } catch {
    throw new KeysChanged("identity");
  }
}

/** @type {(stanzas: Stanza[], key: Uint8Array) => Uint8Array | null} */
function unwrap(stanzas, key) {
  if (stanzas.length !== 1 || stanzas[0].args.join(" ") !== ARGUMENTS.join(" ")) return null;
  return boxOf(key).decrypt(stanzas[0].body);
}

// The nonce is age's, and fixed: see NONCE.
/** @type {(key: Uint8Array) => ReturnType<typeof chacha20poly1305>} */
const boxOf = (key) => chacha20poly1305(key, new Uint8Array(12));

/** @type {(number: number) => Bytes} */
function input(number) {
  return join(join(toUtf8(LABEL), Uint8Array.of(number)), NONCE);
}

/** @type {(one: Uint8Array, other: Uint8Array) => Bytes} */
function join(one, other) {
  const both = new Uint8Array(one.length + other.length);
  both.set(one);
  both.set(other, one.length);
  return both;
}
