// What a file is by its first bytes, and what this page can do with it. The sender's word for it
// (`type` of the entry) decides nothing: it only names the file until it is opened.

const PICTURE = "picture";
const SOUND = "sound";
const FILM = "film";

// What the frame can show, by media type. Everything else can only be saved.
const VIEWS = {
  "image/jpeg": PICTURE,
  "image/png": PICTURE,
  "image/webp": PICTURE,
  "image/gif": PICTURE,
  "audio/mpeg": SOUND,
  "audio/mp4": SOUND,
  "audio/ogg": SOUND,
  "audio/wav": SOUND,
  "audio/flac": SOUND,
  "video/mp4": FILM,
  "video/quicktime": FILM,
  "video/webm": FILM,
};
const PAPERS = ["application/pdf", "text/plain", "application/msword"];
const PAPER_FAMILIES = ["application/vnd.", "text/"];

export const viewOf = (type) =>
  Object.prototype.hasOwnProperty.call(VIEWS, type) ? VIEWS[type] : "";

// A word of the page for it: picture, sound, film, paper or other.
export function familyOf(type) {
  if (type.startsWith("image/")) return PICTURE;
  if (type.startsWith("audio/")) return SOUND;
  if (type.startsWith("video/")) return FILM;
  const isPaper = PAPERS.includes(type) || PAPER_FAMILIES.some((start) => type.startsWith(start));
  return isPaper ? "paper" : "other";
}

const isAt = (bytes, at, text) =>
  Array.from(text).every((character, i) => bytes[at + i] === character.charCodeAt(0));

const SOUND_BRANDS = ["M4A ", "M4B ", "F4A "];
const PICTURE_BRANDS = ["heic", "heix", "hevc", "mif1", "msf1", "avif", "avis"];

function mediaBox(bytes) {
  const brand = String.fromCharCode(...bytes.subarray(8, 12));
  if (PICTURE_BRANDS.includes(brand)) return "";
  if (SOUND_BRANDS.includes(brand)) return "audio/mp4";
  return brand === "qt  " ? "video/quicktime" : "video/mp4";
}

function riff(bytes) {
  if (isAt(bytes, 8, "WEBP")) return "image/webp";
  return isAt(bytes, 8, "WAVE") ? "audio/wav" : "";
}

// A frame of MPEG audio, layer III: eleven bits set, then a version and a bit rate that exist.
const isMp3Frame = ([first, second, third]) =>
  first === 0xff &&
  (second & 0xe6) === 0xe2 &&
  (second & 0x18) !== 0x08 &&
  (third & 0xf0) !== 0xf0 &&
  (third & 0xf0) !== 0;

// [where, what stands there, what it then is]
const MARKS = [
  [0, "\xff\xd8\xff", () => "image/jpeg"],
  [0, "\x89PNG\r\n\x1a\n", () => "image/png"],
  [0, "GIF87a", () => "image/gif"],
  [0, "GIF89a", () => "image/gif"],
  [0, "RIFF", riff],
  [4, "ftyp", mediaBox],
  [0, "\x1a\x45\xdf\xa3", () => "video/webm"],
  [0, "OggS", () => "audio/ogg"],
  [0, "fLaC", () => "audio/flac"],
  [0, "ID3", () => "audio/mpeg"],
];

// Returns a media type that the frame can show, or "". Nothing that could be a page or hold a script
// is among them: no SVG, HTML or PDF.
export function sniff(bytes) {
  const mark = MARKS.find(([at, text]) => isAt(bytes, at, text));
  const found = mark ? mark[2](bytes) : isMp3Frame(bytes) ? "audio/mpeg" : "";
  return viewOf(found) ? found : "";
}
