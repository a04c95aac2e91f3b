// The addresses of a tip that is sealed in the browser. What goes there is a cover and sealed bytes.

import { getJson, Offline, postJson } from "../page/post.js";

/** @type {() => Promise<Routes>} */
export const askRoutes = () => getJson("/tip/routes.json");

// What the static site publishes: as `keys` the fingerprints that somebody confirmed, those that retire
// with their last day; as `digest` the hash of the routes. A site that publishes no list has neither.
/** @type {() => Promise<Published>} */
export async function askPublished() {
  try {
    const { keys, retiring, routes } = await getJson("/keys.json");
    return { keys: Array.isArray(keys) ? keys.concat(retiring || []) : [], digest: routes };
  } catch (error) {
    if (error instanceof Offline && error.status === 404) return { keys: [], digest: "" };
    throw error;
  }
}

/** @type {() => Promise<Challenge>} */
export const askChallenge = () => postJson("/tip/challenge", {});

// What is sent grows in steps: an ordinary tip, with its proof and the tickets of its files, is as long
// as every other, whatever its unit.
const STEP = 4096;

/** @type {(cover: SentCover) => Promise<Stored>} */
export const sendTip = (cover) => postJson("/tip/sealed", cover, STEP);

/** @type {(lookup: string) => Promise<Thread>} */
export const askThread = (lookup) => postJson("/mailbox/thread", { lookup });

/** @type {(lookup: string, token: string, letter: SentLetter) => Promise<Stored>} */
export const sendLetter = (lookup, token, letter) =>
  postJson("/mailbox/sealed", Object.assign({ lookup, token }, letter), STEP);
