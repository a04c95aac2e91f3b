// Leaves of a picture that was just drawn nothing but the picture: what encoders add by themselves
// (a colour profile, a resolution) tells one browser from another.

import { bytesOf } from "./blob_bytes.js";

// Resolves with a Blob of the same type.
/** @type {(blob: Blob) => Promise<Blob>} */
export async function bare(blob) {
  const bytes = await bytesOf(blob, 0, blob.size);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const kept = blob.type === "image/png" ? keptOfPng(view) : keptOfJpeg(view);
  return new Blob(
    kept.map(([start, end]) => bytes.subarray(start, end)),
    { type: blob.type },
  );
}

// Segments before the scan: all but APP1 to APP15 and comments. APP0 says that it is JFIF.
/** @type {(view: DataView) => number[][]} */
function keptOfJpeg(view) {
  const kept = [[0, 2]];
  let at = 2;
  while (view.getUint16(at) !== 0xffda) {
    const mark = view.getUint8(at + 1);
    const end = at + 2 + view.getUint16(at + 2);
    const isAdded = (mark >= 0xe1 && mark <= 0xef) || mark === 0xfe;
    if (!isAdded) kept.push([at, end]);
    at = end;
  }
  kept.push([at, view.byteLength]);
  return kept;
}

const SIGNATURE = 8;
// IHDR, PLTE, tRNS, IDAT, IEND
const PICTURE = [0x49484452, 0x504c5445, 0x74524e53, 0x49444154, 0x49454e44];

/** @type {(view: DataView) => number[][]} */
function keptOfPng(view) {
  const kept = [[0, SIGNATURE]];
  let at = SIGNATURE;
  while (at < view.byteLength) {
    const end = at + 12 + view.getUint32(at);
    if (PICTURE.includes(view.getUint32(at + 4))) kept.push([at, end]);
    at = end;
  }
  return kept;
}
