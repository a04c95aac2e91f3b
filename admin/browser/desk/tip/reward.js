// A reward: who asks makes the first half of its code, who agrees the second one, and the letter that
// carries both. Each half is sealed to the reporter alone; neither is ever shown or kept here.

import { byId } from "../../shared/page/dom.js";
import { firstHalf, secondHalf } from "../../shared/reward.js";
import { plainFields, showError } from "../acts.js";
import { sealReply } from "../messages/reply.js";

// Returns what bindAct asks for: the fields of a form, with what this browser made.
/** @type {(opened: () => HeldTip | null, words: TipWords) => (form: DeskForm) => Promise<FormFields | null>} */
export const rewardFields = (opened, words) => async (form) => {
  const now = opened();
  if (!now || now.unit.isOldOnly) {
    showError(form, words.sentences.locked);
    return null;
  }
  try {
    const made =
      "grant" in form.dataset ? await grant(form, now) : await firstHalf(now.tip.reporter);
    return plainFields(form).concat(Object.entries(made));
  } catch {
    showError(form, words.sentences.seal_failed);
    return null;
  }
};

// The letter is what stands on the page: who agrees has read it.
/** @type {(form: DeskForm, now: HeldTip) => Promise<SealedReplyForm & { second: string }>} */
async function grant(form, now) {
  const { hash, line } = await secondHalf(now.tip.reporter, String(form.dataset.grant));
  const letter = String(byId("reward-letter").textContent).trim();
  const reply = await sealReply(
    `${letter}\n\n${line}`,
    /** @type {HeldTip & { unit: CurrentKeys }} */ (now),
  );
  return Object.assign({ second: hash }, reply);
}
