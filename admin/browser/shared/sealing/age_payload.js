// How the payload of an age file is cut, numbered and keyed (https://c2sp.org/age), for what seals a file
// part by part and for what opens it so.

import { hkdf } from "@noble/hashes/hkdf.js";
import { sha256 } from "@noble/hashes/sha2.js";
import { toUtf8 } from "../bytes.js";

// As PART of admin/vault/files/blobs.py: every part but a file's last is exactly so long.
export const PART = 2 * 1024 * 1024;
export const CHUNK = 64 * 1024;
export const TAG = 16;
export const NONCE = 16;

/** @type {(fileKey: Uint8Array, nonce: Uint8Array) => Uint8Array} */
export const payloadKey = (fileKey, nonce) => hkdf(sha256, fileKey, nonce, toUtf8("payload"), 32);

// A counter of eleven bytes, and a mark on the last chunk: no chunk can stand in another's place.
/** @type {(number: number, isLast: boolean) => Bytes} */
export function nonceOf(number, isLast) {
  const nonce = new Uint8Array(12);
  new DataView(nonce.buffer).setUint32(7, number);
  nonce[11] = isLast ? 1 : 0;
  return nonce;
}
