// The desk: what is sealed is opened in this browser, with the keys that this tab holds.

import "./lib/old.js";
import { bindAct } from "./desk/acts.js";
import { bindContact, hideContact } from "./desk/contact.js";
import { guideDecision } from "./desk/decision.js";
import { byId, say } from "./desk/dom.js";
import { checkLock } from "./desk/locks.js";
import { bindPanels } from "./desk/panels.js";
import { openLabels } from "./desk/queue.js";
import { helpWriting, replyFields } from "./desk/reply.js";
import { keepShaded } from "./desk/shade.js";
import { hideTip, openTip, showTalk, showTip } from "./desk/tip.js";
import { goUnlock, load, watch } from "./staff/keyring.js";

watch();
const queue = byId("queue");
const tip = byId("tip");
const contact = byId("contact");
if (queue) startQueue(queue);
if (tip) startTip(tip);
if (contact) startContact(contact);

async function startQueue(page) {
  const words = wordsOf(page);
  let shut = () => {};
  keepShaded(() => shut());
  const isAnySealed = page.querySelector("[data-label]") !== null;
  // Where nothing is sealed the keys are only held against the form's: no reason to ask for them.
  const unit = await keysOf(page.dataset.unit, words, { isNeeded: isAnySealed });
  if (unit) shut = await openLabels(page, unit.identities, words);
  page.dataset.opened = "yes";
}

async function startContact(page) {
  const words = wordsOf(page);
  keepShaded(hideContact);
  const unit = await keysOf(page.dataset.unit, words);
  if (unit) bindContact(unit, words);
}

async function startTip(page) {
  const words = wordsOf(page);
  const state = { opened: null };
  keepShaded(() => {
    state.opened = null;
    if (byId("opened")) hideTip();
  });
  if (!byId("acts")) return;
  const unit = await keysOf(page.dataset.unit, words);
  if (isLocked()) return;
  const read = async () => {
    const found = unit && (await openTip(page, unit, words));
    // What was opened before stays: a lost line or sign-in must not take the words being typed.
    if (found) state.opened = Object.assign(found, { unit });
    return found;
  };
  bindActs(words, state, async () => {
    if (await read()) showTalk(state.opened.talk, words);
  });
  if (!(await read())) return;
  showTip(state.opened, words);
  byId("message").hidden = byId("to-message").hidden = false;
  page.dataset.opened = "yes";
}

function bindActs(words, state, renew) {
  const acts = byId("acts");
  const message = byId("message");
  acts.hidden = false;
  bindPanels(acts);
  acts.querySelectorAll("form[data-act]").forEach((form) => bindAct(form, { words, renew }));
  if (byId("decision")) guideDecision(byId("decision"), words);
  helpWriting(message);
  bindAct(message, {
    words,
    renew,
    fieldsOf: replyFields(() => state.opened, words),
    onSent: () => message.reset(),
  });
}

// The keys of a unit, or null after saying on the page why this tab has none.
async function keysOf(unitId, words, { isNeeded = true } = {}) {
  try {
    const keys = await load();
    if (!keys) return isNeeded ? showLocked() : null;
    const unit = keys.units[unitId];
    if (!unit) say(byId("alarm"), words.sentences.no_key);
    else if (unit.isOldOnly) say(byId("alarm"), words.sentences.old_key_only);
    else checkLock(unitId, unit, words);
    return unit || null;
  } catch (error) {
    return say(byId("alarm"), words.sentences.offline) || null;
  }
}

function showLocked() {
  byId("locked").hidden = false;
  byId("unlock").addEventListener("click", goUnlock);
  return null;
}

function isLocked() {
  return !byId("locked").hidden;
}

function wordsOf(page) {
  return JSON.parse(page.dataset.words);
}
