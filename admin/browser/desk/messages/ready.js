// Ready answers of a unit: sealed here to its key, and believed only where a holder of it wrote them.
//
// The server knows the unit's recipient and could seal words of its own making, for a member to send
// on to a reporter. So each answer carries a MAC under a key of the unit's seed, which the server
// lacks. What was written under an older key is believed by who holds that one too.

import { hkdf } from "@noble/hashes/hkdf.js";
import { hmac } from "@noble/hashes/hmac.js";
import { sha256 } from "@noble/hashes/sha2.js";
import { equal, fromBase64, fromUtf8, toBase64, toHex, toUtf8 } from "../../shared/bytes.js";
import { openWith, sealTo, seedOf } from "../../shared/sealing/age.js";
import { MESSAGE_STEP, pad, parseContent } from "../../shared/sealing/envelope.js";

const KIND = "template";
const EMPTY = new Uint8Array(0);
// What stands for words that are others each time.
const BLANK = /_{4,}|＿{2,}/;

// Where the first blank stands, and how long it is: 0 where there is none.
/** @type {(text: string) => [at: number, length: number]} */
export function blankIn(text) {
  const found = BLANK.exec(text);
  return found ? [found.index, found[0].length] : [0, 0];
}

/** @type {(text: string) => boolean} */
export const hasBlanks = (text) => BLANK.test(text);

/** @type {(identity: string, unitId: string, answer: ReadyWords) => string} */
function macOf(identity, unitId, { title, body }) {
  const key = hkdf(sha256, seedOf(identity), EMPTY, toUtf8("ready answer"), 32);
  return toHex(hmac(sha256, key, toUtf8(`${unitId}\n${title}\n${body}`)));
}

// A title has no line break: under the MAC it ends where the first one stands.
/** @type {(title: string, most: number) => boolean} */
export const isTitle = (title, most) =>
  Boolean(title) && Array.from(title).length <= most && !/[\r\n]/.test(title);

// To the keys in this member's hands, never to any that the server named.
/** @type {(words: ReadyWords, unitId: string, unit: CurrentKeys) => Promise<FormFields>} */
export async function sealReady({ title, body }, unitId, unit) {
  // A lone surrogate would be written one way in the JSON and another way under the MAC.
  const whole = { title: fromUtf8(toUtf8(title)), body: fromUtf8(toUtf8(body)) };
  const mac = macOf(unit.identity, unitId, whole);
  const content = Object.assign({ v: 1, kind: KIND, mac }, whole);
  const bytes = pad(toUtf8(JSON.stringify(content)), MESSAGE_STEP);
  const sealed = await sealTo([unit.recipient, unit.recovery], bytes);
  return [
    ["sealed", toBase64(sealed)],
    ["key", unit.keyId],
  ];
}

// Returns the answers that may be believed, by title, and how many may not. `isOld` tells of one that
// was written under an older key of the unit.
/** @type {(rows: SealedReady[], unitId: string, unit: UnitKeys) => Promise<ReadyAnswers>} */
export async function openReady(rows, unitId, unit) {
  const opened = await Promise.all(rows.map((row) => openOne(row, unitId, unit).catch(() => null)));
  const answers = /** @type {ReadyAnswer[]} */ (opened.filter(Boolean));
  answers.sort((one, other) => one.title.localeCompare(other.title, "zh"));
  return { answers, untrusted: rows.length - answers.length };
}

/** @type {(row: SealedReady, unitId: string, unit: UnitKeys) => Promise<ReadyAnswer | null>} */
async function openOne({ id, sealed }, unitId, unit) {
  const content = /** @type {any} */ (
    parseContent(await openWith(unit.identities, fromBase64(sealed)), KIND)
  );
  const { title, body, mac } = content;
  if (![title, body, mac].every((text) => typeof text === "string")) return null;
  const at = unit.identities.findIndex((identity) =>
    equal(toUtf8(macOf(identity, unitId, { title, body })), toUtf8(mac)),
  );
  if (at < 0) return null;
  return { id, title, body, isOld: unit.identities[at] !== unit.identity };
}
