// A file as it is named inside a sealed tip or letter: what admin/sealing/files.py reads.

export const MOST_ENTRIES = 20;
const LONGEST = 120;
const STATES = ["cleaned", "kept", "original"];
// Control characters, and those that turn the direction of what stands beside them or show nothing.
const UNSEEN =
  /[\u0000-\u001f\u007f-\u009f\u00ad\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb]/g;
const FORBIDDEN = /[/\\:*?"<>|]/g;
// Names that Windows keeps for devices.
const DEVICE = /^(con|prn|aux|nul|com[0-9]|lpt[0-9])(?=\.|$)/i;
const LONE = /[\ud800-\udbff](?![\udc00-\udfff])|(^|[^\ud800-\udbff])[\udc00-\udfff]/g;

// A name that can be shown, and that a file can bear on any disk; `other` where nothing is left of it.
/** @type {(name: string, other?: string) => string} */
export function safeName(name, other = "file") {
  const seen = name.replace(UNSEEN, "").replace(LONE, "$1_").replace(FORBIDDEN, "_");
  const trimmed = seen.replace(/^[.\s]+|[.\s]+$/g, "").replace(DEVICE, "_$1");
  return shorten(trimmed) || other;
}

// Keeps the ending, which says what the file is.
/** @type {(name: string) => string} */
function shorten(name) {
  const letters = Array.from(name);
  if (letters.length <= LONGEST) return name;
  const [ending] = name.match(/\.[A-Za-z0-9]{1,8}$/) || [""];
  return letters.slice(0, LONGEST - ending.length).join("") + ending;
}

/** @type {(file: Omit<FileEntry, "offset"> & { offset?: number }) => FileEntry} */
export function makeEntry({ name, type, size, sha256, blob, key, offset, state }) {
  if (!STATES.includes(state)) throw new Error("no such state of a file");
  return { name: safeName(name), type, size, sha256, blob, key, offset: offset || 0, state };
}
