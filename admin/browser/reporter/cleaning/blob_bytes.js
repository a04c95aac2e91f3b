// Reads pieces of a file that somebody chose.

import { alive } from "../../shared/alive.js";

// The file's bytes are not what they were, or cannot be read any more.
export class Unreadable extends Error {
  constructor() {
    super("the file changed or went away");
    this.name = "Unreadable";
  }
}

/** @type {(blob: Blob, start: number, end: number) => Promise<Bytes>} */
export async function bytesOf(blob, start, end) {
  // However large the file is, its pieces are not.
  alive();
  if (start >= end) return new Uint8Array(0);
  try {
    const bytes = new Uint8Array(await readBuffer(blob.slice(start, end)));
    if (bytes.length === end - start) return bytes;
  } catch {
    // Told below: a browser says it in words of its own.
  }
  throw new Unreadable();
}

// Blob.arrayBuffer came in 2020.
/** @type {(blob: Blob) => Promise<ArrayBuffer>} */
function readBuffer(blob) {
  if (blob.arrayBuffer) return blob.arrayBuffer();
  return new Promise((resolve, reject) => {
    const reader = new FileReader();
    reader.onload = () => resolve(/** @type {ArrayBuffer} */ (reader.result));
    reader.onerror = () => reject(reader.error);
    reader.readAsArrayBuffer(blob);
  });
}
