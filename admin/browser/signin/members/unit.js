// A unit's page: its first key, the second person's look at it, the key handed on, codes to speak.

import { byId, element, replaceChildren, say } from "../../shared/page/dom.js";
import { askBeforeLeaving } from "../../shared/page/leaving.js";
import { seedOf } from "../../shared/sealing/age.js";
import { fingerprint } from "../../shared/sealing/member.js";
import { getJson, postJson } from "../api.js";
import { goUnlock, load, lock } from "../keyring.js";
import { keepMade, takeHanded } from "../opening.js";
import { checkCode, plainCode, wrongGroups } from "./check_code.js";
import { bindForm, isAble, Missing, plainGroup, show } from "./forms.js";
import { heardMac } from "./heard.js";
import { makeUnitKey, memberFingerprint, NotHandedOn, sealToMember } from "./making.js";
import { followDesk } from "./progress.js";
import { bindTakingBack, bindVouches } from "./vouching.js";

/** @type {(page: UnitPage) => Promise<void>} */
export async function startUnit(page) {
  /** @type {UnitWords} */
  const words = JSON.parse(page.dataset.words);
  if (!isAble()) return say(byId("unit-alarm"), words.too_old);
  page.querySelectorAll("[data-lock]").forEach((button) => button.addEventListener("click", lock));
  followDesk(byId("progress"), words.progress, (stage) => isBusy(page, stage));
  const keys = await load().catch(() => null);
  if (keys && keys.waiting && page.dataset.holds === "yes") return take(page, keys, words);
  /** @type {NodeListOf<NamedForm>} */
  const codes = page.querySelectorAll("form.code");
  codes.forEach((form) => bindCode(form, keys && keys.units[page.dataset.unit], words));
  bindTakingBack(page, words);
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

// Whether loading the page anew would cost what was typed, or is shown this once. A code that was
// spoken has done its work as soon as its new member joined.
/** @type {(page: UnitPage, stage: string) => boolean} */
function isBusy(page, stage) {
  const fields = /** @type {NodeListOf<HTMLInputElement>} */ (page.querySelectorAll("input"));
  const isSpoken = Array.from(page.querySelectorAll(".spoken")).some((place) => place.textContent);
  const isMaking = Boolean(byId("halves")) && !byId("halves").hidden;
  const isTyped = Array.from(fields).some((field) => field.value);
  return isTyped || isMaking || (isSpoken && !["hand", "confirm", "publish"].includes(stage));
}

// The key came while this tab waited for it: it opens without passphrase and card.
/** @type {(page: UnitPage, keys: OpenedKeys, words: UnitWords) => Promise<void>} */
async function take(page, keys, words) {
  try {
    await takeHanded(keys);
  } catch (fault) {
    if (/** @type {Thrown} */ (fault).name !== "KeysChanged") {
      byId("handed").hidden = false;
      return;
    }
    say(
      byId("unit-alarm"),
      element("p", "", element("b", "", words.other_key)),
      element("p", "", words.roster_changed_do),
    );
    page.dataset.ready = "no";
    return;
  }
  location.reload();
}

function showLocked() {
  byId("locked").hidden = false;
  byId("unlock").addEventListener("click", goUnlock);
}

// All codes here come from the keys in this member's own hands, never from the server.
/** @type {(page: UnitPage, keys: OpenedKeys) => void} */
function showPrints(page, keys) {
  const unit = keys.units[page.dataset.unit];
  if (byId("my-print")) {
    byId("my-print").textContent = checkCode(memberFingerprint(keys.name, keys.recipient));
  }
  if (!unit || !unit.recipient) {
    byId("handed").hidden = page.dataset.holds !== "yes";
  } else if (byId("unit-print")) {
    const print = fingerprint(page.dataset.unit, unit.recipient, unit.recovery);
    byId("unit-print").textContent = checkCode(print);
    if (byId("unit-long")) byId("unit-long").textContent = print;
  }
  if (unit && byId("next-print")) showNext(page.dataset.unit, unit);
}

// Of the key that takes over once it is published: it was given to this tab at its last unlocking.
/** @type {(unitId: string, unit: HeldKeys) => void} */
function showNext(unitId, { next }) {
  byId("next-locked").hidden = Boolean(next);
  if (next)
    byId("next-print").textContent = checkCode(fingerprint(unitId, next.recipient, next.recovery));
}

/** @type {(page: UnitPage, keys: OpenedKeys, words: UnitWords) => void} */
function bindFirstKey(page, keys, words) {
  /** @type {FirstKey | null} */
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
      place.textContent = checkCode(print);
    });
    byId("first-key-ask").hidden = true;
    show("halves");
  });
  byId("print").addEventListener("click", () => window.print());
  bindForm(
    byId("halves-copied"),
    byId("halves-error"),
    async () => {
      const { halves, posted, identity } = /** @type {FirstKey} */ (made);
      halves.forEach((half, i) => askBack(half, i + 1, words));
      byId("halves-status").textContent = words.sending;
      try {
        await postJson("/desk/unit/key", posted);
        // Stored by now: if the tab cannot keep it, the passphrase and the card open it.
        const { recipient, recovery } = posted;
        await keepMade(keys, page.dataset.unit, { identity, recipient, recovery }).catch(
          () => null,
        );
      } finally {
        byId("halves-status").textContent = "";
      }
      [1, 2].forEach((n) => {
        byId(`half-${n}`).textContent = "";
      });
      made = null;
      location.reload();
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
  const isHeard = keys && keys.heard && keys.heard.unit === unit && !form.dataset.next;
  const heard = isHeard ? keys.heard : null;
  form.classList.toggle("confirm--heard", Boolean(heard));
  bindForm(
    form,
    byId(`confirm-${unit}-error`),
    async () => {
      const print = fingerprint(unit, recipient, recovery);
      if (heard) {
        if (heard.fingerprint !== print) await stop(unit, words);
      } else await compare(field, print, unit, words);
      await postJson("/desk/unit/confirm", { unit, fingerprint: print });
      location.reload();
    },
    words,
  );
}

// The speaker of the code vouched for another key than the one that this browser was given since.
/** @type {(unit: string, words: UnitWords) => Promise<never>} */
async function stop(unit, words) {
  await postJson("/desk/unit/confirm", { unit, fingerprint: "" }).catch(() => null);
  throw Object.assign(new Error("another key"), { sentence: words.other_key });
}

// A wrong one is posted too, as nothing: the log must show it. One group that differs was misheard, as
// a rule; of another key all six do.
/** @type {(field: HTMLInputElement, print: string, unit: string, words: UnitWords) => Promise<void>} */
async function compare(field, print, unit, words) {
  if (!plainCode(field.value)) throw new Missing(field, words.no_fingerprint);
  const wrong = wrongGroups(field.value, checkCode(print));
  if (!wrong) throw new Missing(field, words.not_whole);
  if (!wrong.length) return;
  await postJson("/desk/unit/confirm", { unit, fingerprint: "" }).catch(() => null);
  throw new Missing(field, wrongSentence(wrong, words));
}

/** @type {(wrong: number[], words: UnitWords) => string} */
const wrongSentence = (wrong, words) =>
  wrong.length === 1 ? words.wrong_group.replace("%(n)s", String(wrong[0])) : words.confirm_wrong;

/** @type {(form: NamedForm, unit: UnitKeys, words: UnitWords) => void} */
function bindHandOn(form, unit, words) {
  const field = /** @type {HTMLInputElement | null} */ (form.querySelector("input"));
  const error = /** @type {HTMLElement} */ (form.querySelector("[role=alert]"));
  const status = /** @type {HTMLElement} */ (form.querySelector("[role=status]"));
  // The page has this form for who holds the key in use.
  const current = /** @type {CurrentKeys} */ (unit);
  bindForm(
    form,
    error,
    async () => {
      if (field && !plainCode(field.value)) throw new Missing(field, words.no_fingerprint);
      status.textContent = words.handing;
      try {
        const told = await getJson("/desk/unit/roster.json");
        const typed = field ? field.value : null;
        const sealed = await sealToMember(current, told, form.dataset.name, typed);
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
 * @param {HTMLInputElement | null} field
 * @param {UnitWords} words
 */
async function refuse(what, error, field, words) {
  if (what === "gone") throw Object.assign(new Error("gone"), { sentence: words.gone });
  const wrong = field ? words.wrong_print : words.wrong_member;
  const [first, second] =
    what === "fingerprint"
      ? [wrong, words.wrong_print_do]
      : [words.roster_changed, words.roster_changed_do];
  say(error, element("p", "", element("b", "", first)), element("p", "", second));
  if (field) field.setAttribute("aria-invalid", "true");
  await postJson("/desk/unit/refused", { what }).catch(() => null);
}

// Who holds the unit's key reads its 核对码 with the digits, and types what the new member reads back.
// Who holds none, or speaks for another unit, has the digits alone.
/** @type {(form: NamedForm, unit: UnitKeys | null, words: UnitWords) => void} */
function bindCode(form, unit, words) {
  const { name, spoken } = form.dataset;
  const isOurs = spoken === "yes";
  const error = /** @type {HTMLElement} */ (form.querySelector("[role=alert]"));
  bindForm(
    form,
    error,
    async () => {
      if (isOurs && (!unit || unit.isOldOnly)) return goUnlock();
      const { code } = await postJson("/desk/unit/code", { name });
      const ours = isOurs ? `${codeOfUnit(form, /** @type {CurrentKeys} */ (unit))} ` : "";
      const place = /** @type {Element} */ (form.querySelector(".spoken"));
      place.textContent = words.code_made.replace("%(code)s", ours + code);
      // Pressed again by mistake, it would spoil the code that was just spoken.
      /** @type {HTMLElement} */ (form.querySelector("button")).hidden = true;
      if (isOurs) showHeard(form, /** @type {CurrentKeys} */ (unit), words);
    },
    words,
  );
}

/** @type {(form: NamedForm, unit: CurrentKeys) => string} */
const codeOfUnit = (form, { recipient, recovery }) =>
  checkCode(fingerprint(/** @type {string} */ (form.dataset.unit), recipient, recovery));

/** @type {(form: NamedForm, unit: CurrentKeys, words: UnitWords) => void} */
function showHeard(form, unit, words) {
  const heard = /** @type {NamedForm} */ (form.nextElementSibling);
  const field = /** @type {HTMLInputElement} */ (heard.querySelector("input"));
  const status = /** @type {HTMLElement} */ (heard.querySelector("[role=status]"));
  heard.hidden = false;
  bindForm(
    heard,
    /** @type {HTMLElement} */ (heard.querySelector("[role=alert]")),
    async () => {
      const { name } = form.dataset;
      const code = plainCode(field.value);
      if (code.length !== 24) throw new Missing(field, words.not_whole);
      const mac = heardMac(seedOf(unit.identity), name, code);
      await postJson("/desk/unit/heard", { name, code, mac });
      field.value = "";
      status.textContent = words.heard_kept;
    },
    words,
  );
}
