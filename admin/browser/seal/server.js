// The addresses of a tip that is sealed in the browser. What goes there is a cover and sealed bytes.

import { Offline, getJson, postJson } from "../page/post.js";

export const askRoutes = () => getJson("/tip/routes.json");

// The fingerprints that a second person has confirmed; those that retire carry their last day. A site
// that publishes no list has none.
export async function askKeys() {
  try {
    const { keys, retiring } = await getJson("/keys.json");
    return Array.isArray(keys) ? keys.concat(retiring || []) : [];
  } catch (error) {
    if (error instanceof Offline && error.status === 404) return [];
    throw error;
  }
}

export const askChallenge = () => postJson("/tip/challenge", {});

export const sendTip = (cover) => postJson("/tip/sealed", cover);

export const askThread = (lookup) => postJson("/mailbox/thread", { lookup });

export const sendLetter = (lookup, token, letter) =>
  postJson("/mailbox/sealed", Object.assign({ lookup, token }, letter));
