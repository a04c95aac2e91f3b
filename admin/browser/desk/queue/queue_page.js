// The queue's page: what its scripts do, one after the other.

import { byId, say } from "../../shared/page/dom.js";
import { keepShaded } from "../shade.js";
import { readTraces } from "../tip/traces.js";
import { keysOf, wordsOf } from "../unit_keys.js";
import { showFirstWords } from "./first_words.js";
import { bindPulse } from "./pulse.js";
import { openLabels } from "./queue.js";
import { bindChoosing } from "./queue_choose.js";
import { bindQueueKeys } from "./queue_keys.js";
import { bindRow } from "./queue_row.js";
import { bindFinding } from "./queue_search.js";

/** @type {(page: QueuePage) => Promise<void>} */
export async function startQueue(page) {
  /** @type {QueueWords} */
  const words = wordsOf(page);
  /** @type {(() => void)[]} */
  const shut = [];
  keepShaded(() => shut.forEach((close) => close()));
  bindChoosing(words);
  bindQueueKeys(page, words);
  bindRow(page);
  bindPulse(page, words);
  const unit = page.dataset.opens === "yes" ? await unitOf(page, words) : null;
  if (unit) {
    shut.push(bindFinding(page, unit, words));
    shut.push(await labels(page, unit, words));
    shut.push(showFirstWords(page, await readTraces()));
  }
  page.dataset.opened = "yes";
}

// Where nothing is sealed the keys are only held against the form's: no reason to ask for them.
/** @type {(page: QueuePage, words: QueueWords) => Promise<MemberKeys | null>} */
const unitOf = (page, words) =>
  keysOf(page.dataset.unit, words, { isNeeded: page.querySelector("[data-label]") !== null });

/** @type {(page: QueuePage, unit: MemberKeys, words: QueueWords) => Promise<() => void>} */
async function labels(page, unit, words) {
  try {
    return await openLabels(page, unit.identities, words);
  } catch (error) {
    say(byId("alarm"), /** @type {Thrown} */ (error).sentence || words.sentences.offline);
    return () => {};
  }
}
