// An end of a tip that takes two people: says so, and sends the reason sealed as a note. The server
// knows the cover and the outcome; that a minor suffers, or that the reporter excluded the unit
// which would be asked, stands in the opened words alone.

import { say } from "../../shared/page/dom.js";
import { factsOf } from "../../shared/sealing/routes.js";
import { plainFields, showError } from "../acts.js";
import { endOfNotes, sealNote } from "../messages/notes.js";
import { readSupplement } from "../readable.js";
import { isAstray } from "./marking.js";

/** @typedef {() => HeldTip | null} Opened */

/** @type {(opened: HeldTip | null) => boolean} */
export function hasMinor(opened) {
  if (!opened) return false;
  const told = opened.talk
    .filter(({ kind, body }) => kind === "supplement" && body)
    .map(({ body }) => readSupplement(/** @type {string} */ (body)));
  return [opened.tip.fields].concat(/** @type {Answers[]} */ (told)).some(isOfMinor);
}

/** @type {(fields: Answers) => boolean} */
const isOfMinor = (fields) => Boolean(fields) && factsOf(fields).minor === "yes";

// What the server and the words say, as codes of members/grounds.Ground; empty where one alone decides.
/** @type {(form: HTMLElement, opened: HeldTip | null) => string[]} */
export function groundsOf(form, opened) {
  /** @type {HTMLOptionElement | null} */
  const option = form.querySelector("select option:checked");
  const told = (option ? option.dataset.two : form.dataset.two) || "";
  const isEnd = option ? option.dataset.end === "yes" : true;
  const all = told.split(" ").concat(isEnd && hasMinor(opened) ? "minor" : "");
  // When the page was made nobody had opened it; by now this member has.
  return all.filter((ground) => ground && (ground !== "unopened" || !opened));
}

// Shows why it takes two, and where the reason is written; returns the grounds.
/** @type {(form: HTMLElement, opened: HeldTip | null, words: DeskWords) => string[]} */
export function showReason(form, opened, words) {
  const grounds = groundsOf(form, opened);
  const place = /** @type {HTMLElement} */ (form.querySelector("[data-end-reason]"));
  place.hidden = !grounds.length;
  const why = grounds.map((ground) => words.grounds[ground]).join("；");
  const told = /** @type {HTMLElement} */ (form.querySelector("p[data-two]"));
  say(told, why && `${words.sentences.two}${why}。`);
  return grounds;
}

// Returns what bindAct asks for: the fields of a form, with the sealed reason where one is needed.
/** @type {(opened: Opened, words: TipWords) => (form: DeskForm) => Promise<FormFields | null>} */
export const endFields = (opened, words) => async (form) => {
  const now = opened();
  const fields = plainFields(form);
  const grounds = showReason(form, now, words);
  if (!grounds.length) return fields;
  const refusal = refusalOf(form, grounds, now, words);
  if (refusal) {
    showError(form, refusal);
    return null;
  }
  try {
    const sealed = await sealReason(reasonOf(form).value, /** @type {HeldTip} */ (now));
    const minor = grounds.includes("minor") ? { minor: "yes" } : {};
    return fields.concat(Object.entries(Object.assign(sealed, minor)));
  } catch {
    showError(form, words.sentences.seal_failed);
    return null;
  }
};

/** @type {(form: HTMLElement) => HTMLTextAreaElement} */
const reasonOf = (form) =>
  /** @type {HTMLTextAreaElement} */ (form.querySelector("[data-end-reason] textarea"));

/**
 * @param {DeskForm} form
 * @param {string[]} grounds
 * @param {HeldTip | null} now
 * @param {TipWords} words
 * @returns {string}
 */
function refusalOf(form, grounds, now, words) {
  if (!now) return words.sentences.locked;
  const asksAbove = grounds.includes("sealed") || form.dataset.above === "yes";
  // A head of that unit would learn that there is such a tip.
  if (asksAbove && isAstray(now, words.upper, words.ways)) return words.sentences.two_excluded;
  if (reasonOf(form).value.trim()) return "";
  reasonOf(form).focus();
  return words.sentences.two_why;
}

/** @type {(body: string, opened: Pick<HeldTip, "tip" | "notes" | "unit">) => Promise<SealedNoteForm>} */
export async function sealReason(body, { tip, notes, unit }) {
  // Who holds an older key alone can seal nothing.
  const held = /** @type {MemberKeys & CurrentKeys} */ (unit);
  const end = endOfNotes(notes);
  const made = { kind: /** @type {NoteKind} */ ("note"), by: held.holder, tip, unit: held, end };
  return sealNote(body.trim(), made);
}

// Shows the second person why the end was asked for: the note that the request names.
/** @type {(notes: ReadNote[]) => void} */
export function showAskedWhy(notes) {
  const box = document.getElementById("waiting-second");
  const place = document.getElementById("asked-why");
  if (!box || !place) return;
  const found = notes.find(({ number }) => String(number) === box.dataset.note);
  place.hidden = !found || found.body === null;
  const text = /** @type {HTMLElement} */ (place.querySelector("span"));
  text.textContent = place.hidden || !found ? "" : found.body;
}
