// The keys of a page's unit, or what the page says where this tab has none.

import { byId, say } from "../shared/page/dom.js";
import { goUnlock, load } from "../signin/keyring.js";
import { checkLock } from "./locks.js";

// Returns the unit's keys and, as `holder`, the name of the member whose they are; null after saying
// on the page why there are none.
/**
 * @param {string} unitId
 * @param {DeskWords} words
 * @param {{ isNeeded?: boolean }} [options]
 * @returns {Promise<MemberKeys | null>}
 */
export async function keysOf(unitId, words, { isNeeded = true } = {}) {
  try {
    const keys = await load();
    if (!keys) return isNeeded ? showLocked() : null;
    const unit = keys.units[unitId];
    if (!unit) say(byId("alarm"), words.sentences.no_key);
    else if (unit.isOldOnly) say(byId("alarm"), words.sentences.old_key_only);
    else checkLock(unitId, unit, words);
    return unit ? Object.assign({ holder: keys.name }, unit) : null;
  } catch {
    say(byId("alarm"), words.sentences.offline);
    return null;
  }
}

export function showLocked() {
  byId("locked").hidden = false;
  byId("unlock").addEventListener("click", goUnlock);
  return null;
}

export const isLocked = () => !byId("locked").hidden;

/** @type {<Said extends DeskWords = DeskWords>(page: DeskPage) => Said} */
export const wordsOf = (page) => JSON.parse(page.dataset.words);
