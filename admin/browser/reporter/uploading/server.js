// The addresses of an upload. Sealed parts go there, and a ticket that names no person.

import { getJson, Offline, postJson, Refused } from "../../shared/page/post.js";

// A sealed part is large and a line may be slow: what came late is asked for with more patience.
const PATIENCE = 120000;
const MOST_PATIENCE = 960000;

/** @type {() => Promise<Challenge>} */
export const askChallenge = () => postJson("/tip/challenge", {});

// `size` is the sealed file's, in bytes. Gives `{ticket, keep}`.
/** @type {(proof: string, size: number) => Promise<{ ticket: string, keep: string, blob: string }>} */
export const askTicket = (proof, size) => postJson("/tip/files/ticket", { proof, size });

// Gives `{next, whole, keep}`: how many parts stand in a row.
/** @type {(ticket: string) => Promise<UploadAnswer & { keep: string }>} */
export const askNext = (ticket) => postJson("/tip/files/next", { ticket });

/** @type {(ticket: string) => Promise<unknown>} */
export const dropFile = (ticket) => postJson("/tip/files/drop", { ticket });

// The wait that a part gets at its `tries`th try, in milliseconds.
/** @type {(tries: number) => number} */
export const patienceFor = (tries) => Math.min(MOST_PATIENCE, PATIENCE * 2 ** tries);

// Gives `{next, whole}`. `signal` breaks it off.
/**
 * @param {string} ticket
 * @param {number} number
 * @param {SealedPart} part
 * @param {AbortSignal} signal
 * @returns {Promise<UploadAnswer>}
 */
export async function sendPart(ticket, number, { bytes, digest }, signal) {
  const headers = {
    "Content-Type": "application/octet-stream",
    Accept: "application/json",
    "Dengshao-Ticket": ticket,
    "Dengshao-Part": String(number),
    "Dengshao-Digest": digest,
  };
  /** @type {RequestInit} */
  const apart = { credentials: "omit", cache: "no-store", signal };
  let status = 0;
  let answer = null;
  try {
    const whole = Object.assign({ method: "POST", headers, body: bytes }, apart);
    const response = await fetch("/tip/files/part", whole);
    status = response.status;
    answer = await response.json();
  } catch {
    throw new Offline(status);
  }
  if (status >= 400) throw new Refused(answer.error || "unknown", status);
  return answer;
}

// The page's sentences about files, in the page's own language.
/** @type {(address: string) => Promise<FileWords>} */
export const askWords = (address) => getJson(address);
