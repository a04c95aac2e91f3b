// A tip's page: fetches what is sealed, opens it here, and shows it.

import { LONG } from "#contract";
import { fromBase64 } from "../../shared/bytes.js";
import { today } from "../../shared/day.js";
import { byId, element, findById, replaceChildren, say } from "../../shared/page/dom.js";
import { openWith } from "../../shared/sealing/age.js";
import { areFields, readTip } from "../../shared/sealing/opened.js";
import { getJson, setToken } from "../../signin/api.js";
import { filesOf } from "../files/entries.js";
import { ownFingerprint } from "../locks.js";
import { brokenNotes } from "../messages/note_page.js";
import { readNotes } from "../messages/notes.js";
import { readTalk } from "../messages/thread.js";
import { readFields, readSupplement } from "../readable.js";
import { saveFile } from "../save.js";
import { openKept } from "./kept.js";
import { isAstray } from "./marking.js";
import { judgeSeen, seenFaults, seenSentence } from "./seen.js";

// Returns { tip, marks, talk, seen, notes, uploads }, or null after saying on the page why there is nothing to show. `why`
// is for the audit log: see why.js.
/**
 * @param {OpenTipPage} page
 * @param {UnitKeys} unit
 * @param {TipWords} words
 * @param {string} why
 * @returns {Promise<ReadTip | null>}
 */
export async function openTip(page, unit, words, why) {
  say(byId("alarm"));
  say(byId("kept"));
  const found = await fetchSealed(page.dataset.sealed + (why && `?why=${why}`), words);
  const opened = found && (await openBody(found, page, unit, words));
  if (!opened) return null;
  const { sealed, tip } = opened;
  if (tip.reference !== page.dataset.reference) return alarm(words.sentences.other_tip);
  /** @type {Open} */
  const open = (bytes) => openWith(unit.identities, bytes);
  const talk = await readTalk(withBytes(sealed.messages), {
    reference: tip.reference,
    talk: fromBase64(tip.talk),
    open,
    length: sealed.length,
    isAsked: sealed.status === "question",
  });
  const notes = await readNotes(withBytes(sealed.notes), { tip, open });
  const seen = sealed.seen && judgeSeen(fromBase64(sealed.seen), tip, talk, today());
  return { tip, marks: sealed.marks, talk, seen: seen || null, notes, uploads: sealed.uploads };
}

/** @type {(url: string, words: DeskWords) => Promise<SealedTip | null>} */
async function fetchSealed(url, words) {
  try {
    const sealed = await getJson(url);
    // After a new sign-in in another window, the forms of this page work again.
    setToken(sealed.csrf);
    return sealed;
  } catch (error) {
    return alarm(/** @type {Thrown} */ (error).sentence || words.sentences.offline);
  }
}

// What does not open was changed, or sealed to a key that is not ours: perhaps the form handed out
// a false one, or who sealed it anew sealed something else. Then what it was before is still there. To
// who holds an older key alone it may just be sealed to the one in use.
/**
 * @param {SealedTip} sealed
 * @param {TipPage} page
 * @param {UnitKeys} unit
 * @param {DeskWords} words
 * @returns {Promise<import("./kept.js").OpenedBody | null>}
 */
async function openBody(sealed, page, unit, words) {
  const kept = () => sealed.kept && openKept(page, sealed, unit, words);
  const before = sealed.kept === "doubted" && (await kept());
  if (before) return before;
  let bytes;
  try {
    bytes = await openWith(unit.identities, fromBase64(/** @type {string} */ (sealed.sealed)));
  } catch {
    const { not_opened, not_opened_do } = words.sentences;
    const found = await kept();
    if (found) return found;
    if (unit.isOldOnly) return alarm(words.sentences.old_key_only);
    return alarm(not_opened, not_opened_do, ownFingerprint(page.dataset.unit, unit, words));
  }
  try {
    return { sealed, tip: readTip(bytes) };
  } catch {
    // Perhaps whoever sealed it anew put it there.
    return (await kept()) || tellJunk(words.sentences);
  }
}

// It opened, so it was sealed for this unit; but anybody can do that, with anything in it.
/** @type {(sentences: DeskWords["sentences"]) => null} */
function tellJunk({ junk, junk_do, junk_note }) {
  replaceChildren(byId("opened"), element("p", "", junk_note));
  return alarm(junk, junk_do);
}

/** @type {<Row extends { sealed: string }>(messages: Row[]) => WithBytes<Row>[]} */
const withBytes = (messages) =>
  messages.map((row) => Object.assign({}, row, { bytes: fromBase64(row.sealed) }));

