// For which dispatchers a holder of a unit's key vouched: no browser seals a label to another.

import { hkdf } from "@noble/hashes/hkdf.js";
import { hmac } from "@noble/hashes/hmac.js";
import { sha256 } from "@noble/hashes/sha2.js";
import { equal, toHex, toUtf8 } from "../shared/bytes.js";
import { seedOf } from "../shared/sealing/age.js";

const EMPTY = new Uint8Array(0);

// A recipient has no line feed, so that no name reaches into it.
/** @type {(identity: string, unitId: string, name: string, recipient: string) => string} */
export function labelReaderMac(identity, unitId, name, recipient) {
  const key = hkdf(sha256, seedOf(identity), EMPTY, toUtf8("label reader"), 32);
  return toHex(hmac(sha256, key, toUtf8(`${unitId}\n${name}\n${recipient}`)));
}

// Whether one who holds the key in use vouched for each of them. Whoever held an older key, and left,
// can still make MACs under that one: they count for nothing.
/** @type {(unit: CurrentKeys, unitId: string, readers: LabelReader[]) => boolean} */
export const areVouched = ({ identity }, unitId, readers) =>
  readers.every(([name, recipient, mac]) =>
    equal(toUtf8(labelReaderMac(identity, unitId, name, recipient)), toUtf8(mac)),
  );
