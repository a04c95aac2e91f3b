// What a file is by its first bytes, whatever its name says: as admin/cleaning/kinds.py tells it, from
// the same tables. It says how a file is treated or shown; nothing of it is believed later.

import {
  BRANDS,
  EBML,
  FILM_BOXES,
  FRAMES,
  MATROSKA,
  REDRAWN,
  RIFFS,
  STARTS,
  UNKNOWN,
  WEBM,
  ZIP,
  ZIP_START,
} from "#contract";

export const LOOKED_AT = 4096;

// A picture that browsers may be able to draw anew.
/** @type {(type: string) => boolean} */
export const isPicture = (type) => REDRAWN.includes(type);

// `bytes` are a file's first; returns a media type, "application/octet-stream" where none is known.
/** @type {(bytes: Uint8Array) => string} */
export function sniff(bytes) {
  const text = ascii(bytes);
  const found = STARTS.find(([start]) => text.startsWith(start));
  if (found) return found[1];
  if (text.startsWith(ZIP_START)) return ZIP;
  if (text.startsWith(EBML)) return text.includes("webm") ? WEBM : MATROSKA;
  if (text.startsWith("RIFF")) return named(RIFFS, text.slice(8, 12)) || UNKNOWN;
  if (text.startsWith("ftyp", 4)) return named(BRANDS, text.slice(8, 12)) || FILM_BOXES;
  return isFrame(bytes) ? FRAMES : UNKNOWN;
}

/** @type {(bytes: Uint8Array) => string} */
const ascii = (bytes) => String.fromCharCode.apply(null, Array.from(bytes.subarray(0, 64)));

// What a table says of a mark; "" where it says nothing, whatever objects inherit.
/** @type {<T extends string>(table: { [mark: string]: T }, mark: string) => T | ""} */
export const named = (table, mark) => (Object.keys(table).includes(mark) ? table[mark] : "");

// A frame of MPEG sound, layer III: eleven bits set, then a version, a bit rate and a rate that exist.
/** @type {(bytes: Uint8Array) => boolean} */
const isFrame = ([first, second, third]) =>
  first === 0xff &&
  (second & 0xe6) === 0xe2 &&
  (second & 0x18) !== 0x08 &&
  ![0, 15].includes(third >> 4) &&
  ((third >> 2) & 3) !== 3;
