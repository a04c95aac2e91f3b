// Bytes and texts, one way and back. What is malformed throws.

const encoder = new TextEncoder();
const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/** @type {(text: string) => Bytes} */
export const toUtf8 = (text) => encoder.encode(text);
/** @type {(bytes: Uint8Array) => string} */
export const fromUtf8 = (bytes) => decoder.decode(bytes);

/** @type {(bytes: Uint8Array) => string} */
export const toHex = (bytes) =>
  Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");

/** @type {(text: string) => Bytes} */
export function fromHex(text) {
  if (!/^([0-9a-f]{2})*$/.test(text)) throw new Error("not lower-case hexadecimal");
  return Uint8Array.from(text.match(/../g) || [], (pair) => parseInt(pair, 16));
}

// In slices: a spread of a whole file would overflow the stack.
/** @type {(bytes: Uint8Array) => string} */
export function toBase64(bytes) {
  let binary = "";
  for (let i = 0; i < bytes.length; i += 8192) {
    binary += String.fromCharCode(...bytes.subarray(i, i + 8192));
  }
  return btoa(binary);
}

/** @type {(text: string) => Bytes} */
export const fromBase64 = (text) => Uint8Array.from(atob(text), (c) => c.charCodeAt(0));

// Takes the same time wherever the first difference is.
/** @type {(a: Uint8Array, b: Uint8Array) => boolean} */
export function equal(a, b) {
  if (a.length !== b.length) return false;
  let difference = 0;
  a.forEach((byte, i) => {
    difference |= byte ^ b[i];
  });
  return difference === 0;
}
