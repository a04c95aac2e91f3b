// What a file is by its first bytes, whatever its name says. Only to choose how it is treated here;
// nothing of it is believed later.

export const LOOKED_AT = 4096;

const PICTURES = ["image/jpeg", "image/png", "image/webp", "image/heic"];
const HEIC = /^(heic|heix|hevc|hevx|heim|heis|mif1|msf1|avif|avis)$/;

// A picture that browsers may be able to draw anew.
export const isPicture = (type) => PICTURES.includes(type);

// `bytes` are a file's first; returns a media type, "application/octet-stream" where none is known.
export function sniff(bytes) {
  const text = ascii(bytes);
  const found = STARTS.find(([start, at]) => text.startsWith(start, at || 0));
  if (found) return found[2];
  if (text.startsWith("RIFF")) return RIFF[text.slice(8, 12)] || "application/octet-stream";
  if (text.startsWith("ftyp", 4)) return ofBrand(text.slice(8, 12));
  if (bytes[0] === 0xff && (bytes[1] & 0xe6) === 0xe2) return "audio/mpeg";
  return "application/octet-stream";
}

const ascii = (bytes) => String.fromCharCode.apply(null, bytes.subarray(0, 64));

// How it begins, where, and what it is then.
const STARTS = [
  ["\xff\xd8\xff", 0, "image/jpeg"],
  ["\x89PNG\r\n\x1a\n", 0, "image/png"],
  ["GIF8", 0, "image/gif"],
  ["%PDF-", 0, "application/pdf"],
  ["PK\x03\x04", 0, "application/zip"],
  ["ID3", 0, "audio/mpeg"],
  ["OggS", 0, "audio/ogg"],
  ["#!AMR", 0, "audio/amr"],
  ["\x1aE\xdf\xa3", 0, "video/x-matroska"],
];

const RIFF = { WEBP: "image/webp", "WAVE": "audio/wav", "AVI ": "video/x-msvideo" };

function ofBrand(brand) {
  if (HEIC.test(brand)) return brand.startsWith("avi") ? "image/avif" : "image/heic";
  if (brand === "M4A ") return "audio/mp4";
  return brand === "qt  " ? "video/quicktime" : "video/mp4";
}

// Width and height as the picture itself tells them, before anything decodes it: a small file may
// claim to be as large as a town. null where it does not tell.
export function sizeOf(bytes, type) {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  try {
    return SIZES[type] ? SIZES[type](view) : null;
  } catch (error) {
    if (error instanceof RangeError) return null;
    throw error;
  }
}

const SIZES = {
  "image/png": (view) => [view.getUint32(16), view.getUint32(20)],
  "image/webp": sizeOfWebp,
  "image/jpeg": sizeOfJpeg,
};

function sizeOfWebp(view) {
  const kind = view.getUint32(12);
  if (kind === 0x56503858) return [1 + uint24(view, 24), 1 + uint24(view, 27)];
  if (kind === 0x56503820) return [view.getUint16(26, true) & 0x3fff, view.getUint16(28, true) & 0x3fff];
  const bits = view.getUint32(21, true);
  return [1 + (bits & 0x3fff), 1 + ((bits >> 14) & 0x3fff)];
}

const uint24 = (view, at) => view.getUint16(at, true) + view.getUint8(at + 2) * 65536;

// Walks from segment to segment up to the frame's header.
function sizeOfJpeg(view) {
  let at = 2;
  while (view.getUint8(at) === 0xff) {
    const mark = view.getUint8(at + 1);
    const isFrame = mark >= 0xc0 && mark <= 0xcf && ![0xc4, 0xc8, 0xcc].includes(mark);
    if (isFrame) return [view.getUint16(at + 7), view.getUint16(at + 5)];
    at += mark === 0xff ? 1 : 2 + view.getUint16(at + 2);
  }
  return null;
}
