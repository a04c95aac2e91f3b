// What a file is by its first bytes, whatever its name says. Only to choose how it is treated here;
// nothing of it is believed later.

export const LOOKED_AT = 4096;

const PICTURES = ["image/jpeg", "image/png", "image/webp", "image/heic"];
const HEIC = /^(heic|heix|hevc|hevx|heim|heis|mif1|msf1|avif|avis)$/;

// A picture that browsers may be able to draw anew.
/** @type {(type: string) => boolean} */
export const isPicture = (type) => PICTURES.includes(type);

// `bytes` are a file's first; returns a media type, "application/octet-stream" where none is known.
/** @type {(bytes: Uint8Array) => string} */
export function sniff(bytes) {
  const text = ascii(bytes);
  const found = STARTS.find(([start, at]) => text.startsWith(start, at || 0));
  if (found) return found[2];
  if (text.startsWith("RIFF")) return RIFF[text.slice(8, 12)] || "application/octet-stream";
  if (text.startsWith("ftyp", 4)) return ofBrand(text.slice(8, 12));
  if (bytes[0] === 0xff && (bytes[1] & 0xe6) === 0xe2) return "audio/mpeg";
  return "application/octet-stream";
}

/** @type {(bytes: Uint8Array) => string} */
const ascii = (bytes) =>
  String.fromCharCode.apply(null, /** @type {any} */ (bytes.subarray(0, 64)));

// How it begins, where, and what it is then.
/** @type {[start: string, at: number, type: string][]} */
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

/** @type {Record<string, string>} */
const RIFF = { WEBP: "image/webp", WAVE: "audio/wav", "AVI ": "video/x-msvideo" };

/** @type {(brand: string) => string} */
function ofBrand(brand) {
  if (HEIC.test(brand)) return brand.startsWith("avi") ? "image/avif" : "image/heic";
  if (brand === "M4A ") return "audio/mp4";
  return brand === "qt  " ? "video/quicktime" : "video/mp4";
}
