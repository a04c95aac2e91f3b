// Words to the reporter: sealed here, to the reporter and to the unit.

import { fromBase64, toBase64 } from "../../shared/bytes.js";
import { today } from "../../shared/day.js";
import { sealTo } from "../../shared/sealing/age.js";
import { makeEnvelope } from "../../shared/sealing/envelope.js";
import { showError } from "../acts.js";
import { sendsOnErrand } from "./errand.js";
import { asksWhoTheReporterIs } from "./identity_question.js";
import { hasBlanks } from "./ready.js";
import { endOfTalk } from "./thread.js";

// The recipients come from the opened tip and from the member's own keys, never from the server.
/**
 * @param {string} body
 * @param {{ tip: TipContent, talk: ReadMessage[], unit: CurrentKeys }} now
 * @returns {Promise<SealedReplyForm>}
 */
export async function sealReply(body, { tip, talk, unit }) {
  const end = endOfTalk(talk);
  const number = end.number + 1;
  const { bytes, digest } = makeEnvelope(body, fromBase64(tip.talk), {
    kind: "message",
    direction: "staff",
    reference: tip.reference,
    number,
    previous: end.digest,
    day: today(),
  });
  const sealed = await sealTo([tip.reporter, unit.recipient, unit.recovery], bytes);
  return { number: String(number), digest, sealed: toBase64(sealed), key: unit.keyId };
}

// `opened` gives the tip and talk as they stand, or null once they were taken off the page.
/** @type {(opened: () => HeldTip | null, words: TipWords) => ActOptions["fieldsOf"]} */
export function replyFields(opened, words) {
  return async (form) => {
    const body = /** @type {HTMLTextAreaElement} */ (form.querySelector("textarea")).value.trim();
    const now = opened();
    if (!body || !now) {
      showError(form, body ? words.sentences.locked : words.sentences.empty);
      return null;
    }
    if (hasBlanks(body)) {
      showError(form, words.ready.blanks);
      return null;
    }
    /** @type {HTMLInputElement | null} */
    const chosen = form.querySelector('[name="ask"]:checked');
    const { value: version } = /** @type {HTMLInputElement} */ (
      form.querySelector('[name="version"]')
    );
    try {
      // Who holds an older key alone is not shown the form.
      const message = await sealReply(body, /** @type {HeldTip & { unit: CurrentKeys }} */ (now));
      return Object.entries(Object.assign(message, { version, ask: chosen ? chosen.value : "" }));
    } catch {
      showError(form, words.sentences.seal_failed);
      return null;
    }
  };
}

// Ready questions go where the cursor stands; a question about the reporter is warned of, and so is
// what would send them to look, film or go near.
/** @type {(form: HTMLElement) => void} */
export function helpWriting(form) {
  const area = /** @type {HTMLTextAreaElement} */ (form.querySelector("textarea"));
  const warning = /** @type {HTMLElement} */ (form.querySelector("#body-warning"));
  const errand = /** @type {HTMLElement} */ (form.querySelector("#errand-warning"));
  const look = () => {
    warning.hidden = !asksWhoTheReporterIs(area.value);
    errand.hidden = !sendsOnErrand(area.value);
  };
  area.addEventListener("input", look);
  form.querySelectorAll("[data-question]").forEach((button) =>
    button.addEventListener("click", () => {
      const gap = area.value && !/\n$/.test(area.value) ? "\n" : "";
      area.setRangeText(
        gap + button.textContent.trim(),
        area.value.length,
        area.value.length,
        "end",
      );
      const answer = /** @type {HTMLInputElement | null} */ (
        form.querySelector('[name="ask"][value="yes"]')
      );
      // A question wants an answer; whoever has said otherwise is heard.
      if (answer && !form.querySelector('[name="ask"]:checked')) answer.checked = true;
      area.focus();
      look();
    }),
  );
}
