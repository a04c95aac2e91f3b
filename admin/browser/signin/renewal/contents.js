// What a tip's files hold, part by part, as digests: two browsers compare a tip sealed anew by them.

import { sha256 } from "@noble/hashes/sha2.js";
import { fromBase64, toHex } from "../../shared/bytes.js";
import { openWith, seedOf } from "../../shared/sealing/age.js";
import { contentMac } from "../../shared/sealing/member.js";

/** @type {(bytes: Uint8Array) => string} */
const digestOf = (bytes) => toHex(sha256(bytes));

// Gives `[[part, file], …]` of a bundle, each part under a name of its own.
/** @type {(bundle: Bundle) => [part: string, file: string][]} */
export function partsOf({ sealed, label, messages, notes }) {
  /** @type {[part: string, file: string][]} */
  const parts = [["tip", sealed]];
  if (label) parts.push(["label", label]);
  Object.keys(messages).forEach((number) => parts.push([`message ${number}`, messages[number]]));
  Object.keys(notes).forEach((number) => parts.push([`note ${number}`, notes[number]]));
  return parts;
}

// Opens all parts. What opens for none of the identities stays as it was sealed, and is known by that;
// null where the tip itself does not open.
/**
 * @param {string[]} identities
 * @param {Bundle} bundle
 * @returns {Promise<[part: string, digest: string][] | null>}
 */
export async function digestsOf(identities, bundle) {
  /** @type {[part: string, digest: string][]} */
  const found = [];
  for (const [part, file] of partsOf(bundle)) {
    const bytes = await openOrNull(identities, file);
    if (!bytes && part === "tip") return null;
    const digest = bytes ? digestOf(bytes) : `sealed ${digestOf(fromBase64(file))}`;
    found.push([part, digest]);
  }
  return found;
}

/** @type {(identities: string[], file: string) => Promise<Uint8Array | null>} */
async function openOrNull(identities, file) {
  try {
    return await openWith(identities, fromBase64(file));
  } catch {
    return null;
  }
}

// `unit` is `{identity, identities}`, the key in use and all; `both` is what the server gives of a
// moved tip. Returns `{ verdict, compared, content_mac }`: "same", "changed" or "unopened". Compared is
// only where the old key is at hand.
/** @type {(unit: CompareKeys, both: BothBundles) => Promise<Compared>} */
export async function compare(unit, { reference, now, kept }) {
  const fresh = await digestsOf([unit.identity], now);
  if (!fresh) return { verdict: "unopened" };
  const mac = contentMac(seedOf(unit.identity), reference, fresh);
  const before = await digestsOf(unit.identities, kept);
  if (!before) return { verdict: "same", compared: false, content_mac: mac };
  const isSame = mac === contentMac(seedOf(unit.identity), reference, before);
  return { verdict: isSame ? "same" : "changed", compared: true, content_mac: mac };
}
