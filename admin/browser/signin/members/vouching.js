// On a unit's page: a head vouches for a dispatcher, to whom labels are then sealed, or takes it back.
//
// They compare as before a unit's key is handed on, and no key is.

import { postJson } from "../api.js";
import { labelReaderMac } from "../label_readers.js";
import { checkCode, plainCode, wrongGroups } from "./check_code.js";
import { bindForm, Missing } from "./forms.js";
import { memberFingerprint } from "./making.js";

const ADDRESS = "/desk/unit/label-readers";

/** @type {(page: UnitPage, unit: UnitKeys | undefined, words: UnitWords) => void} */
export function bindVouches(page, unit, words) {
  if (!unit || unit.isOldOnly) return;
  /** @type {NodeListOf<VouchForm>} */
  const forms = page.querySelectorAll("form.vouch");
  forms.forEach((form) => bindVouch(form, page.dataset.unit, unit, words));
}

/** @type {(form: VouchForm, unitId: string, unit: CurrentKeys, words: UnitWords) => void} */
function bindVouch(form, unitId, unit, words) {
  const { name, recipient } = form.dataset;
  const field = /** @type {HTMLInputElement} */ (form.querySelector("input"));
  const error = errorOf(form);
  bindForm(
    form,
    error,
    async () => {
      if (!plainCode(field.value)) throw new Missing(field, words.no_fingerprint);
      const wrong = wrongGroups(field.value, checkCode(memberFingerprint(name, recipient)));
      if (!wrong) throw new Missing(field, words.not_whole);
      if (wrong.length) {
        // The auditor learns of it, and no word that was typed.
        await postJson(`${ADDRESS}/refused`).catch(() => null);
        throw new Missing(field, wrongSentence(wrong, words));
      }
      const mac = labelReaderMac(unit.identity, unitId, name, recipient);
      await postJson(ADDRESS, { name, recipient, key: unit.keyId, mac });
      location.reload();
    },
    words,
  );
}

// One group that differs was misheard, as a rule; of another key all six do.
/** @type {(wrong: number[], words: UnitWords) => string} */
const wrongSentence = (wrong, words) =>
  wrong.length === 1 ? words.wrong_group.replace("%(n)s", String(wrong[0])) : words.wrong_reader;

// Needs no key: a locked tab does it too.
/** @type {(page: UnitPage, words: UnitWords) => void} */
export function bindTakingBack(page, words) {
  /** @type {NodeListOf<VouchForm>} */
  const forms = page.querySelectorAll("form.unvouch");
  forms.forEach((form) => {
    const takeBack = async () => {
      await postJson(`${ADDRESS}/end`, { name: form.dataset.name });
      location.reload();
    };
    bindForm(form, errorOf(form), takeBack, words);
  });
}

/** @type {(form: HTMLFormElement) => HTMLElement} */
const errorOf = (form) => /** @type {HTMLElement} */ (form.querySelector("[role=alert]"));
