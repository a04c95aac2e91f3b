// Holds what the public form hands out against the keys in this member's hands. A server that hands
// out a false key is told from an honest one here, by who has the right one.

import { byId, element, say } from "../shared/page/dom.js";
import { fingerprint } from "../shared/sealing/member.js";
import { getJson } from "../signin/api.js";

// `unit` comes from the opened keys, never from the server.
/** @type {(unitId: string, unit: CurrentKeys, words: DeskWords) => Promise<void>} */
export async function checkLock(unitId, unit, words) {
  const found = await lookAtLock(unitId, unit);
  const { sentences } = words;
  if (found === "unchecked") return tell(sentences.lock_unchecked);
  if (found === "") return tell();
  return tell(
    sentences.lock_false,
    sentences.lock_false_do,
    ownFingerprint(unitId, unit, words),
    sentences.lock_offered.replace("%(found)s", found),
  );
}

/** @type {(unitId: string, unit: CurrentKeys, words: DeskWords) => string} */
export const ownFingerprint = (unitId, unit, words) =>
  words.sentences.fingerprint.replace("%(found)s", fingerprintOf(unitId, unit));

/** @type {(unitId: string, unit: CurrentKeys) => string} */
const fingerprintOf = (unitId, { recipient, recovery }) => fingerprint(unitId, recipient, recovery);

// Returns "" where all is well: the form seals to our key, or to none. Otherwise the fingerprint of
// the key that it hands out, or "unchecked".
/** @type {(unitId: string, unit: CurrentKeys) => Promise<string>} */
async function lookAtLock(unitId, unit) {
  try {
    /** @type {Offered} */
    const offered = await getJson("/desk/offered.json");
    const { recipients } = offered.units[unitId];
    if (!recipients.length) return "";
    const [first, ...others] = recipients;
    // One reader more than the two keys makes another fingerprint too.
    const theirs = fingerprint(unitId, first, others.join(" "));
    return theirs === fingerprintOf(unitId, unit) ? "" : theirs;
  } catch {
    return "unchecked";
  }
}

/** @type {(first?: string, ...others: string[]) => void} */
function tell(first, ...others) {
  const lines = others.map((line) => element("p", "", line));
  say(byId("lock-alarm"), first && element("p", "", element("b", "", first)), ...lines);
  byId("lock-alarm").dataset.looked = "yes";
}
