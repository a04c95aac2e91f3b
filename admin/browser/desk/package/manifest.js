// What is in a package, with a sum of each: for `dengshao open`, for sha256sum, and for people. Pure.

// As MANIFEST and SHEET of admin/handed/reading.py.
export const MANIFEST = "manifest.json";
export const SHEET = "manifest.txt";
export const TEXT = "text.txt";
export const LETTER = "letter.html";

/** @type {(letter: Letter4Organ, entries: PackedEntry[]) => string} */
export function manifestOf({ reference, number, to, from, day }, entries) {
  const files = entries.map(({ name, size, sha256 }) => ({ name, size, sha256 }));
  const content = { v: 1, kind: "referral", reference, number, from, to, day, files };
  return `${JSON.stringify(content, null, 1)}\n`;
}

// `sha256sum -c` reads it too: what begins with # it passes over.
/** @type {(letter: Letter4Organ, entries: PackedEntry[], words: LetterWords) => string} */
export function sheetOf({ reference, number, day }, entries, words) {
  const head = [`${number}  ${reference}  ${day}`, ...words.sums_head.split("\n")];
  const lines = entries.map(({ name, sha256 }) => `${sha256}  ${name}`);
  return `${head
    .map((line) => `# ${line}`)
    .concat(lines)
    .join("\n")}\n`;
}
