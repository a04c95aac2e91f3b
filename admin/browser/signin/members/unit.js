// A unit's page: its first key, the second person's look at it, the key handed on, codes to speak.

import { byId, element, replaceChildren, say } from "../../shared/page/dom.js";
import { askBeforeLeaving } from "../../shared/page/leaving.js";
import { fingerprint } from "../../shared/sealing/member.js";
import { getJson, postJson } from "../api.js";
import { goUnlock, load, lock } from "../keyring.js";
import { bindForm, isAble, Missing, plainGroup, show } from "./forms.js";
import { makeUnitKey, memberFingerprint, NotHandedOn, plainPrint, sealToMember } from "./making.js";
import { bindTakingBack, bindVouches } from "./vouching.js";

/** @type {(page: UnitPage) => Promise<void>} */
export async function startUnit(page) {
  /** @type {UnitWords} */
  const words = JSON.parse(page.dataset.words);
  if (!isAble()) return say(byId("unit-alarm"), words.too_old);
  page.querySelectorAll("[data-lock]").forEach((button) => button.addEventListener("click", lock));
  /** @type {NodeListOf<NamedForm>} */
  const codes = page.querySelectorAll("form.code");
  codes.forEach((form) => bindCode(form, words));
  bindTakingBack(page, words);
  const keys = await load().catch(() => null);
  /** @type {NodeListOf<ConfirmForm>} */
  const confirms = page.querySelectorAll("form.confirm");
  confirms.forEach((form) => bindConfirm(form, keys, words));
  if (!keys) return showLocked();
  showPrints(page, keys);
  if (byId("make-key")) bindFirstKey(page, keys, words);
  /** @type {NodeListOf<NamedForm>} */
  const handOns = page.querySelectorAll("form.hand-on");
  handOns.forEach((form) => bindHandOn(form, keys.units[page.dataset.unit], words));
  bindVouches(page, keys.units[page.dataset.unit], words);
  page.dataset.ready = "yes";
}

function showLocked() {
  byId("locked").hidden = false;
  byId("unlock").addEventListener("click", goUnlock);
}

// All fingerprints here come from the keys in this member's own hands, never from the server.
/** @type {(page: UnitPage, keys: OpenedKeys) => void} */
function showPrints(page, keys) {
  const unit = keys.units[page.dataset.unit];
  if (byId("my-print")) byId("my-print").textContent = memberFingerprint(keys.name, keys.recipient);
  if (!unit || !unit.recipient) {
    byId("handed").hidden = page.dataset.holds !== "yes";
  } else if (byId("unit-print")) {
    byId("unit-print").textContent = fingerprint(page.dataset.unit, unit.recipient, unit.recovery);
  }
  if (unit && byId("next-print")) showNext(page.dataset.unit, unit);
}

// Of the key that takes over once it is published: it was given to this tab at its last unlocking.
/** @type {(unitId: string, unit: HeldKeys) => void} */
function showNext(unitId, { next }) {
  byId("next-locked").hidden = Boolean(next);
  if (next) byId("next-print").textContent = fingerprint(unitId, next.recipient, next.recovery);
}

/** @type {(page: UnitPage, keys: OpenedKeys, words: UnitWords) => void} */
function bindFirstKey(page, keys, words) {
  /** @type {MadeKey | null} */
  let made = null;
  // Paper that was printed before the key is stored is worth nothing: nobody leaves by a slip.
  askBeforeLeaving(() => made !== null);
  /** @type {HTMLButtonElement} */
  const button = byId("make-key");
  button.addEventListener("click", async () => {
    button.disabled = true;
    byId("make-status").textContent = words.making;
    try {
      made = await makeUnitKey(page.dataset.unit, keys);
    } catch {
      button.disabled = false;
      byId("make-status").textContent = "";
      say(byId("make-error"), words.failed);
      return;
    }
    const { halves, fingerprint: print } = made;
    halves.forEach((half, i) => {
      byId(`half-${i + 1}`).textContent = half;
    });
    page.querySelectorAll("[data-unit-print]").forEach((place) => {
      place.textContent = print;
    });
    byId("first-key-ask").hidden = true;
    show("halves");
  });
  byId("print").addEventListener("click", () => window.print());
  bindForm(
    byId("halves-copied"),
    byId("halves-error"),
    async () => {
      const { halves, posted } = /** @type {MadeKey} */ (made);
      halves.forEach((half, i) => askBack(half, i + 1, words));
      byId("halves-status").textContent = words.sending;
      try {
        await postJson("/desk/unit/key", posted);
      } finally {
        byId("halves-status").textContent = "";
      }
      [1, 2].forEach((n) => {
        byId(`half-${n}`).textContent = "";
      });
      made = null;
      byId("halves").hidden = true;
      show("made");
    },
    words,
  );
}

