// The page on which a holder takes the unit's key back from who was suspended.

import { byId, findById, say } from "../../shared/page/dom.js";
import { seedOf } from "../../shared/sealing/age.js";
import { getJson, postJson } from "../api.js";
import { goUnlock, load, save } from "../keyring.js";
import { isAble, show } from "../members/forms.js";
import { resealUnit } from "./bar.js";
import { makeNextKey, remainingHolders, solve } from "./making.js";
import { showSheet } from "./sheet.js";

/** @type {(page: RenewalPage) => Promise<null | void>} */
export async function startRenewal(page) {
  /** @type {RenewalWords} */
  const words = JSON.parse(page.dataset.words);
  if (!isAble()) return say(byId("renew-alarm"), words.too_old);
  const keys = await load().catch(() => null);
  if (!keys) return showLocked();
  const unit = keys.units[page.dataset.unit];
  if (findById("begin") && unit && unit.identity) bindBegin(page, keys, words);
  else if (unit && unit.isVouched) resealUnit(unit);
  page.dataset.ready = "yes";
  return null;
}

export function showLocked() {
  byId("locked").hidden = false;
  byId("unlock").addEventListener("click", goUnlock);
}

/** @type {(page: RenewalPage, keys: OpenedKeys, words: RenewalWords) => void} */
function bindBegin(page, keys, words) {
  /** @type {HTMLButtonElement} */
  const button = byId("begin");
  button.addEventListener("click", async () => {
    button.disabled = true;
    say(byId("begin-error"));
    byId("begin-status").textContent = words.making;
    try {
      await begin(page.dataset.unit, keys, words);
    } catch (error) {
      button.disabled = false;
      tell(/** @type {Thrown} */ (error), words);
    }
    byId("begin-status").textContent = "";
  });
}

/** @type {(error: Thrown, words: RenewalWords) => void} */
function tell(error, words) {
  if (error.name === "RosterChanged") say(byId("renew-alarm"), words.roster_changed);
  else say(byId("begin-error"), sentenceOf(error, words));
}

/** @type {(error: Thrown, words: RenewalWords) => string} */
export const sentenceOf = (error, words) =>
  error.sentence || (error instanceof TypeError ? words.offline : words.failed);

/** @type {(unitId: string, keys: OpenedKeys, words: RenewalWords) => Promise<void>} */
async function begin(unitId, keys, words) {
  const unit = /** @type {CurrentKeys} */ (keys.units[unitId]);
  /** @type {RenewalAsked} */
  const told = await getJson("/desk/unit/renew.json");
  const holders = remainingHolders(unit, told, keys.name);
  const made = await makeNextKey(unitId, holders, seedOf(unit.identity));
  const proof = await solve(unit.identity, told.riddle);
  byId("begin-part").hidden = true;
  showSheet(made, words, async () => {
    const body = Object.assign({ old: told.old, planned: told.planned, proof }, made.posted);
    /** @type {{ id: string, next: boolean }} */
    const stored = await postJson("/desk/unit/renew", body);
    if (stored.next) return wait(keys, unitId, unit, made);
    const next = nextUnit(unit, made, stored.id);
    await keep(keys, unitId, Object.assign({ isVouched: true }, next));
    showMade();
    resealUnit(next);
  });
}

// Made before somebody leaves, it is in use only once it is published: until then the tab keeps of it
// what is read out.
/** @type {(keys: OpenedKeys, unitId: string, unit: CurrentKeys, made: NextKey) => Promise<void>} */
async function wait(keys, unitId, unit, { posted: { recipient, recovery } }) {
  await keep(keys, unitId, Object.assign({}, unit, { next: { recipient, recovery } }));
  showMade();
}

// The unit's keys with the new one in front.
/** @type {(unit: HeldKeys, made: NextKey, id: string) => CurrentKeys} */
export function nextUnit(unit, { identity, posted }, id) {
  return {
    identities: [identity].concat(unit.identities),
    keyIds: [id].concat(unit.keyIds),
    keyId: id,
    identity,
    recipient: posted.recipient,
    recovery: posted.recovery,
  };
}

// This tab goes on with the new key at once; the colleagues' tabs ask for their passphrase again.
/** @type {(keys: OpenedKeys, unitId: string, unit: CurrentKeys) => Promise<void>} */
export async function keep(keys, unitId, unit) {
  const { wrap_key: wrapKey } = await getJson("/desk/session.json");
  const units = Object.assign({}, keys.units, { [unitId]: unit });
  await save(Object.assign({}, keys, { units }), wrapKey);
}

export function showMade() {
  show("made");
}
