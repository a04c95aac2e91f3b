// The desk: what is sealed is opened in this browser, with the keys that this tab holds.

import "./lib/old.js";
import { bindContact, hideContact } from "./desk/contact.js";
import { byId } from "./desk/dom.js";
import { openLabels } from "./desk/queue.js";
import { keepShaded } from "./desk/shade.js";
import { startTip } from "./desk/tip_page.js";
import { keysOf, wordsOf } from "./desk/unit_keys.js";
import { watch } from "./staff/keyring.js";

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
