// Believes no key that the server hands out: it must be one whose fingerprint the site publishes.

import { today } from "../day.js";
import { fingerprint } from "./member.js";

// What the server offers to seal to is not what a second person has confirmed.
export class FalseKey extends Error {
  constructor() {
    super("a key that nobody has confirmed");
    this.name = "FalseKey";
  }
}

// For a new tip: the unit's key in use, and no other. `unit` is `{id, recipients}`, `keys` what stands
// in keys.json; a key that retires has a last day there, `until`. Where the next key was made before a
// member leaves, the one before it overlaps for a day: a server may hand it out until it has read of
// the next. Throws FalseKey.
/** @type {(unit: NamedUnit, keys: PublishedKey[], day?: string) => void} */
export function checkUnit(unit, keys, day = today()) {
  check(
    unit,
    keys.filter(({ until, overlap }) => !until || (overlap && overlap >= day)),
  );
}

// For words to a tip that is stored: it may hang on an older key, which counts up to its last day.
/** @type {(unit: NamedUnit, keys: PublishedKey[], day?: string) => void} */
export function checkReader(unit, keys, day = today()) {
  check(
    unit,
    keys.filter((key) => !key.until || key.until >= day),
  );
}

/** @type {(unit: NamedUnit, keys: PublishedKey[]) => void} */
function check(unit, keys) {
  const [recipient, recovery] = unit.recipients;
  const found = fingerprint(unit.id, recipient, recovery);
  const isPublished = keys.some((key) => key.unit === unit.id && key.fingerprint === found);
  // One reader fewer or more is none of those, whatever a list without fingerprints would match.
  if (unit.recipients.length !== 2 || !isPublished) throw new FalseKey();
}
