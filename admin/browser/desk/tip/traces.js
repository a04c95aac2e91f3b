// What this tab keeps of the tips that it opened, to find others of the same event: see alike.js.
//
// Pages are separate documents, so it rests in sessionStorage as the keys do: sealed under a key of
// the server's session row, and gone at the lock, at sign-out and with the tab.

import { askWrapKey, isKept, TRACES } from "../../signin/keyring.js";
import { unwrap, wrap } from "../../signin/wrapped.js";
import { traceOf } from "./alike.js";

// As much as a row of the queue has room for.
const FIRST = 36;
// The oldest go first: sessionStorage holds about 5 MB.
const MOST = 200;

// A trace with the first words of what was told, which the queue shows and nothing compares.
/** @type {(tip: Pick<TipContent, "reference" | "fields">, cover: { unit: string, received: string }) => KeptTrace} */
export function keptOf(tip, cover) {
  const { what } = tip.fields;
  return Object.assign(traceOf(tip, cover), { first: firstWords(String(what || "")) });
}

/** @type {(text: string) => string} */
export function firstWords(text) {
  const letters = Array.from(text.replace(/\s+/g, " ").trim());
  return letters.length > FIRST ? `${letters.slice(0, FIRST).join("")}…` : letters.join("");
}

// Gives what is kept; nothing where the server can't be asked for the key.
/** @type {() => Promise<KeptTrace[]>} */
export async function readTraces() {
  const stored = sessionStorage.getItem(TRACES);
  if (!stored) return [];
  try {
    const wrapKey = await askWrapKey();
    return (wrapKey && (await unwrap(stored, wrapKey))) || [];
  } catch {
    return [];
  }
}

// Adds one trace and returns all that are kept, this one last. Returns it alone where the server
// can't be asked for the key: suggestions are a help, and no reason to stop.
/** @type {(trace: KeptTrace) => Promise<KeptTrace[]>} */
export const keepTrace = (trace) => keepTraces([trace]);

/** @type {(traces: KeptTrace[]) => Promise<KeptTrace[]>} */
export async function keepTraces(traces) {
  try {
    const wrapKey = await askWrapKey();
    if (!wrapKey) return traces;
    const stored = sessionStorage.getItem(TRACES);
    /** @type {KeptTrace[]} */
    const before = (stored && (await unwrap(stored, wrapKey))) || [];
    const added = new Set(traces.map(({ reference }) => reference));
    const others = before.filter(({ reference }) => !added.has(reference));
    const all = others.concat(traces).slice(-MOST);
    const wrapped = await wrap(all, wrapKey);
    // Locked while it was being wrapped: nothing may be written after that.
    if (isKept()) sessionStorage.setItem(TRACES, wrapped);
    return all;
  } catch {
    return traces;
  }
}
