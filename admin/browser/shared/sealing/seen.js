// What a reporter has seen of the answers, under the talk key: what admin/sealing/seen.py does. A
// server that never held that key can neither read nor make a box.

import { chacha20poly1305 } from "@noble/ciphers/chacha.js";
import { hmac } from "@noble/hashes/hmac.js";
import { sha256 } from "@noble/hashes/sha2.js";
import { fromHex, toHex, toUtf8 } from "../bytes.js";
import { isDay } from "../day.js";

const DOMAIN = "dengshao seen v1";
const NONCE = 12;
const DIGEST = 32;
const SEEN = 68;

/** @type {() => Bytes} */
export const blankSeen = () => crypto.getRandomValues(new Uint8Array(SEEN));

// `seen` is `{number, day, digest}`: of the last answer that opened and stood in its place (0 and ""
// before the first), and the day as 2026-11-30.
/** @type {(talk: Uint8Array, reference: string, seen: Seen) => Bytes} */
export function sealSeen(talk, reference, { number, day, digest }) {
  const content = new Uint8Array(8 + DIGEST);
  const view = new DataView(content.buffer);
  view.setUint32(0, number);
  view.setUint32(4, Number(day.replace(/-/g, "")));
  content.set(fromHex(digest), 8);
  const box = new Uint8Array(SEEN);
  const nonce = crypto.getRandomValues(new Uint8Array(NONCE));
  box.set(nonce);
  box.set(chacha20poly1305(keyOf(talk, reference), nonce).encrypt(content), NONCE);
  return box;
}

// Null for whatever this tip's reporter did not make: nobody came yet, or it was taken away.
/** @type {(talk: Uint8Array, reference: string, box: Uint8Array) => Seen | null} */
export function openSeen(talk, reference, box) {
  if (box.length !== SEEN) return null;
  let content;
  try {
    content = chacha20poly1305(keyOf(talk, reference), box.subarray(0, NONCE)).decrypt(
      box.subarray(NONCE),
    );
  } catch {
    return null;
  }
  const view = new DataView(content.buffer, content.byteOffset);
  const number = view.getUint32(0);
  const day = String(view.getUint32(4)).replace(/^(\d{4})(\d\d)(\d\d)$/, "$1-$2-$3");
  if (!isDay(day)) return null;
  return { number, day, digest: number ? toHex(content.subarray(8)) : "" };
}

/** @type {(talk: Uint8Array, reference: string) => Uint8Array} */
const keyOf = (talk, reference) => hmac(sha256, talk, toUtf8(`${DOMAIN}\n${reference}`));
