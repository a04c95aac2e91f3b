// What of an opened tip may leave the house, as one list of texts. Pure.
//
// By names: what is not in TOLD is not there to be ticked. So no contact, no key, no receipt, no word of
// the staff's, nothing of what the reporter fears, how they know, and whom they exclude.

import { areFields } from "../../shared/sealing/opened.js";
import { filesOf } from "../files/entries.js";
import { readFields, readSupplement } from "../readable.js";

const TOLD = [
  "category",
  "what",
  "township",
  "place",
  "when",
  "who",
  "objects",
  "harm",
  "minor",
  "official",
];

// The tip's own answers are chosen at first, what came later is not. `label` is the desk's word.
/** @type {(opened: Pick<ReadTip, "tip" | "talk">, words: DeskWords, said: ReferralSaid) => ReferralItem[]} */
export function itemsOf({ tip, talk }, words, said) {
  const own = told(tip.fields, words).map(([name, label, text]) => ({
    id: name,
    label,
    text,
    isChosen: true,
  }));
  return talk.reduce((all, message) => all.concat(laterItems(message, words, said)), own);
}

/** @type {(fields: Answers, words: DeskWords) => [name: string, label: string, text: string][]} */
function told(fields, words) {
  /** @type {Answers} */
  const allowed = {};
  TOLD.filter((name) => Object.prototype.hasOwnProperty.call(fields, name)).forEach((name) => {
    allowed[name] = fields[name];
  });
  return readFields(allowed, words);
}

// Of the talk, what the reporter is believed to have written.
/** @type {(message: ReadMessage, words: DeskWords, said: ReferralSaid) => ReferralItem[]} */
function laterItems({ direction, body, number, day, kind }, words, said) {
  if (direction !== "reporter" || body === null || number === null) return [];
  const isFields = kind === "supplement" || filesOf(body).length > 0;
  const fields = isFields ? readSupplement(body) : { what: body };
  if (!areFields(fields)) return [];
  const later = said.later.replace("%(day)s", day);
  return told(fields, words).map(([name, label, text]) => ({
    id: `${number}-${name}`,
    label: `${later} · ${label}`,
    text,
    isChosen: false,
  }));
}

// What must not be found in anything that leaves.
/** @type {(tip: TipContent) => string[]} */
export const secretsOf = (tip) => [tip.reporter, tip.talk, tip.contact || ""];
