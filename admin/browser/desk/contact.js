// Opens the file of a contact block: the custodian's turn gives a file for the reviewer, the
// reviewer's turn the words. In memory only, and nothing is sent.

import { fromUtf8, toUtf8 } from "../shared/bytes.js";
import { byId, replaceChildren, say } from "../shared/page/dom.js";
import { openWith } from "../shared/sealing/age.js";
import { saveFile } from "./save.js";

const AGE_FILE = toUtf8("age-encryption.org/v1\n");
const MOST_BYTES = 64 * 1024;

/** @type {(unit: HeldKeys, words: DeskWords) => void} */
export function bindContact(unit, words) {
  const chosen = byId("contact-file");
  byId("contact-choose").hidden = false;
  chosen.addEventListener("change", async () => {
    hideContact();
    const [file] = chosen.files;
    // Emptied, so that the same file can be chosen again: choosing it twice would change nothing.
    chosen.value = "";
    if (file) await open(file, unit.identities, words.sentences);
  });
}

export function hideContact() {
  say(byId("contact-error"));
  byId("contact-next").hidden = byId("contact-shown").hidden = true;
  byId("contact-words").textContent = "";
  byId("contact-save").onclick = null;
}

/**
 * @param {File} file
 * @param {string[]} identities
 * @param {DeskWords["sentences"]} sentences
 */
async function open(file, identities, sentences) {
  const bytes = new Uint8Array(await file.slice(0, MOST_BYTES).arrayBuffer());
  if (!isAgeFile(bytes)) {
    say(byId("contact-error"), sentences.contact_no_file);
    return;
  }
  try {
    show(file.name, await openWith(identities, bytes));
  } catch {
    say(byId("contact-error"), sentences.contact_closed);
  }
}

/** @type {(name: string, bytes: Uint8Array) => void} */
function show(name, bytes) {
  if (isAgeFile(bytes)) {
    byId("contact-next").hidden = false;
    byId("contact-save").onclick = () =>
      saveFile(name.replace(/\.age$/, "-2.age"), /** @type {Bytes} */ (bytes));
  } else {
    replaceChildren(byId("contact-words"), fromUtf8(bytes).trim());
    byId("contact-shown").hidden = false;
  }
}

/** @type {(bytes: Uint8Array) => boolean} */
const isAgeFile = (bytes) => AGE_FILE.every((byte, i) => bytes[i] === byte);
