// What a holder of the unit's key heard of a new member, so that the key can be handed on later, in any
// holder's browser: the member's 核对码, with a MAC that the server cannot make.

import { hkdf } from "@noble/hashes/hkdf.js";
import { hmac } from "@noble/hashes/hmac.js";
import { sha256 } from "@noble/hashes/sha2.js";
import { toHex, toUtf8 } from "../../shared/bytes.js";

const EMPTY = new Uint8Array(0);

// `seed` is that of the unit's identity. The word for one name is worth nothing for another.
/** @type {(seed: Uint8Array, name: string, code: string) => string} */
export function heardMac(seed, name, code) {
  const key = hkdf(sha256, seed, EMPTY, toUtf8("heard member"), 32);
  return toHex(hmac(sha256, key, toUtf8(`${name}\n${code}`)));
}
