// What a file is by its first bytes, and what this page can do with it. The sender's word for it
// (`type` of the entry) decides nothing: it only names the file until it is opened.

import { VIEWS } from "#contract";
import { named, sniff as typeOf } from "../../shared/media.js";

const PAPERS = ["application/pdf", "text/plain", "application/msword"];
const PAPER_FAMILIES = ["application/vnd.", "text/"];

// "picture", "sound" or "film" for what the frame can show; "" for all that can only be saved.
/** @type {(type: string) => FileView | ""} */
export const viewOf = (type) => named(/** @type {Record<string, FileView>} */ (VIEWS), type);

// A word of the page for it: picture, sound, film, paper or other.
/** @type {(type: string) => FileFamily} */
export function familyOf(type) {
  if (type.startsWith("image/")) return "picture";
  if (type.startsWith("audio/")) return "sound";
  if (type.startsWith("video/")) return "film";
  const isPaper = PAPERS.includes(type) || PAPER_FAMILIES.some((start) => type.startsWith(start));
  return isPaper ? "paper" : "other";
}

// Returns a media type that the frame can show, or "". Nothing that could be a page or hold a script
// is among them: no SVG, HTML or PDF.
/** @type {(bytes: Uint8Array) => string} */
export function sniff(bytes) {
  const type = typeOf(bytes);
  return viewOf(type) ? type : "";
}
