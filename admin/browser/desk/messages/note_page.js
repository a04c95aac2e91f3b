// Shows a tip's notes and grading, and sends new ones.

import { byId, element, findById, replaceChildren, say } from "../../shared/page/dom.js";
import { bindAct, showError } from "../acts.js";
import { endOfNotes, GRADES, lastGrading, readGrading, sealNote } from "./notes.js";

// A colleague who writes at the same moment takes our number: it is counted anew, a few times.
const RETRIES = 4;

/** @typedef {{ opened: () => HeldTip | null, words: TipWords, renew: () => Promise<void> }} NotePage */

// `opened` gives the tip, its notes and the unit as they stand, or null once they left the page.
/** @type {(page: NotePage) => void} */
export function bindNotes({ opened, words, renew }) {
  bindNote(findById("note"), "note", { opened, words, renew }, (form) => {
    const body = /** @type {HTMLTextAreaElement} */ (form.querySelector("textarea")).value.trim();
    return body ? { body } : { missing: words.notes.empty };
  });
  bindNote(findById("grading"), "grading", { opened, words, renew }, (form) => {
    const chosen = chosenOf(form);
    return chosen ? { body: JSON.stringify(chosen) } : { missing: words.notes.choose };
  });
}

/**
 * @param {DeskForm | null} form
 * @param {NoteKind} kind
 * @param {NotePage} page
 * @param {(form: DeskForm) => { body?: string, missing?: string }} bodyOf
 */
function bindNote(form, kind, { opened, words, renew }, bodyOf) {
  if (!form) return;
  const fieldsOf = async () => {
    const { body, missing } = bodyOf(form);
    const now = opened();
    if (missing || !now) {
      showError(form, missing || words.sentences.locked);
      return null;
    }
    const { tip, notes } = now;
    // Who holds an older key alone is not shown the form.
    const unit = /** @type {MemberKeys & CurrentKeys} */ (now.unit);
    try {
      const end = endOfNotes(notes);
      return Object.entries(
        await sealNote(/** @type {string} */ (body), { kind, by: unit.holder, tip, unit, end }),
      );
    } catch {
      showError(form, words.sentences.seal_failed);
      return null;
    }
  };
  bindAct(form, { words, renew, fieldsOf, retries: RETRIES, onSent: () => form.reset() });
}

// The choice of each group as { source, information, handling }, or null where one is missing.
/** @type {(form: HTMLElement) => Record<GradeName, string> | null} */
function chosenOf(form) {
  /** @type {[name: GradeName, value: string][]} */
  const pairs = GRADES.map((name) => {
    /** @type {HTMLInputElement | null} */
    const checked = form.querySelector(`[name="${name}"]:checked`);
    return [name, checked ? checked.value : ""];
  });
  if (pairs.some(([, value]) => !value)) return null;
  return pairs.reduce(
    (all, [name, value]) => Object.assign(all, { [name]: value }),
    /** @type {Record<GradeName, string>} */ ({}),
  );
}

/** @type {(entries: ReadNote[], words: TipWords) => void} */
export function showNotes(entries, words) {
  const lines = entries.map((entry) => lineOf(entry, words));
  const none = element("li", "meta", words.notes.none);
  replaceChildren(byId("notes"), ...(lines.length ? lines : [none]));
  const found = lastGrading(entries, words.grades);
  const grade = found
    ? [element("b", "", words.notes.graded), inWords(found, words), " ", signed(found)]
    : [words.notes.not_graded];
  say(byId("graded"), ...grade);
}

// What the last grading said, or what the reporter told of how they know, is chosen already.
/** @type {(entries: ReadNote[], fields: Answers, words: TipWords) => void} */
export function proposeGrading(entries, fields, words) {
  const form = findById("grading");
  if (!form) return;
  /** @type {Record<string, string>} */
  const heard = { seen: "seen", heard: "told", guess: "guess" };
  const basis = typeof fields.basis === "string" ? fields.basis : "";
  const known = Object.prototype.hasOwnProperty.call(heard, basis) ? heard[basis] : "";
  /** @type {Partial<Grading>} */
  const proposed = lastGrading(entries, words.grades) || { information: known };
  GRADES.forEach((name) => {
    /** @type {NodeListOf<HTMLInputElement>} */
    const radios = form.querySelectorAll(`[name="${name}"]`);
    const wanted = Array.from(radios).find(({ value }) => value === proposed[name]);
    // As the form's own default, so that a reset leads back here.
    if (wanted) wanted.defaultChecked = wanted.checked = true;
  });
}

export function hideNotes() {
  byId("notes").textContent = "";
  say(byId("graded"));
}

/** @type {(entries: ReadNote[], words: TipWords) => string[]} */
export const brokenNotes = (entries, words) =>
  entries
    .filter(({ isWhole }) => !isWhole)
    .map(({ expected }) => words.notes.broken.replace("%(n)s", String(expected)));

/** @type {(entry: ReadNote, words: TipWords) => HTMLElement} */
function lineOf(entry, words) {
  const line = element("li", entry.isWhole ? "notes__one" : "notes__one message--broken");
  line.append(element("p", "notes__who", element("b", "", entry.by), " ", timeOf(entry)));
  const grading = readGrading(entry, words.grades);
  if (grading) line.append(element("p", "", words.notes.graded, inWords(grading, words)));
  else
    line.append(
      element("p", "notes__body", entry.body === null ? words.notes.untrusted : entry.body),
    );
  return line;
}

/** @type {(grading: Grading, words: TipWords) => string} */
const inWords = (grading, words) =>
  GRADES.map((name) => words.grades[name][grading[name]]).join(" · ");

/** @type {(grading: Grading) => HTMLElement} */
const signed = (grading) => element("span", "meta", `${grading.by} ${grading.at}`);

/** @type {(entry: ReadNote) => HTMLElement} */
function timeOf({ at }) {
  const time = element("time", "meta", at);
  time.dateTime = `${at.replace(" ", "T")}+08:00`;
  return time;
}
