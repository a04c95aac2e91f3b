// Seals what the reporter writes, to the keys of the unit that holds the tip.

import { toBase64 } from "../bytes.js";
import { sealTo } from "./age.js";
import { makeEnvelope } from "./envelope.js";
import { checkMark } from "./marks.js";

// Returns what /mailbox/sealed takes: the number, the digest, the sealed envelope, and which of the
// unit's keys it is sealed to. Throws Unmarked or Strayed where the tip has no mark of that unit.
/**
 * @param {ReporterKeys} keys
 * @param {Thread} answer
 * @param {MessageKind} kind
 * @param {string} body
 * @returns {Promise<Letter>}
 */
export async function sealLetter(keys, answer, kind, body) {
  checkMark(keys.talk, answer);
  const last = answer.messages[answer.messages.length - 1];
  const number = last ? last.number + 1 : 1;
  const previous = last ? last.digest : "";
  /** @type {Place & { kind: MessageKind }} */
  const place = { kind, direction: "reporter", reference: answer.reference, number, previous };
  const envelope = makeEnvelope(body, keys.talk, place);
  const sealed = await sealTo(answer.unit.recipients, envelope.bytes);
  const { key } = answer.unit;
  return { kind, number, digest: envelope.digest, sealed: toBase64(sealed), key };
}