/** @type {(...lines: string[]) => null} */
function alarm(...lines) {
  say(byId("alarm"), ...lines.map((line) => element("p", "", line)));
  return null;
}

/** @type {(opened: ReadTip, words: TipWords) => void} */
export function showTip({ tip, talk, seen }, words) {
  replaceChildren(byId("opened"), fieldList(tip.fields, words));
  showTalk({ talk, seen }, words);
  const unwilling = findById("unwilling");
  if (unwilling) unwilling.hidden = tip.fields.answer !== "no";
  byId("contact-left").hidden = !tip.contact;
  byId("contact-save").onclick = () =>
    saveFile(`${tip.reference}.contact.age`, fromBase64(/** @type {string} */ (tip.contact)));
}

/** @type {(opened: Pick<ReadTip, "talk" | "seen">, words: TipWords) => void} */
export function showTalk({ talk, seen }, words) {
  const empty = element("li", "meta", words.sentences.no_words);
  const shown = talk.length ? talk.map((message) => entry(message, words)) : [empty];
  replaceChildren(byId("thread"), ...shown);
  byId("seen").textContent = seenSentence(seen, words.sentences);
  byId("seen").hidden = !seen;
}

/** @type {(opened: HeldTip, words: TipWords) => void} */
export function showFaults(opened, words) {
  const { talk, notes } = opened;
  const isHere = !isAstray(opened, byId("tip").dataset.unit, words.ways);
  const strayed = isHere ? [] : [words.sentences.astray, words.sentences.astray_do];
  const broken = talk.filter(({ fault }) => fault).map((message) => faultOf(message, words));
  const lines = broken.length ? [words.sentences.talk_broken].concat(broken) : [];
  // Said before the tip was opened, too; here it tells why nothing can be written.
  const old = opened.unit.isOldOnly ? [words.sentences.old_key_only] : [];
  const held = seenFaults(opened.seen, words.sentences);
  const all = strayed.concat(lines, held, brokenNotes(notes, words), old);
  if (all.length) alarm(...all);
}

/** @type {(message: ReadMessage, words: DeskWords) => string} */
function faultOf({ fault, missing }, { sentences }) {
  if (fault === "no_question") return sentences.question_gone;
  return sentences.chain.replace("%(n)s", String(missing));
}

export function hideTip() {
  byId("opened").textContent = "";
  byId("contact-left").hidden = true;
  byId("contact-save").onclick = null;
  byId("thread").textContent = "";
  byId("seen").textContent = "";
  byId("seen").hidden = true;
}

/** @type {(fields: Answers, words: TipWords) => HTMLElement} */
function fieldList(fields, words) {
  const rows = readFields(fields, words).map(([name, label, text]) =>
    element(
      "div",
      LONG.includes(name) ? "told__fact told__fact--long" : "told__fact",
      element("dt", "", label),
      element("dd", "", text),
    ),
  );
  return element("dl", "told", ...rows);
}

/** @type {(message: ReadMessage, words: TipWords) => HTMLElement} */
function entry(message, words) {
  const who = element("span", "message__who", words.people[message.direction], " ");
  const nth =
    message.number === null ? "" : words.sentences.nth.replace("%(n)s", String(message.number));
  who.append(element("span", "meta", [nth, message.day].filter(Boolean).join(" · ")));
  const kind = words.kinds[/** @type {MessageKind} */ (message.kind)];
  if (kind) who.append(" ", element("span", "chip", kind));
  const side = message.direction === "staff" ? "staff" : "reporter";
  const broken = message.fault ? " message--broken" : "";
  return element("li", `message message--${side}${broken}`, who, ...contents(message, words));
}

/** @type {(message: ReadMessage, words: TipWords) => HTMLElement[]} */
function contents(message, words) {
  /** @type {HTMLElement[]} */
  const fault = message.fault ? [element("p", "message__fault", faultOf(message, words))] : [];
  if (message.number === null) return fault;
  if (message.body === null) return fault.concat(element("p", "", words.sentences.untrusted));
  const files = message.direction === "reporter" ? filesOf(message.body).length : 0;
  const isFields = message.kind === "supplement" || files > 0;
  const told = isFields ? readSupplement(message.body) : { what: message.body };
  const shown = !areFields(told)
    ? element("p", "message__fault", words.sentences.junk_note)
    : message.kind === "supplement"
      ? fieldList(told, words)
      : element("p", "", String(told.what || ""));
  const named =
    files && element("p", "meta", words.files.in_letter.replace("%(n)s", String(files)));
  return fault.concat(shown, named || []);
}
