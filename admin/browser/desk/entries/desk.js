// The desk: what is sealed is opened in this browser, with the keys that this tab holds.

import "../../shared/old.js";
import { findById } from "../../shared/page/dom.js";
import { load, watch } from "../../signin/keyring.js";
import { resealInBackground } from "../../signin/renewal/bar.js";
import { startCase } from "../case/case_page.js";
import { bindContact, hideContact } from "../contact.js";
import { startReady } from "../messages/ready_page.js";
import { showCopies } from "../queue/copies.js";
import { startMass } from "../queue/mass.js";
import { startQueue } from "../queue/queue_page.js";
import { keepShaded } from "../shade.js";
import { startTip } from "../tip/tip_page.js";
import { checkTransfers } from "../transfer/checking.js";
import { keysOf, wordsOf } from "../unit_keys.js";

watch();
const queue = findById("queue");
const tip = findById("tip");
const contact = findById("contact");
const ready = findById("ready");
const caseFile = findById("case");
if (queue) startQueue(queue);
if (tip) startTip(tip);
if (contact) startContact(contact);
if (ready) startReady(ready);
if (caseFile) startCase(caseFile);
const bulk = findById("bulk");
if (bulk && bulk.dataset.reason) startMass(bulk);
// Who assigns and reads no tip sees what it is about here too.
const assigned = tip || bulk;
if (assigned) showCopies(wordsOf(assigned)).then(keepShaded);
// What hangs on an older key is sealed anew while the member works.
const here = queue || tip;
if (here)
  load().then(
    (keys) => workInBackground(keys, here.dataset.unit),
    () => null,
  );

// Each for itself: sealing anew may wait for a key to be confirmed.
/** @type {(keys: OpenedKeys | null, unitId: string) => void} */
function workInBackground(keys, unitId) {
  resealInBackground(keys, unitId);
  const unit = keys && keys.units[unitId];
  // The page tells whether anything was passed on that a second browser has not compared.
  if (unit && !unit.isOldOnly && findById("transfers-unchecked")) checkTransfers(unit);
}

/** @type {(page: DeskPage) => Promise<void>} */
async function startContact(page) {
  const words = wordsOf(page);
  keepShaded(hideContact);
  const unit = await keysOf(page.dataset.unit, words);
  if (unit) bindContact(unit, words);
}
