// Saves a file on this computer as bytes of no kind, so that no browser opens it by itself.

import { saveFile } from "../save.js";
import { NotRead } from "./reading.js";

// `read(take)` reads the file, see reading.js. Up to `most` bytes are held whole until they are proved;
// what is longer is written to the disk as it comes. Resolves with true once it is saved, with false
// where the member chose no place for it.
/** @type {(file: ListedFile, read: ReadPieces, most: number) => Promise<boolean>} */
export function save({ name, size }, read, most) {
  return size <= most ? saveHeld(name, read) : saveStreamed(name, read);
}

/** @type {(name: string, read: ReadPieces) => Promise<boolean>} */
async function saveHeld(name, read) {
  /** @type {ArrayBuffer[]} */
  const pieces = [];
  await read((piece) => pieces.push(piece));
  saveFile(name, ...pieces);
  return true;
}

/** @type {(name: string, read: ReadPieces) => Promise<boolean>} */
async function saveStreamed(name, read) {
  if (typeof window.showSaveFilePicker !== "function") throw new NotRead("cannot_save");
  const place = await choosePlace(name);
  if (!place) return false;
  const writable = await place.createWritable();
  try {
    await read((piece) => writable.write(piece));
    // Until then the browser keeps it aside under another name.
    await writable.close();
  } catch (error) {
    await writable.abort().catch(() => null);
    throw error instanceof NotRead ? error : new NotRead("not_saved");
  }
  return true;
}

// Who closes the window of the picker has changed their mind: no error.
/** @type {(name: string) => Promise<FileSystemFileHandle | null>} */
const choosePlace = (name) =>
  /** @type {NonNullable<Window["showSaveFilePicker"]>} */ (window.showSaveFilePicker)({
    suggestedName: name,
  }).catch((error) => {
    if (error.name === "AbortError") return null;
    throw new NotRead("not_saved");
  });
