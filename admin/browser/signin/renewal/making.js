// Makes a unit's new key in the place of one that somebody held who may hold it no more.

import { sha256 } from "@noble/hashes/sha2.js";
import { fromBase64, toBase64, toHex, toUtf8 } from "../../shared/bytes.js";
import { newIdentity, openWith, recipientOf, sealTo, seedOf } from "../../shared/sealing/age.js";
import { fingerprint, rosterMac, successorMac } from "../../shared/sealing/member.js";
import { split } from "../members/halves.js";
import { randomBytes } from "../members/making.js";

// As RECOVERY_NAME in admin/keys/issuing.py.
const RECOVERY_NAME = "";

// The server's list of holders is not the one that a holder vouched for.
export class RosterChanged extends Error {
  constructor() {
    super("the roster is not the one that a holder vouched for");
    this.name = "RosterChanged";
  }
}

// Who keeps the key: the old roster, as its MAC proves it, without the suspended. `unit` comes from
// the opened keys; `told` is what the server says.
/** @type {(unit: CurrentKeys, told: RenewalAsked, me: string) => Roster} */
export function remainingHolders(unit, told, me) {
  const isOurs = told.recipient === unit.recipient && told.recovery === unit.recovery;
  const isProved = rosterMac(seedOf(unit.identity), told.roster) === told.roster_mac;
  if (!isOurs || !isProved) throw new RosterChanged();
  const holders = told.roster.filter(
    ([name]) => name !== RECOVERY_NAME && !told.suspended.includes(name),
  );
  if (!holders.some(([name]) => name === me)) throw new RosterChanged();
  return holders;
}

// `seed` is that of the old key, or of its recovery sheet: with it the new one is vouched for.
// Returns the halves for paper, the fingerprint, the new identity, and beside them what is posted.
/** @type {(unitId: string, holders: Roster, seed: Uint8Array) => Promise<NextKey>} */
export async function makeNextKey(unitId, holders, seed) {
  const [identity, recovery] = await Promise.all([newIdentity(), newIdentity()]);
  const recipients = await Promise.all([recipientOf(identity), recipientOf(recovery)]);
  /** @type {Record<string, string>} */
  const grants = {};
  for (const [name, recipient] of holders) {
    grants[name] = toBase64(await sealTo([recipient], toUtf8(identity)));
  }
  return {
    identity,
    halves: split(seedOf(recovery), randomBytes(32)),
    fingerprint: fingerprint(unitId, ...recipients),
    posted: {
      recipient: recipients[0],
      recovery: recipients[1],
      roster_mac: rosterMac(seedOf(identity), holders.concat([[RECOVERY_NAME, recipients[1]]])),
      vouch: successorMac(seed, unitId, ...recipients),
      grants,
    },
  };
}

// Shows the server that the old key is in these hands: by the hash of what the riddle holds, so that
// what is posted opens nothing.
/** @type {(identity: string | string[], riddle: string) => Promise<string>} */
export async function solve(identity, riddle) {
  return toHex(sha256(await openWith(identity, fromBase64(riddle))));
}
