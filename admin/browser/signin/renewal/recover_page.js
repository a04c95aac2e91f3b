// The recovery ceremony: two people type the halves of the sheet, one after the other, and what comes
// out stays in the memory of this page.

import { byId, findById, say } from "../../shared/page/dom.js";
import { identityFromSeed, recipientOf } from "../../shared/sealing/age.js";
import { successorMac } from "../../shared/sealing/member.js";
import { getJson, postJson } from "../api.js";
import { load } from "../keyring.js";
import { bindForm, isAble, Missing, plainGroup, show } from "../members/forms.js";
import { BadHalf, join } from "../members/halves.js";
import { resealUnit } from "./bar.js";
import { makeNextKey, solve } from "./making.js";
import { keep, nextUnit, sentenceOf, showLocked, showMade } from "./renew_page.js";
import { showSheet } from "./sheet.js";

// The recovery sheet's key, joined of its halves, and what the server says of the unit.
/** @typedef {{ identity: string, seed: Uint8Array, told: RecoveryAsked }} Sheet */

// Joined with itself a half gives nothing but tells whether it was copied right.
/** @type {(text: string) => boolean} */
const isHalf = (text) => {
  try {
    join(text, text);
    return true;
  } catch (error) {
    if (error instanceof BadHalf) return false;
    throw error;
  }
};

/** @type {(page: RenewalPage) => Promise<null | void>} */
export async function startRecovery(page) {
  /** @type {RenewalWords} */
  const words = JSON.parse(page.dataset.words);
  if (!isAble()) return say(byId("renew-alarm"), words.too_old);
  const keys = await load().catch(() => null);
  if (!keys) return showLocked();
  /** @type {string[]} */
  const halves = [];
  const numbers = /** @type {const} */ ([1, 2]);
  numbers.forEach((n) => bindHalf(n, halves, words, () => joined(page, keys, halves, words)));
  const first = findById("half-form-1");
  if (first) first.hidden = false;
  page.dataset.ready = "yes";
  return null;
}

// Each keeper types alone: a half that is right goes off the screen before the other one comes.
/** @type {(n: 1 | 2, halves: string[], words: RenewalWords, next: () => Promise<void>) => void} */
function bindHalf(n, halves, words, next) {
  /** @type {HTMLFormElement | null} */
  const form = findById(`half-form-${n}`);
  if (!form) return;
  /** @type {HTMLTextAreaElement} */
  const field = byId(`typed-${n}`);
  bindForm(
    form,
    byId(`typed-${n}-error`),
    async () => {
      const text = plainGroup(field.value);
      /** @type {(name: "no_half" | "bad_half" | "same_half") => Missing} */
      const lacking = (name) => new Missing(field, words[name].replace("%(n)s", String(n)));
      if (!text) throw lacking("no_half");
      if (!isHalf(text)) throw lacking("bad_half");
      if (halves[0] === text) throw lacking("same_half");
      halves[n - 1] = text;
      field.value = "";
      form.hidden = true;
      byId(`half-done-${n}`).hidden = false;
      if (n === 1) byId("half-form-2").hidden = false;
      else await next();
    },
    words,
  );
}

/**
 * @param {RenewalPage} page
 * @param {OpenedKeys} keys
 * @param {string[]} halves
 * @param {RenewalWords} words
 */
async function joined(page, keys, halves, words) {
  try {
    const seed = join(halves[0], halves[1]);
    halves.length = 0;
    await useSheet(page.dataset.unit, keys, seed, words);
  } catch (error) {
    beginAgain(/** @type {Thrown} */ (error), words);
  }
}

// Neither half was miscopied, yet they open nothing: nobody can tell which of them is the stranger.
/** @type {(error: Thrown, words: RenewalWords) => void} */
function beginAgain(error, words) {
  [1, 2].forEach((n) => {
    byId(`half-done-${n}`).hidden = true;
    byId(`half-form-${n}`).hidden = n === 2;
  });
  const sentence = error.name === "NotAPair" ? words.not_a_pair : sentenceOf(error, words);
  /** @type {Record<string, string>} */
  const own = { Unvouched: words.unvouched, NoNewKey: words.no_new_key };
  say(byId("renew-alarm"), own[String(error.name)] || sentence);
}

/** @type {(name: "NotAPair" | "Unvouched" | "NoNewKey") => Error} */
function fault(name) {
  const made = new Error(name);
  made.name = name;
  return made;
}

/**
 * @param {string} unitId
 * @param {OpenedKeys} keys
 * @param {Uint8Array} seed
 * @param {RenewalWords} words
 */
async function useSheet(unitId, keys, seed, words) {
  const identity = identityFromSeed(seed);
  const recipient = await recipientOf(identity);
  /** @type {RecoveryAsked} */
  const told = await getJson("/desk/unit/recover.json");
  say(byId("renew-alarm"));
  if (recipient === told.recovery) return replaceKey(unitId, keys, { identity, seed, told }, words);
  const old = told.older.find((key) => key.recovery === recipient);
  if (!old) throw fault("NotAPair");
  return goOn(unitId, keys, { identity, seed, told, old });
}

/**
 * @param {string} unitId
 * @param {OpenedKeys} keys
 * @param {Sheet} sheet
 * @param {RenewalWords} words
 */
async function replaceKey(unitId, keys, { identity, seed, told }, words) {
  const made = await makeNextKey(unitId, [[told.me.name, keys.recipient]], seed);
  const proof = await solve(identity, told.riddle);
  byId("halves-part").hidden = true;
  showSheet(made, words, async () => {
    const body = Object.assign({ old: told.old, proof }, made.posted);
    const { id } = await postJson("/desk/unit/recover", body);
    const mine = nextUnit({ identities: [], keyIds: [] }, made, id);
    await keep(keys, unitId, Object.assign({ isVouched: false }, mine));
    showMade();
    resealUnit(withSheet(mine, identity, told.old));
  });
}

// The sheet's identity opens what hangs on its key, and goes with this page.
/** @type {(unit: CurrentKeys, identity: string, oldId: string) => CurrentKeys} */
const withSheet = (unit, identity, oldId) =>
  Object.assign({}, unit, {
    identities: [identity].concat(unit.identities),
    keyIds: [oldId].concat(unit.keyIds),
  });

// The ceremony was held before and the page left too early: the new key carries the old sheet's word.
/**
 * @param {string} unitId
 * @param {OpenedKeys} keys
 * @param {Sheet & { old: { id: string } }} sheet
 */
async function goOn(unitId, keys, { identity, seed, told, old }) {
  const { recipient, recovery, vouch } = told.current;
  if (successorMac(seed, unitId, recipient, recovery) !== vouch) throw fault("Unvouched");
  const held = keys.units[unitId] || { identities: [], keyIds: [] };
  // Nothing is moved to a key by who does not hold it: its maker handed it on, or does so first.
  if (held.keyId !== told.old) throw fault("NoNewKey");
  const unit = Object.assign({}, held, { recipient, recovery });
  byId("halves-part").hidden = true;
  show("going-on");
  resealUnit(Object.assign(withSheet(unit, identity, old.id), { keyId: told.old }));
}
