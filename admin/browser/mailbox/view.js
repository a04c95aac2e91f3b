// Puts the opened mailbox into the page's own templates. Words become text, never markup.

import { seen } from "../shared/page/unseen.js";
import { fill, longDay } from "../shared/page/words.js";

/** @type {Record<string, (entry: TalkEntry) => string>} */
const ITEMS = {
  staff: () => "item-staff",
  reporter: ({ act }) => (act ? `item-own-${act}` : "item-own"),
};

/** @type {(id: string) => DocumentFragment} */
export function cloneTemplate(id) {
  const { content } = /** @type {HTMLTemplateElement} */ (document.getElementById(id));
  return /** @type {DocumentFragment} */ (content.cloneNode(true));
}

// `stored` says what was just stored, `act` names it where it was more than words.
/**
 * @param {Thread} answer
 * @param {TalkEntry[]} entries
 * @param {string} lang
 * @param {{ stored: string, act: string }} done
 */
export function mailboxView(answer, entries, lang, { stored, act }) {
  const view = cloneTemplate("view-mailbox");
  const isPurged = answer.status === "purged";
  put(view, "stored", stored);
  showHappens(view, act || answer.recent, answer.apart);
  put(view, "status", answer.status_words);
  put(view, "turn-to", answer.turn_to);
  put(view, "moved", answer.moved);
  put(view, "next-look", answer.next_look);
  slot(view, "apart").hidden = !answer.apart;
  slot(view, "apart-danger").hidden = !(answer.apart && answer.called);
  slot(view, "apart-call").hidden = answer.called;
  if (answer.called_on) putDay(view, "called", answer.called_on, lang);
  if (answer.withdrawn_on) putDay(view, "withdrawn", answer.withdrawn_on, lang);
  const list = slot(view, "messages");
  entries.forEach((entry) => list.append(entryView(entry, lang)));
  slot(view, "no-messages").hidden = entries.some((entry) => entry.side === "staff");
  slot(view, "open-part").hidden = isPurged;
  slot(view, "purged-part").hidden = !isPurged;
  return view;
}

// What happens now, after an act of today or of the last days.
/** @type {(view: DocumentFragment, act: string, isApart: boolean) => void} */
function showHappens(view, act, isApart) {
  if (!act) return;
  slot(view, `happens-${act}`).hidden = false;
  slot(view, `who-${act}`).hidden = isApart;
}

/** @type {(entry: TalkEntry, lang: string) => DocumentFragment} */
function entryView(entry, lang) {
  const item = cloneTemplate(entry.trouble ? `item-${entry.trouble}` : ITEMS[entry.side](entry));
  if (slot(item, "body")) slot(item, "body").append(...seen(entry.body));
  if (slot(item, "nth"))
    put(item, "nth", fill(String(slot(item, "nth").textContent), { n: entry.number }));
  if (slot(item, "day")) slot(item, "day").textContent = longDay(entry.day, lang);
  if (slot(item, "own")) putDay(item, "own", entry.day, lang);
  return item;
}

// `marked` is the sentence that the call for protection counts and its words were not kept.
/** @type {(marked: string, isApart: boolean) => DocumentFragment} */
export function dangerView(marked, isApart) {
  const view = cloneTemplate("view-danger");
  put(view, "marked", marked);
  if (marked) showHappens(view, "danger", isApart);
  return view;
}

/** @type {(view: DocumentFragment, name: string) => HTMLElement} */
const slot = (view, name) =>
  /** @type {HTMLElement} */ (view.querySelector(`[data-slot="${name}"]`));

/** @type {(view: DocumentFragment, name: string, text: string) => void} */
function put(view, name, text) {
  const node = slot(view, name);
  node.textContent = text;
  node.hidden = !text;
}

/** @type {(view: DocumentFragment, name: string, day: string, lang: string) => void} */
function putDay(view, name, day, lang) {
  const node = slot(view, name);
  put(view, name, fill(String(node.textContent), { day: longDay(day, lang) }));
}
