// The code that a holder of a unit's key speaks to a new member. It does three things at once, for who
// typed it: it lets them join, it proves to their browser which key the unit has, and to the holder's
// browser which key is theirs. Two fingerprints need not be read out.
//
// The server knows nothing of it but what `proofOf` and the MACs are, from which 79.7 bits behind a
// scrypt of 128 MiB are not found (decision 67). No browser keeps it: a holder's browser makes it again
// from the unit's identity and the nonce that lies with the invitation.

import { hkdf } from "@noble/hashes/hkdf.js";
import { hmac } from "@noble/hashes/hmac.js";
import { scrypt } from "@noble/hashes/scrypt.js";
import { sha256 } from "@noble/hashes/sha2.js";
import { fromHex, toHex, toUtf8 } from "../../shared/bytes.js";
import { groupsOf, plainCode } from "./check_code.js";

export const NONCE = 16;
const COST = { N: 2 ** 17, r: 8, p: 1, dkLen: 32 };
const EMPTY = new Uint8Array(0);

// `seed` is that of the unit's identity. A nonce is good for one name: the server cannot hand out the
// code of one as that of another.
/** @type {(seed: Uint8Array, name: string, nonce: string) => string} */
export function spokenCode(seed, name, nonce) {
  const key = hkdf(sha256, seed, fromHex(nonce), toUtf8("spoken code"), 32);
  return groupsOf(hmac(sha256, key, toUtf8(name)));
}

// Half a second of work without a pause: call it in a worker.
/** @type {(typed: string, nonce: string) => Uint8Array} */
export const stretchSpoken = (typed, nonce) =>
  scrypt(toUtf8(plainCode(typed)), fromHex(nonce), COST);

/** @type {(stretched: Uint8Array, use: string) => Uint8Array} */
const keyFor = (stretched, use) => hkdf(sha256, stretched, EMPTY, toUtf8(`spoken ${use}`), 32);

// What who joins shows the server; with the invitation lies its hash.
/** @type {(stretched: Uint8Array) => string} */
export const proofOf = (stretched) => toHex(keyFor(stretched, "join"));

/** @type {(stretched: Uint8Array) => string} */
export const verifierOf = (stretched) => toHex(sha256(keyFor(stretched, "join")));

// A holder's word to the new member: this is our unit's key.
/** @type {(stretched: Uint8Array, unit: { id: string, recipient: string, recovery: string }) => string} */
export const unitMac = (stretched, { id, recipient, recovery }) =>
  toHex(hmac(sha256, keyFor(stretched, "unit"), toUtf8(`${id}\n${recipient}\n${recovery}`)));

// The new member's word to a holder: this is my key.
/** @type {(stretched: Uint8Array, name: string, recipient: string) => string} */
export const memberMac = (stretched, name, recipient) =>
  toHex(hmac(sha256, keyFor(stretched, "member"), toUtf8(`${name}\n${recipient}`)));
