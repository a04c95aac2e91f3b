// Looks into a copy that the frame made: a JPEG or PNG with nothing in it but what a picture needs.
// The frame handles a stranger's bytes, so what it gives back is looked at before it is handed out.

const PNG = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a];
// Header, palette, transparency, pixels, end, and how colours and dots are meant.
const CHUNKS = ["IHDR", "PLTE", "tRNS", "IDAT", "IEND", "sRGB", "gAMA", "cHRM", "sBIT", "pHYs"];

export function isBare(bytes, type) {
  try {
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    return type === "image/jpeg" ? isBareJpeg(view) : type === "image/png" && isBarePng(view);
  } catch (error) {
    // Cut off in its midst.
    return false;
  }
}

function isBarePng(view) {
  if (!PNG.every((byte, i) => view.getUint8(i) === byte)) return false;
  let at = PNG.length;
  for (;;) {
    const name = text(view, at + 4, 4);
    if (!CHUNKS.includes(name)) return false;
    at += 12 + view.getUint32(at);
    if (name === "IEND") return at === view.byteLength;
  }
}

// Tables, frame, restart interval and scan; of applications' segments only JFIF's own of 16 bytes,
// which has no room for a small picture or for words.
function isBareJpeg(view) {
  if (view.getUint16(0) !== 0xffd8) return false;
  let at = 2;
  for (;;) {
    if (view.getUint8(at) !== 0xff) return false;
    const marker = view.getUint8(at + 1);
    if (marker === 0xd9) return at + 2 === view.byteLength;
    const length = view.getUint16(at + 2);
    const isJfif = marker === 0xe0 && length === 16 && text(view, at + 4, 4) === "JFIF";
    if (!isJfif && !isPictureData(marker)) return false;
    at += 2 + length;
    if (marker === 0xda) at = afterScan(view, at);
  }
}

const isPictureData = (marker) =>
  (marker >= 0xc0 && marker <= 0xcf) || [0xda, 0xdb, 0xdd].includes(marker);

// Within a scan, FF is followed by 00 or by a restart mark.
function afterScan(view, start) {
  let at = start;
  for (;;) {
    while (view.getUint8(at) !== 0xff) at += 1;
    const next = view.getUint8(at + 1);
    if (next !== 0 && !(next >= 0xd0 && next <= 0xd7)) return at;
    at += 2;
  }
}

const text = (view, at, length) =>
  String.fromCharCode(...Array.from({ length }, (_, i) => view.getUint8(at + i)));
