// Opens a member's keys, and believes nothing that the server says about them until it is proved.

import { chacha20poly1305 } from "@noble/ciphers/chacha.js";
import { base64nopad } from "@scure/base";
import { Decrypter } from "age-encryption";
import { equal, fromBase64, fromUtf8, toUtf8 } from "../shared/bytes.js";
import { openWith, recipientOf, seedOf } from "../shared/sealing/age.js";
import { fingerprint, rosterMac, successorMac } from "../shared/sealing/member.js";
import { WORK_FACTOR } from "./stretch.js";

// As RECOVERY_NAME in admin/keys/issuing.py.
const RECOVERY_NAME = "";

// Passphrase or code do not open the identity.
export class WrongSecret extends Error {
  constructor() {
    super("passphrase or code do not open this identity");
    this.name = "WrongSecret";
  }
}

// A key, or the list of those who hold it, is not the one that a holder vouched for.
export class KeysChanged extends Error {
  /** @param {string} what */
  constructor(what) {
    super(`changed: ${what}`);
    this.name = "KeysChanged";
    this.what = what;
  }
}

// `key` is what `stretch` made of passphrase, code and `salt`.
// Returns `{name, recipient, units: {unit_id: unit}}`; see `gather` for what a unit is. Who has no key of
// their unit yet keeps `waiting` beside it, their own identity, so that the key opens when it comes.
// A dispatcher, who gets none, keeps `own`: it opens what labels say.
/** @type {(keyring: Keyring, salt: Uint8Array, key: Uint8Array) => Promise<OpenedKeys>} */
export async function openKeyring(keyring, salt, key) {
  return openKeyringAs(keyring, await openIdentity(keyring, salt, key));
}

// The same for an identity that was opened already, however.
/** @type {(keyring: Keyring, identity: string) => Promise<OpenedKeys>} */
export async function openKeyringAs(keyring, identity) {
  const recipient = await recipientOf(identity);
  if (recipient !== keyring.recipient) throw new KeysChanged("member");
  const units = await openUnits(keyring, identity, recipient);
  const opened = { name: keyring.name, recipient, units };
  if (keyring.waits) return Object.assign(opened, { waiting: identity });
  const keepsOwn = keyring.reads_labels && !keyring.units.length;
  return keepsOwn ? Object.assign(opened, { own: identity }) : opened;
}

/** @type {(keyring: Keyring, identity: string, recipient: string) => Promise<Record<string, UnitKeys>>} */
async function openUnits(keyring, identity, recipient) {
  /** @type {[string, string]} */
  const me = [keyring.name, recipient];
  const opened = await Promise.all(keyring.units.map((row) => openUnit(row, identity, me)));
  /** @type {Record<string, UnitKeys>} */
  const units = {};
  new Set(opened.map((unitKey) => unitKey.unitId)).forEach((unitId) => {
    units[unitId] = gather(opened.filter((unitKey) => unitKey.unitId === unitId));
  });
  if (keyring.next) addNext(units, opened, await openUnit(keyring.next, identity, me));
  return units;
}

// The key of the unit came: it opens with the identity that waited for it, which then goes. A holder
// vouched for another one while this member typed what they heard: then nothing of it is taken.
/** @type {(keys: OpenedKeys, keyring: Keyring) => Promise<OpenedKeys>} */
export async function openWaiting(keys, keyring) {
  const { name, recipient, heard } = keys;
  const units = await openUnits(keyring, /** @type {string} */ (keys.waiting), recipient);
  const unit = heard && units[heard.unit];
  if (heard && unit && !unit.isOldOnly) {
    const found = fingerprint(heard.unit, unit.recipient, unit.recovery);
    if (found !== heard.fingerprint) throw new KeysChanged("unit");
  }
  return Object.assign({ name, recipient, units }, heard ? { heard } : {});
}

// A key that was made before somebody leaves: its holders read its fingerprint out, and seal nothing
// to it before it is in use.
/** @type {(units: Record<string, UnitKeys>, opened: OpenedKey[], next: OpenedKey) => void} */
function addNext(units, opened, next) {
  const before = opened.find(({ id }) => id === next.succeeds);
  if (!before || !vouchedBy(before, [next])) throw new KeysChanged("unit");
  const { recipient, recovery } = next;
  units[next.unitId].next = { recipient, recovery };
}

