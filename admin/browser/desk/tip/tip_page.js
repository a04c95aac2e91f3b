// A tip's page from beginning to end: why, opening, showing, and the acts.

import { byId, findById } from "../../shared/page/dom.js";
import { bindAct } from "../acts.js";
import { keepDrafts } from "../drafts.js";
import { hideFiles, renewFiles, showFiles } from "../files/list.js";
import { bindKeys } from "../keys.js";
import { bindNotes, hideNotes, proposeGrading, showNotes } from "../messages/note_page.js";
import { hideReady, offerReady } from "../messages/ready_page.js";
import { helpWriting, replyFields } from "../messages/reply.js";
import { bindRecords, sayingFields, showRecords } from "../referral/record.js";
import { keepShaded } from "../shade.js";
import { bindPassing, showPassing } from "../transfer/passing.js";
import { isLocked, keysOf, wordsOf } from "../unit_keys.js";
import { askClear } from "./clear.js";
import { guideDecision } from "./decision.js";
import { endFields, showAskedWhy, showReason } from "./ending.js";
import { hideSuggestions, suggest } from "./link_page.js";
import { isAstray, markHere } from "./marking.js";
import { bindNeighbours, follow } from "./neighbours.js";
import { bindPanels } from "./panels.js";
import { rewardFields } from "./reward.js";
import { hideTip, openTip, showFaults, showTalk, showTip } from "./tip.js";
import { askWhy } from "./why.js";

/** @typedef {{ opened: HeldTip | null }} State */
/** @typedef {{ open: () => Promise<ReadTip | null>, renew: () => Promise<void> }} Reading */

// What is of use only once the tip is open.
const WHEN_OPEN = ["message", "to-message", "note", "to-note", "to-grading", "answer-second"];

/** @type {(page: TipPage) => Promise<void>} */
export async function startTip(page) {
  /** @type {TipWords} */
  const words = wordsOf(page);
  /** @type {State} */
  const state = { opened: null };
  bindNeighbours(page);
  keepShaded(() => {
    state.opened = null;
    hide();
  });
  const mayOpen = Boolean(page.dataset.sealed);
  const unit = findById("acts") && mayOpen ? await keysOf(page.dataset.unit, words) : null;
  if (!findById("acts") || (mayOpen && isLocked())) return bindTipKeys(words, () => {});
  const reading = reader(/** @type {OpenTipPage} */ (page), unit, words, state);
  const openPanel = bindActs(words, state, reading.renew, unit);
  bindTipKeys(words, openPanel);
  if (unit) await keepDrafts(page, unit);
  if (!unit || !(await reading.open())) return;
  show(/** @type {OpenTipPage} */ (page), /** @type {HeldTip} */ (state.opened), words);
  page.dataset.opened = "yes";
}

// `open` asks why where it must, `renew` reads again with the same answer.
/**
 * @param {OpenTipPage} page
 * @param {MemberKeys | null} unit
 * @param {TipWords} words
 * @param {State} state
 * @returns {Reading}
 */
function reader(page, unit, words, state) {
  /** @type {string | null} */
  let why = null;
  const read = async () => {
    const found = unit && (await openTip(page, unit, words, why || ""));
    // What was opened before stays: a lost line or sign-in must not take the words being typed.
    if (found) state.opened = Object.assign(found, { unit });
    // Where it can't be added now, the next who opens the tip adds it.
    if (found) markHere(page, found).catch(() => false);
    return found;
  };
  const open = async () => {
    await askClear(page, words);
    why = await askWhy(page);
    return read();
  };
  const renew = async () => {
    // Who has not been shown the words has nothing to renew, and was not asked why.
    if (why === null || !(await read())) return;
    const opened = /** @type {HeldTip} */ (state.opened);
    showTalk(opened, words);
    showNotes(opened.notes, words);
    showAskedWhy(opened.notes);
    showFaults(opened, words);
    renewFiles(page, opened, words);
  };
  return { open, renew };
}

/** @type {(page: OpenTipPage, opened: HeldTip, words: TipWords) => void} */
function show(page, opened, words) {
  showTip(opened, words);
  showNotes(opened.notes, words);
  showAskedWhy(opened.notes);
  showFaults(opened, words);
  showFiles(page, opened, words);
  proposeGrading(opened.notes, opened.tip.fields, words);
  // The old key's recipient is the one that a member who has left may still open.
  const canSeal = !opened.unit.isOldOnly;
  WHEN_OPEN.forEach((id) => {
    const part = findById(id);
    if (part) part.hidden = !canSeal;
  });
  showPassing(canSeal && !isAstray(opened, page.dataset.unit, words.ways));
  showRecords(true);
  suggest(page, opened.tip, words);
  /** @type {NodeListOf<HTMLElement>} */
  const ends = page.querySelectorAll("form[data-end]");
  ends.forEach((form) => showReason(form, opened, words));
}

function hide() {
  if (!findById("opened")) return;
  hideTip();
  hideFiles();
  hideNotes();
  showAskedWhy([]);
  hideSuggestions();
  hideReady();
  showRecords(false);
  showPassing(false);
}

/** @type {(words: TipWords, state: State, renew: () => Promise<void>, keys: MemberKeys | null) => (id: string) => void} */
function bindActs(words, state, renew, keys) {
  const page = byId("tip");
  const acts = byId("acts");
  const opened = () => state.opened;
  acts.hidden = false;
  /** @type {NodeListOf<HTMLElement>} */
  const parts = page.querySelectorAll("[data-with-acts]");
  parts.forEach((part) => {
    part.hidden = false;
  });
  const openPanel = bindPanels(acts);
  /** @type {NodeListOf<DeskForm>} */
  const forms = page.querySelectorAll("form[data-act]");
  const ends = endFields(opened, words);
  const says = sayingFields(opened, words);
  const rewards = rewardFields(opened, words);
  forms.forEach((form) => {
    const { dataset } = form;
    const isReward = "half" in dataset || "grant" in dataset;
    const fieldsOf =
      "end" in dataset ? ends : "says" in dataset ? says : isReward ? rewards : undefined;
    bindAct(form, fieldsOf ? { words, renew, fieldsOf } : { words, renew });
  });
  bindRecords(opened);
  const decision = findById("decision");
  if (decision) guideDecision(decision, words, opened);
  bindNotes({ opened, words, renew });
  bindPassing({ keys, opened, words, renew });
  const message = findById("message");
  if (!message) return openPanel;
  helpWriting(message);
  offerReady(opened, words);
  bindAct(message, {
    words,
    renew,
    fieldsOf: replyFields(opened, words),
    onSent: () => message.reset(),
  });
  return openPanel;
}

/** @type {(words: TipWords, openPanel: (id: string) => void) => void} */
function bindTipKeys(words, openPanel) {
  /** @type {(id: string) => void} */
  const focus = (id) => {
    const field = findById(id);
    if (field && field.offsetParent) field.focus();
  };
  /** @type {(form: HTMLFormElement | null) => unknown} */
  const press = (form) => form && form.offsetParent && form.requestSubmit();
  const showKeys = bindKeys(
    {
      c: () => press(document.querySelector('form[data-key="c"]')),
      d: () => openPanel("decision"),
      u: () => openPanel("grade"),
      g: () => openPanel("grading"),
      m: () => focus("body"),
      n: () => focus("note-body"),
      j: () => follow("to-next"),
      k: () => follow("to-previous"),
      q: () => byId("to-queue").click(),
    },
    Object.assign({ rows: words.tip_keys }, words.keys),
  );
  const button = byId("show-keys");
  button.hidden = false;
  button.addEventListener("click", showKeys);
}
