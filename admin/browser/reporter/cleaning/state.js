// What an upload needs to go on after the page was loaded anew. It rests in the tab's own storage,
// locked under a key that the server alone gives out, to whoever brings the ticket, while it lives.

import { chacha20poly1305 } from "@noble/ciphers/chacha.js";
import { fromBase64, fromUtf8, toBase64, toUtf8 } from "../../shared/bytes.js";

const NONCE = 12;

// `keep` is the server's key as base64; `content` anything that JSON can hold.
/** @type {(keep: string, content: object) => string} */
export function lockState(keep, content) {
  const nonce = crypto.getRandomValues(new Uint8Array(NONCE));
  const sealed = chacha20poly1305(fromBase64(keep), nonce).encrypt(toUtf8(JSON.stringify(content)));
  const box = new Uint8Array(NONCE + sealed.length);
  box.set(nonce);
  box.set(sealed, NONCE);
  return toBase64(box);
}

// Throws where it was changed, or the key is another one.
/** @type {(keep: string, text: string) => any} */
export function openState(keep, text) {
  const box = fromBase64(text);
  const clear = chacha20poly1305(fromBase64(keep), box.subarray(0, NONCE)).decrypt(
    box.subarray(NONCE),
  );
  return JSON.parse(fromUtf8(clear));
}
