// The member codes that an enrolled browser keeps, only where its member ticked the box.
//
// A code alone opens nothing: the passphrase is never kept. Where the member's passkey gives a
// secret (PRF), the code rests sealed under it: who takes this computer away has no code either.

import { fromBase64, fromUtf8, toBase64, toUtf8 } from "../shared/bytes.js";
import { askSecret } from "./passkeys.js";

const CODES = "dengshao.codes";
const NONCE = 12;
const INFO = toUtf8("dengshao remembered code v1");

/** @type {() => RememberedCodes} */
function read() {
  try {
    return Object.assign(
      { last: "", codes: {} },
      JSON.parse(localStorage.getItem(CODES) || "null"),
    );
  } catch {
    return { last: "", codes: {} };
  }
}

/** @type {(kept: RememberedCodes) => void} */
const write = (kept) => localStorage.setItem(CODES, JSON.stringify(kept));

export const lastName = () => read().last;

// A code that is kept in clear, or "".
/** @type {(name: string) => string} */
export function codeOf(name) {
  const kept = read().codes[name];
  return typeof kept === "string" ? kept : "";
}

// Whether a code is kept that only the member's passkey gives back.
/** @type {(name: string) => boolean} */
export const isSealed = (name) => Boolean(sealedOf(name));

/** @type {(name: string) => SealedCode | null} */
function sealedOf(name) {
  const kept = read().codes[name];
  return kept && typeof kept !== "string" && kept.sealed ? kept : null;
}

/** @type {(name: string, code: string) => void} */
export function remember(name, code) {
  keep(name, code);
}

// `credential` names the passkey whose `secret` this is.
/** @type {(name: string, code: string, passkey: PasskeySecret) => Promise<void>} */
export async function rememberSealed(name, code, { credential, secret }) {
  const iv = crypto.getRandomValues(new Uint8Array(NONCE));
  const plain = toUtf8(code);
  const box = await crypto.subtle.encrypt(algorithm(iv, name), await keyOf(secret), plain);
  const sealed = toBase64(new Uint8Array(box));
  keep(name, { credential, iv: toBase64(iv), sealed });
}

// Asks for the passkey, and rejects where it was not shown or is another.
/** @type {(name: string) => Promise<string>} */
export async function openSealed(name) {
  const { credential, iv, sealed } = /** @type {SealedCode} */ (sealedOf(name));
  const { secret } = await askSecret([credential]);
  const key = await keyOf(secret);
  const plain = await crypto.subtle.decrypt(
    algorithm(fromBase64(iv), name),
    key,
    fromBase64(sealed),
  );
  return fromUtf8(new Uint8Array(plain));
}

/** @type {(name: string) => void} */
export function forgetCode(name) {
  const { last, codes } = read();
  delete codes[name];
  if (Object.keys(codes).length) write({ last: last === name ? "" : last, codes });
  else localStorage.removeItem(CODES);
}

/** @type {(name: string, code: string | SealedCode) => void} */
function keep(name, code) {
  const { codes } = read();
  write({ last: name, codes: Object.assign(codes, { [name]: code }) });
}

/** @type {(iv: Bytes, name: string) => AesGcmParams} */
const algorithm = (iv, name) => ({ name: "AES-GCM", iv, additionalData: toUtf8(name) });

/** @type {(secret: Bytes | null) => Promise<CryptoKey>} */
async function keyOf(secret) {
  if (!secret) throw new Error("this passkey gives no secret");
  const material = await crypto.subtle.importKey("raw", secret, "HKDF", false, ["deriveKey"]);
  const derivation = { name: "HKDF", hash: "SHA-256", salt: new Uint8Array(0), info: INFO };
  const aes = { name: "AES-GCM", length: 256 };
  return crypto.subtle.deriveKey(derivation, material, aes, false, ["encrypt", "decrypt"]);
}
