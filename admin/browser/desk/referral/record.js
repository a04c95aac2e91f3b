// Packages on a tip's page: what left is opened from its record, and what an organ said is sealed as a
// note beside the code.

import { fromBase64, fromUtf8 } from "../../shared/bytes.js";
import { element, say } from "../../shared/page/dom.js";
import { openWith } from "../../shared/sealing/age.js";
import { getJson } from "../../signin/api.js";
import { plainFields, showError } from "../acts.js";
import { sealReason } from "../tip/ending.js";

/** @type {() => HTMLButtonElement[]} */
const buttons = () => Array.from(document.querySelectorAll("button[data-record]"));

/** @type {(button: HTMLElement) => HTMLElement} */
const placeOf = (button) =>
  /** @type {HTMLElement} */ (
    /** @type {HTMLElement} */ (button.closest(".card")).querySelector("[data-record-text]")
  );

// `opened` gives the tip as it stands on the page, or null.
/** @type {(opened: () => HeldTip | null) => void} */
export function bindRecords(opened) {
  buttons().forEach((button) => {
    button.addEventListener("click", async () => {
      const now = opened();
      if (!now) return;
      button.disabled = true;
      try {
        const found = await readRecord(String(button.dataset.record), now);
        // Locked meanwhile: nothing opened stays on the page.
        if (opened()) say(placeOf(button), ...found);
      } catch (error) {
        const { sentence } = /** @type {Thrown} */ (error);
        say(placeOf(button), sentence || button.dataset.failed);
      } finally {
        button.disabled = false;
      }
    });
  });
}

// What left as words, and the list of it. The letter is a page of its own, and is not put into this one.
/** @type {(address: string, now: HeldTip) => Promise<HTMLElement[]>} */
async function readRecord(address, { unit }) {
  const { sealed } = await getJson(address);
  const bytes = await openWith(unit.identities, fromBase64(sealed));
  const { text, manifest } = JSON.parse(fromUtf8(bytes));
  return [text, manifest].filter(Boolean).map((part) => element("pre", "", String(part)));
}

/** @type {(isOpen: boolean) => void} */
export function showRecords(isOpen) {
  buttons().forEach((button) => {
    button.hidden = !isOpen;
    if (!isOpen) say(placeOf(button));
  });
}

// Returns what bindAct asks for: the fields of a form, with what was written sealed as a note.
/** @type {(opened: () => HeldTip | null, words: TipWords) => (form: DeskForm) => Promise<FormFields | null>} */
export const sayingFields = (opened, words) => async (form) => {
  const fields = plainFields(form);
  const { value } = /** @type {HTMLTextAreaElement} */ (form.querySelector("textarea"));
  if (!value.trim()) return fields;
  const now = opened();
  if (!now || now.unit.isOldOnly) {
    showError(form, words.sentences.locked);
    return null;
  }
  try {
    return fields.concat(Object.entries(await sealReason(value, now)));
  } catch {
    showError(form, words.sentences.seal_failed);
    return null;
  }
};
