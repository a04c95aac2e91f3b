// The queue's page: what its scripts do, one after the other.

import { byId, say } from "../../shared/page/dom.js";
import { keepShaded } from "../shade.js";
import { readTraces } from "../tip/traces.js";
import { keysOf, wordsOf } from "../unit_keys.js";
import { copyLabels, showCopies, tellFalse } from "./copies.js";
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
  if (page.dataset.opens === "no") shut.push(await showCopies(words));
  page.dataset.opened = "yes";
}

// Where nothing is sealed the keys are only held against the form's: no reason to ask for them.
/** @type {(page: QueuePage, words: QueueWords) => Promise<MemberKeys | null>} */
const unitOf = (page, words) =>
  keysOf(page.dataset.unit, words, { isNeeded: page.querySelector("[data-label]") !== null });

/** @type {(page: QueuePage, unit: MemberKeys, words: QueueWords) => Promise<() => void>} */
async function labels(page, unit, words) {
  try {
    return await openLabels(page, unit.identities, words, (told, opened) =>
      copyForDispatchers(page, unit, words, { told, opened }),
    );
  } catch (error) {
    say(byId("alarm"), /** @type {Thrown} */ (error).sentence || words.sentences.offline);
    return () => {};
  }
}

// While the member looks on. What can't be kept now, the next look at the queue makes anew.
/**
 * @param {QueuePage} page
 * @param {MemberKeys} unit
 * @param {QueueWords} words
 * @param {{ told: QueueLabels, opened: Map<string, LabelContent> }} labels
 */
async function copyForDispatchers(page, unit, words, { told, opened }) {
  if (unit.isOldOnly) return;
  const { unit: id } = page.dataset;
  const isTrue = await copyLabels({ id, keys: unit }, told, opened, words).catch(() => true);
  if (!isTrue) tellFalse(words);
  page.dataset.copied = isTrue ? "yes" : "no";
}
