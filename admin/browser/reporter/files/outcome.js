// What is said of a file once the words are stored.

import { fill } from "../../shared/page/words.js";

/**
 * @param {import("./item.js").Item} item
 * @param {FileEntry[]} entries
 * @param {{ words: FileWords, isPractice?: boolean }} field
 */
export function outcomeOf(item, entries, { words, isPractice }) {
  const name = item.shownName;
  if (isPractice && item.state === "ready") return { name, text: words.practised };
  const own = entries.filter((entry) => isOf(entry, item));
  if (!own.length) return { name, text: fill(words.notSaved, { reason: reasonOf(item, words) }) };
  const first = own.some(({ state }) => state === "cleaned") ? words.savedClean : words.savedKept;
  const hasOriginal = own.some(({ state }) => state === "original");
  return { name, text: hasOriginal ? first + words.savedOriginal : first };
}

/** @type {(entry: FileEntry, item: import("./item.js").Item) => boolean} */
function isOf({ name, blob, state }, item) {
  const blobs = item.uploads.map((upload) => upload.blob);
  if (!item.pack) return blobs.includes(blob);
  return name === (state === "cleaned" ? item.cleanName : item.name);
}

/** @type {(item: import("./item.js").Item, words: FileWords) => string} */
function reasonOf(item, words) {
  return (
    words.reasons[item.failure || (item.state === "refused" ? item.reason : "")] ||
    words.reasons.refused
  );
}
