// Width and height as a picture itself tells them, before anything decodes it: a small file may claim
// to be as large as a town.

/** @typedef {[width: number, height: number]} Size */

// Returns [width, height], or null where it does not tell.
/** @type {(bytes: Uint8Array, type: string) => Size | null} */
export function dimensions(bytes, type) {
  const read = READERS[type];
  try {
    return read(new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength));
  } catch {
    // It ends before it has told.
    return null;
  }
}

/** @type {Record<string, (view: DataView) => Size | null>} */
const READERS = {
  "image/png": (view) => [view.getUint32(16), view.getUint32(20)],
  "image/gif": (view) => [view.getUint16(6, true), view.getUint16(8, true)],
  "image/jpeg": jpeg,
  "image/webp": webp,
};

// The first frame header is the one that decoders follow.
/** @type {(view: DataView) => Size | null} */
function jpeg(view) {
  let at = 2;
  for (;;) {
    if (view.getUint8(at) !== 0xff) return null;
    const marker = view.getUint8(at + 1);
    if (isFrame(marker)) return [view.getUint16(at + 7), view.getUint16(at + 5)];
    at += marker === 0xff ? 1 : isBare(marker) ? 2 : 2 + view.getUint16(at + 2);
  }
}

/** @type {(marker: number) => boolean} */
const isFrame = (marker) =>
  marker >= 0xc0 && marker <= 0xcf && ![0xc4, 0xc8, 0xcc].includes(marker);
// Markers that carry no length.
/** @type {(marker: number) => boolean} */
const isBare = (marker) => marker === 0x01 || (marker >= 0xd0 && marker <= 0xd8);

/** @type {(view: DataView, at: number) => number} */
const uint24 = (view, at) => view.getUint16(at, true) + view.getUint8(at + 2) * 65536;

/** @type {(view: DataView) => Size | null} */
function webp(view) {
  const kind = String.fromCharCode(...[12, 13, 14, 15].map((at) => view.getUint8(at)));
  if (kind === "VP8X") return [uint24(view, 24) + 1, uint24(view, 27) + 1];
  if (kind === "VP8 ") {
    return [view.getUint16(26, true) & 0x3fff, view.getUint16(28, true) & 0x3fff];
  }
  if (kind !== "VP8L") return null;
  const bits = view.getUint32(21, true);
  return [(bits & 0x3fff) + 1, ((bits >> 14) & 0x3fff) + 1];
}
