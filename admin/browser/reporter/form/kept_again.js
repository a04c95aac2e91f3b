// Opens what an earlier page of this tab kept; see draft.js.

import { isLost, Offline, postJson } from "../../shared/page/post.js";
import { dropDraft, keptDraft, openBox } from "./draft.js";

// `address` gives a ticket's key. Resolves with the content; null where there is none, or none any
// more. Rejects with Offline: it stays, and is asked for again.
/** @type {(place: string, address: string) => Promise<any>} */
export async function openKept(place, address) {
  const record = keptDraft(place);
  if (!record) return null;
  try {
    const { keep } = await postJson(address, { ticket: record.ticket });
    return await openBox(keep, record.box);
  } catch (error) {
    // A proxy's page, or a server that is busy.
    if (isLost(error) || /** @type {any} */ (error).status >= 500) throw new Offline();
    dropDraft(place);
    return null;
  }
}
