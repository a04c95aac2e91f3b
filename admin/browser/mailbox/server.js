// The two addresses of the scripted mailbox. Only a lookup and sealed bytes go there. And the keys
// that a second person has confirmed, as the static site publishes them.

import { getJson, isCut, isLost, Offline, postJson, Refused } from "../shared/page/post.js";

export { isCut, isLost, Offline, Refused };

// What is sent grows in steps, so that its length tells little.
const STEP = 4096;

/** @type {(base: string, lookup: string) => Promise<Thread>} */
export const askThread = (base, lookup) => postJson(`${base}thread`, { lookup });

/** @type {(base: string, lookup: string, seen: string) => Promise<unknown>} */
export const sendSeen = (base, lookup, seen) => postJson(`${base}seen`, { lookup, seen });

// Stores a letter. The server answers a retry of the same letter as it answered the first.
/** @type {(base: string, lookup: string, token: string, letter: SentLetter) => Promise<unknown>} */
export const sendLetter = (base, lookup, token, letter) =>
  postJson(`${base}sealed`, Object.assign({ lookup, token }, letter), STEP);

/** @type {() => Promise<PublishedKey[]>} */
export async function askKeys() {
  const answer = await getJson("/keys.json");
  if (!Array.isArray(answer.keys)) throw new Offline();
  return answer.keys.concat(answer.retiring || []);
}
