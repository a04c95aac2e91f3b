// The slow half of opening a member's identity: what age's scrypt stanza asks for.
//
// It is kept apart from the opening, so that it can run in a worker while the server still checks
// who asks: the stanza's salt is known before sign-in, the sealed identity only after it.

import { scrypt } from "@noble/hashes/scrypt.js";
import { toUtf8 } from "../shared/bytes.js";
import { sealingPassphrase } from "../shared/sealing/member.js";

// As admin/sealing/age/passphrase.py writes it. Fixed here: no server can ask for less.
export const WORK_FACTOR = 17;
const LABEL = toUtf8("age-encryption.org/v1/scrypt");
const SALT = 16;

/** @type {(passphrase: string, code: string, salt: Uint8Array) => Uint8Array} */
export function stretch(passphrase, code, salt) {
  if (salt.length !== SALT) throw new Error("the salt of a sealed identity is 16 bytes");
  const labelAndSalt = new Uint8Array(LABEL.length + SALT);
  labelAndSalt.set(LABEL);
  labelAndSalt.set(salt, LABEL.length);
  const options = { N: 2 ** WORK_FACTOR, r: 8, p: 1, dkLen: 32 };
  return scrypt(toUtf8(sealingPassphrase(passphrase, code)), labelAndSalt, options);
}
