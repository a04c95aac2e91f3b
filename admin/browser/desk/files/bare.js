// Takes out of a copy that the frame made whatever is no picture: profiles, words, small pictures.
//
// The frame handles a stranger's bytes, so what it gives back is gone through before it is handed
// out. A JPEG or PNG without a profile is sRGB to everybody, and so is what a canvas holds.

const PNG = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a];
// Header, palette, transparency, pixels, end.
const CHUNKS = ["IHDR", "PLTE", "tRNS", "IDAT", "IEND"];
const START_OF_SCAN = 0xda;
const END = 0xd9;

// Returns the bytes of the bare picture, or null where it is none.
/** @type {(bytes: Bytes, type: string) => Bytes | null} */
export function bared(bytes, type) {
  const strip = { "image/jpeg": stripJpeg, "image/png": stripPng }[type];
  try {
    return strip
      ? strip(bytes, new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength))
      : null;
  } catch {
    // Cut off in its midst.
    return null;
  }
}

/** @type {(bytes: Bytes, view: DataView) => Bytes | null} */
function stripPng(bytes, view) {
  if (!PNG.every((byte, i) => view.getUint8(i) === byte)) return null;
  const kept = [bytes.subarray(0, PNG.length)];
  let at = PNG.length;
  for (;;) {
    const name = text(view, at + 4, 4);
    const end = at + 12 + view.getUint32(at);
    if (CHUNKS.includes(name)) kept.push(bytes.subarray(at, end));
    at = end;
    if (name === "IEND") return at === bytes.length ? joined(kept) : null;
  }
}

/** @type {(bytes: Bytes, view: DataView) => Bytes | null} */
function stripJpeg(bytes, view) {
  if (view.getUint16(0) !== 0xffd8) return null;
  const kept = [bytes.subarray(0, 2)];
  let at = 2;
  for (;;) {
    if (view.getUint8(at) !== 0xff) return null;
    const marker = view.getUint8(at + 1);
    if (marker === END) return lastOf(bytes, at, kept);
    let end = at + 2 + view.getUint16(at + 2);
    if (marker === START_OF_SCAN) end = afterScan(view, end);
    if (isPictureData(marker)) kept.push(bytes.subarray(at, end));
    at = end;
  }
}

// Behind the end mark something else could follow.
/** @type {(bytes: Bytes, at: number, kept: Bytes[]) => Bytes | null} */
const lastOf = (bytes, at, kept) =>
  at + 2 === bytes.length ? joined(kept.concat(bytes.subarray(at))) : null;

// Frames, tables, restart interval and scans: no segment of a program, no comment.
/** @type {(marker: number) => boolean} */
const isPictureData = (marker) =>
  (marker >= 0xc0 && marker <= 0xcf) || [START_OF_SCAN, 0xdb, 0xdd].includes(marker);

// Within a scan, FF is followed by 00 or by a restart mark.
/** @type {(view: DataView, start: number) => number} */
function afterScan(view, start) {
  let at = start;
  for (;;) {
    while (view.getUint8(at) !== 0xff) at += 1;
    const next = view.getUint8(at + 1);
    if (next !== 0 && !(next >= 0xd0 && next <= 0xd7)) return at;
    at += 2;
  }
}

/** @type {(parts: Bytes[]) => Bytes} */
function joined(parts) {
  const all = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  parts.forEach((part) => {
    all.set(part, at);
    at += part.length;
  });
  return all;
}

/** @type {(view: DataView, at: number, length: number) => string} */
const text = (view, at, length) =>
  String.fromCharCode(...Array.from({ length }, (_, i) => view.getUint8(at + i)));