/** @type {(half: string, n: number, words: UnitWords) => void} */
function askBack(half, n, words) {
  /** @type {HTMLInputElement} */
  const field = byId(`group-${n}`);
  const last = half.split(" ").pop();
  if (plainGroup(field.value) !== last) {
    throw new Missing(field, words.wrong_half.replace("%(n)s", String(n)));
  }
}

// Whoever holds the key compares with the key in their own hands; who has none yet, or an older one
// alone, with what the browser computes of the recipients that the server names. So does a tab that
// was unlocked before the unit's next key was made.
/** @type {(form: ConfirmForm, keys: OpenedKeys | null, words: UnitWords) => void} */
function bindConfirm(form, keys, words) {
  const { unit } = form.dataset;
  const held = keys && keys.units[unit];
  const mine = held && (form.dataset.next ? held.next : held);
  const { recipient, recovery } = mine && mine.recipient ? mine : form.dataset;
  const field = /** @type {HTMLInputElement} */ (form.querySelector("input"));
  bindForm(
    form,
    byId(`confirm-${unit}-error`),
    async () => {
      const typed = plainPrint(field.value);
      if (!typed) throw new Missing(field, words.no_fingerprint);
      const isSame = typed === plainPrint(fingerprint(unit, recipient, recovery));
      // A wrong one is posted too, cut short so that it never counts: the log must show it.
      const said = isSame ? typed : typed.slice(1);
      await postJson("/desk/unit/confirm", { unit, fingerprint: said });
      if (!isSame) throw new Missing(field, words.confirm_wrong);
      location.reload();
    },
    words,
  );
}

/** @type {(form: NamedForm, unit: UnitKeys, words: UnitWords) => void} */
function bindHandOn(form, unit, words) {
  const field = /** @type {HTMLInputElement} */ (form.querySelector("input"));
  const error = /** @type {HTMLElement} */ (form.querySelector("[role=alert]"));
  const status = /** @type {HTMLElement} */ (form.querySelector("[role=status]"));
  // The page has this form for who holds the key in use.
  const current = /** @type {CurrentKeys} */ (unit);
  bindForm(
    form,
    error,
    async () => {
      if (!plainPrint(field.value)) throw new Missing(field, words.no_fingerprint);
      status.textContent = words.handing;
      try {
        const told = await getJson("/desk/unit/roster.json");
        const sealed = await sealToMember(current, told, form.dataset.name, field.value);
        await postJson("/desk/unit/hand-on", sealed);
        replaceChildren(form, element("p", "notice", words.handed));
      } catch (fault) {
        status.textContent = "";
        if (!(fault instanceof NotHandedOn)) throw fault;
        await refuse(fault.what, error, field, words);
      }
    },
    words,
  );
}

// Nothing is handed on; the auditor learns why, and no word that was typed.
/**
 * @param {NotHandedOn["what"]} what
 * @param {HTMLElement} error
 * @param {HTMLInputElement} field
 * @param {UnitWords} words
 */
async function refuse(what, error, field, words) {
  if (what === "gone") throw new Missing(field, words.gone);
  const [first, second] =
    what === "fingerprint"
      ? [words.wrong_print, words.wrong_print_do]
      : [words.roster_changed, words.roster_changed_do];
  say(error, element("p", "", element("b", "", first)), element("p", "", second));
  field.setAttribute("aria-invalid", "true");
  await postJson("/desk/unit/refused", { what }).catch(() => null);
}

/** @type {(form: NamedForm, words: UnitWords) => void} */
function bindCode(form, words) {
  bindForm(
    form,
    /** @type {HTMLElement} */ (form.querySelector("[role=alert]")),
    async () => {
      const { code } = await postJson("/desk/unit/code", { name: form.dataset.name });
      const spoken = /** @type {Element} */ (form.querySelector(".spoken"));
      spoken.textContent = words.code_made.replace("%(code)s", code);
      // Pressed again by mistake, it would spoil the code that was just spoken.
      /** @type {HTMLElement} */ (form.querySelector("button")).hidden = true;
    },
    words,
  );
}