// `identities` open what is stored, the key in use first; `keyIds` are theirs. `identity`, `recipient`
// and `recovery` are those of the key in use alone: nothing is sealed to another. Who was handed an
// older key only has `isOldOnly` and none of the three. `isVouched` tells that from each older key a
// chain of holders' words leads to the key in use: only then is moved to it what was sealed to them.
/** @type {(keys: OpenedKey[]) => UnitKeys} */
function gather(keys) {
  const current = keys.filter((key) => !key.isRetired);
  if (current.length > 1) throw new KeysChanged("unit");
  const older = keys.filter((key) => key.isRetired);
  const all = current.concat(older);
  const identities = all.map(({ identity }) => identity);
  const keyIds = all.map(({ id }) => id);
  if (!current.length) return { identities, keyIds, isOldOnly: true };
  const { identity, recipient, recovery, id } = current[0];
  const isVouched = older.map((key) => vouchedBy(key, all)).every(Boolean);
  return { identities, keyIds, keyId: id, identity, recipient, recovery, isVouched };
}

// Whether a key that came after this one carries its holders' word. A member who holds both and
// finds a false word is being deceived.
/** @type {(before: OpenedKey, all: OpenedKey[]) => boolean} */
function vouchedBy(before, all) {
  const next = all.find((key) => key.succeeds === before.id);
  if (!next) return false;
  const { unitId, recipient, recovery } = next;
  const mac = successorMac(seedOf(before.identity), unitId, recipient, recovery);
  if (!equal(toUtf8(mac), toUtf8(next.vouch || ""))) throw new KeysChanged("unit");
  return true;
}

/** @type {(keyring: Keyring, salt: Uint8Array, key: Uint8Array) => Promise<string>} */
export async function openIdentity(keyring, salt, key) {
  const decrypter = new Decrypter();
  decrypter.addIdentity({ unwrapFileKey: (stanzas) => unwrap(stanzas, salt, key) });
  try {
    return fromUtf8(await decrypter.decrypt(fromBase64(keyring.sealed_identity)));
  } catch {
    throw new WrongSecret();
  }
}

/**
 * @param {import("age-encryption").Stanza[]} stanzas
 * @param {Uint8Array} salt
 * @param {Uint8Array} key
 */
function unwrap(stanzas, salt, key) {
  const expected = `scrypt ${base64nopad.encode(salt)} ${WORK_FACTOR}`;
  if (stanzas.length !== 1 || stanzas[0].args.join(" ") !== expected) return null;
  // The nonce is fixed: the key comes from a fresh salt and seals one file key only.
  return chacha20poly1305(key, new Uint8Array(12)).decrypt(stanzas[0].body);
}

/**
 * @param {KeyringUnit} unit
 * @param {string} myIdentity
 * @param {[name: string, recipient: string]} me
 * @returns {Promise<OpenedKey>}
 */
async function openUnit(unit, myIdentity, me) {
  const identity = await openGrant(unit.grant, myIdentity);
  if ((await recipientOf(identity)) !== unit.recipient) throw new KeysChanged("unit");
  const mac = rosterMac(seedOf(identity), unit.roster);
  if (!equal(toUtf8(mac), toUtf8(unit.roster_mac))) throw new KeysChanged("roster");
  if (!stands(unit.roster, me)) throw new KeysChanged("roster");
  if (!stands(unit.roster, [RECOVERY_NAME, unit.recovery])) throw new KeysChanged("recovery");
  return {
    identity,
    recipient: unit.recipient,
    recovery: unit.recovery,
    unitId: unit.unit_id,
    id: unit.id,
    isRetired: unit.retired,
    succeeds: unit.succeeds,
    vouch: unit.vouch,
  };
}

/** @type {(grant: string, myIdentity: string) => Promise<string>} */
async function openGrant(grant, myIdentity) {
  try {
    return fromUtf8(await openWith(myIdentity, fromBase64(grant)));
  } catch {
    throw new KeysChanged("grant");
  }
}

/** @type {(roster: KeyringUnit["roster"], row: [name: string, recipient: string]) => boolean} */
const stands = (roster, [name, recipient]) =>
  roster.some((row) => row[0] === name && row[1] === recipient);
