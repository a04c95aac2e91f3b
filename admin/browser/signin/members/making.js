// Makes keys: a member's own, and a unit's first. What admin/keys/issuing.py does at a terminal.

import { chacha20poly1305 } from "@noble/ciphers/chacha.js";
import { sha256 } from "@noble/hashes/sha2.js";
import { base64nopad } from "@scure/base";
import { Encrypter, Stanza } from "age-encryption";
import { fromHex, toHex, toUtf8 } from "../../shared/bytes.js";
import { newIdentity, recipientOf, sealTo, seedOf } from "../../shared/sealing/age.js";
import { fingerprint, rosterMac } from "../../shared/sealing/member.js";
import { WORK_FACTOR } from "../stretch.js";
import { isCodeOf } from "./check_code.js";
import { split } from "./halves.js";
import { heardMac } from "./heard.js";

const CODE_ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz";
const CODE_BYTES = 16;
const SALT = 16;
// As RECOVERY_NAME in admin/keys/issuing.py.
const RECOVERY_NAME = "";

/** @type {(length: number) => Bytes} */
export const randomBytes = (length) => crypto.getRandomValues(new Uint8Array(length));

// 128 bits in 26 characters: the first two bits of the 130 are always 0.
/** @type {(bytes: Uint8Array) => string} */
export function codeOf(bytes) {
  const bits = Array.from(bytes, (byte) => byte.toString(2).padStart(8, "0")).join("");
  const fives = /** @type {string[]} */ (bits.padStart(130, "0").match(/.{5}/g));
  return fives.map((five) => CODE_ALPHABET[parseInt(five, 2)]).join("");
}

// What stands for a member's key; they read its 核对码 out, so that a holder hands the key to the right
// one.
/** @type {(name: string, recipient: string) => string} */
export function memberFingerprint(name, recipient) {
  const digest = sha256(toUtf8(`dengshao member v1\n${name}\n${recipient}`));
  return /** @type {string[]} */ (toHex(digest.subarray(0, 16)).match(/.{4}/g)).join(" ");
}

// A new member's identity, made before anything else: they read its code back while they are still on
// the telephone.
/** @type {(name: string) => Promise<Newcomer>} */
export async function newcomer(name) {
  const identity = await newIdentity();
  return { name, identity, recipient: await recipientOf(identity) };
}

// `workers` are two functions that run a job of the desk's worker. Returns what is printed on the
// card, beside it what is posted, and what signs this tab in: of the code and the identity nothing
// leaves this browser.
/** @type {(me: Newcomer, passphrase: string, workers: AskWorker[]) => Promise<MadeMember>} */
export async function makeMember({ name, identity, recipient }, passphrase, workers) {
  const code = codeOf(randomBytes(CODE_BYTES));
  const [salt, sealSalt] = [randomBytes(SALT), randomBytes(SALT)];
  const [auth, key] = await Promise.all([
    workers[0]({ job: "signIn", passphrase, code, salt: toHex(salt) }),
    workers[1]({ job: "seal", passphrase, code, salt: toHex(sealSalt) }),
  ]);
  const posted = {
    recipient,
    salt: toHex(salt),
    auth_hash: toHex(sha256(fromHex(auth))),
    sealed_identity: toHex(await sealIdentity(identity, sealSalt, key)),
  };
  const stretched = { seal: toHex(sealSalt), auth, key };
  return { code, fingerprint: memberFingerprint(name, recipient), posted, stretched };
}

// An age file of one scrypt stanza, whose slow sum the worker has done already.
/** @type {(identity: string, salt: Uint8Array, key: Uint8Array) => Promise<Uint8Array>} */
async function sealIdentity(identity, salt, key) {
  const encrypter = new Encrypter();
  encrypter.addRecipient({
    /** @type {(fileKey: Uint8Array) => Stanza[]} */
    wrapFileKey(fileKey) {
      const args = ["scrypt", base64nopad.encode(salt), String(WORK_FACTOR)];
      // The nonce is fixed: the key comes from a fresh salt and seals this one file key only.
      return [new Stanza(args, chacha20poly1305(key, new Uint8Array(12)).encrypt(fileKey))];
    },
  });
  return encrypter.encrypt(toUtf8(identity));
}

// The first key of a unit. Returns its halves for two sheets of paper, its fingerprint, and beside
// them what is posted.
/** @type {(unitId: string, me: { name: string, recipient: string }) => Promise<FirstKey>} */
export async function makeUnitKey(unitId, me) {
  const [identity, recovery] = await Promise.all([newIdentity(), newIdentity()]);
  const recipients = await Promise.all([recipientOf(identity), recipientOf(recovery)]);
  /** @type {Roster} */
  const roster = [
    [RECOVERY_NAME, recipients[1]],
    [me.name, me.recipient],
  ];
  const posted = {
    recipient: recipients[0],
    recovery: recipients[1],
    roster_mac: rosterMac(seedOf(identity), roster),
    sealed: toHex(await sealTo([me.recipient], toUtf8(identity))),
  };
  return {
    halves: split(seedOf(recovery), randomBytes(32)),
    fingerprint: fingerprint(unitId, recipients[0], recipients[1]),
    identity,
    posted,
  };
}

// Whether a holder of this unit's key heard this member read back the code of this very key.
/** @type {(unit: CurrentKeys, to: WaitingMember) => boolean} */
function wasHeard(unit, { name, recipient, heard }) {
  if (!heard) return false;
  const seeds = unit.identities.map(seedOf);
  const isHoldersWord = seeds.some((seed) => heardMac(seed, name, heard.code) === heard.mac);
  return isHoldersWord && isCodeOf(heard.code, memberFingerprint(name, recipient));
}

export class NotHandedOn extends Error {
  /** @param {"gone" | "fingerprint" | "roster"} what */
  constructor(what) {
    super(`not handed on: ${what}`);
    this.name = "NotHandedOn";
    this.what = what;
  }
}

// Seals a unit's identity to a waiting member, or throws `NotHandedOn` with what is wrong. `unit` comes
// from the opened keys; `told` is what the server says, and none of it is believed unproved: the
// member's key is proved by the 核对码 that is typed now as they read it out, or, where nothing is typed
// (null), by what one of us heard and typed while they joined.
/** @type {(unit: CurrentKeys, told: UnitRoster, name: string, typed: string | null) => Promise<object>} */
export async function sealToMember(unit, told, name, typed) {
  const to = told.waiting.find((member) => member.name === name);
  if (!to) throw new NotHandedOn("gone");
  const isTheirs =
    typed === null ? wasHeard(unit, to) : isCodeOf(typed, memberFingerprint(to.name, to.recipient));
  if (!isTheirs) throw new NotHandedOn("fingerprint");
  const seed = seedOf(unit.identity);
  const isOurs = told.recipient === unit.recipient && told.recovery === unit.recovery;
  if (!isOurs || rosterMac(seed, told.roster) !== told.roster_mac) throw new NotHandedOn("roster");
  return {
    name: to.name,
    recipient: to.recipient,
    old_mac: told.roster_mac,
    new_mac: rosterMac(seed, told.roster.concat([[to.name, to.recipient]])),
    sealed: toHex(await sealTo([to.recipient], toUtf8(unit.identity))),
  };
}
