// Saves a file on this computer as bytes of no kind, so that no browser opens it by itself.

import { saveFile } from "../save.js";
import { NotRead } from "./reading.js";

// Beyond, a file is written to the disk as it comes; what is smaller is held whole until it is proved.
const MOST_HELD = 600 * 1024 * 1024;

// `read(take)` reads the file, see reading.js. Resolves with true once it is saved, with false where
// the member chose no place for it.
export function save({ name, size }, read, most = MOST_HELD) {
  return size <= most ? saveHeld(name, read) : saveStreamed(name, read);
}

async function saveHeld(name, read) {
  const pieces = [];
  await read((piece) => pieces.push(piece));
  saveFile(name, ...pieces);
  return true;
}

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
const choosePlace = (name) =>
  window.showSaveFilePicker({ suggestedName: name }).catch((error) => {
    if (error.name === "AbortError") return null;
    throw new NotRead("not_saved");
  });
