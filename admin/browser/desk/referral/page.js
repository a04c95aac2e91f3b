// The page of a referral from beginning to end: the tip opened, its words gone through, a letter written,
// and all of it sealed into one file for an organ outside.

import { byId, say } from "../../shared/page/dom.js";
import { keepDrafts } from "../drafts.js";
import { keepShaded } from "../shade.js";
import { askClear } from "../tip/clear.js";
import { isAstray } from "../tip/marking.js";
import { openTip } from "../tip/tip.js";
import { askWhy } from "../tip/why.js";
import { keysOf, wordsOf } from "../unit_keys.js";
import { Desk } from "./desk.js";

/** @type {(page: ReferralPage) => Promise<void>} */
export async function startReferral(page) {
  /** @type {ReferralWords} */
  const words = wordsOf(page);
  const unit = await keysOf(page.dataset.unit, words);
  // Who holds an older key alone cannot seal what is kept of the package.
  if (!unit || unit.isOldOnly) return;
  await askClear(page, words);
  const opened = await openTip(page, unit, words, await askWhy(page));
  if (!opened) return;
  if (isAstray(opened, page.dataset.unit, words.ways)) {
    say(byId("alarm"), words.sentences.astray, " ", words.sentences.astray_do);
    return;
  }
  /** @type {ReferralData} */
  const data = JSON.parse(/** @type {string} */ (byId("referral-data").textContent));
  const desk = new Desk(page, { unit, opened, words, data });
  keepShaded(() => desk.hide());
  desk.show();
  await keepDrafts(byId("referral-work"), unit);
  desk.renew();
  page.dataset.opened = "yes";
}
