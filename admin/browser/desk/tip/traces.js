// What this tab keeps of the tips that it opened, to find others of the same event: see alike.js.
//
// Pages are separate documents, so it rests in sessionStorage as the keys do: sealed under a key of
// the server's session row, and gone at the lock, at sign-out and with the tab.

import { askWrapKey, isKept, TRACES } from "../../signin/keyring.js";
import { unwrap, wrap } from "../../signin/wrapped.js";

// The oldest go first: sessionStorage holds about 5 MB.
const MOST = 200;

// Adds one trace and returns all that are kept, this one last. Returns it alone where the server
// can't be asked for the key: suggestions are a help, and no reason to stop.
/** @type {(trace: Trace) => Promise<Trace[]>} */
export async function keepTrace(trace) {
  try {
    const wrapKey = await askWrapKey();
    if (!wrapKey) return [trace];
    const stored = sessionStorage.getItem(TRACES);
    /** @type {Trace[]} */
    const before = (stored && (await unwrap(stored, wrapKey))) || [];
    const others = before.filter(({ reference }) => reference !== trace.reference);
    const all = others.concat(trace).slice(-MOST);
    const wrapped = await wrap(all, wrapKey);
    // Locked while it was being wrapped: nothing may be written after that.
    if (isKept()) sessionStorage.setItem(TRACES, wrapped);
    return all;
  } catch {
    return [trace];
  }
}
