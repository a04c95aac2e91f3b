// Seals values for sessionStorage under the key of the server's session row (AES-GCM).

import { fromBase64, fromUtf8, toBase64, toUtf8 } from "../shared/bytes.js";

const NONCE = 12;

/** @type {(value: unknown, wrapKey: string) => Promise<string>} */
export async function wrap(value, wrapKey) {
  const iv = crypto.getRandomValues(new Uint8Array(NONCE));
  const key = await importKey(wrapKey);
  const plain = toUtf8(JSON.stringify(value));
  const sealed = new Uint8Array(await crypto.subtle.encrypt({ name: "AES-GCM", iv }, key, plain));
  return `${toBase64(iv)}.${toBase64(sealed)}`;
}

// Null for what was sealed under another key, or changed.
/** @type {(stored: string, wrapKey: string) => Promise<any>} */
export async function unwrap(stored, wrapKey) {
  const [iv, sealed] = stored.split(".").map(fromBase64);
  try {
    const key = await importKey(wrapKey);
    const plain = await crypto.subtle.decrypt({ name: "AES-GCM", iv }, key, sealed);
    return JSON.parse(fromUtf8(new Uint8Array(plain)));
  } catch {
    return null;
  }
}

/** @type {(wrapKey: string) => Promise<CryptoKey>} */
const importKey = (wrapKey) =>
  crypto.subtle.importKey("raw", fromBase64(wrapKey), "AES-GCM", false, ["encrypt", "decrypt"]);
