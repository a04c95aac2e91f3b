// A name that a stranger gave a file, made harmless: shown on the page, and offered when it is saved.

const MOST = 120;
// Controls, what turns the direction of writing, what takes no room, and half characters.
const UNSEEN =
  /[\u0000-\u001f\u007f-\u009f\u00ad\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u2028-\u202f\u205f-\u206f\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff0-\uffff]|[\ud800-\udbff](?![\udc00-\udfff])|(^|[^\ud800-\udbff])[\udc00-\udfff]/g;
// What a path or a command line would read as its own.
const UNSAFE = /[\\/:*?"<>|%$`'&;{}^~!#=@]+/g;
const WINDOWS = /^(con|prn|aux|nul|com[0-9]|lpt[0-9]|clock\$)(\.|$)/i;
// What opens as a picture, sound, film or paper. Any other ending could be a program or a page: it
// gets one more, with which no double click starts it.
const ENDINGS = new Set(
  `jpg jpeg png webp gif heic heif avif bmp tif tiff mp4 m4v mov 3gp avi mkv webm wmv mp3 m4a aac amr
  wav ogg oga opus flac wma pdf txt csv doc docx xls xlsx ppt pptx odt ods odp wps et dps zip rar 7z`.split(
    /\s+/,
  ),
);
const HARMLESS = ".bin";

/** @type {(name: unknown, fallback: string) => string} */
export function safeName(name, fallback) {
  const plain = String(name)
    .normalize("NFC")
    .replace(UNSEEN, "$1")
    .replace(UNSAFE, "_")
    .replace(/\s+/g, " ")
    .replace(/^[.\s_]+|[.\s]+$/g, "");
  const named = plain || fallback;
  const free = WINDOWS.test(named) ? `_${named}` : named;
  const [stem, ending] = split(free);
  const kept = ENDINGS.has(ending.slice(1).toLowerCase()) ? ending : `${ending}${HARMLESS}`;
  return cut(stem, MOST - kept.length) + kept;
}

/** @type {(name: string) => [stem: string, ending: string]} */
function split(name) {
  const dot = name.lastIndexOf(".");
  // A long tail is no ending.
  return dot < 1 || name.length - dot > 10 ? [name, ""] : [name.slice(0, dot), name.slice(dot)];
}

// By characters: half of one would make the name unreadable.
/** @type {(text: string, most: number) => string} */
const cut = (text, most) => Array.from(text).slice(0, most).join("").trim();
