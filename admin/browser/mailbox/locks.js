// Believes no key that the server hands out: it must be one whose fingerprint the site publishes.

import { fingerprint } from "../lib/member.js";

// What the server offers to seal to is not what a second person has confirmed.
export class FalseKey extends Error {
  constructor() {
    super("a key that nobody has confirmed");
    this.name = "FalseKey";
  }
}

// `unit` is `{id, recipients}`, `keys` what stands in keys.json. Throws FalseKey.
export function checkUnit(unit, keys) {
  const found = unit.recipients.length === 2 ? fingerprint(unit.id, ...unit.recipients) : "";
  if (!keys.some((key) => key.unit === unit.id && key.fingerprint === found)) throw new FalseKey();
}
