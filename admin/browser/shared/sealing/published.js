// Holds the routes that the server hands out against the hash that the static site publishes of them.

import { sha256 } from "@noble/hashes/sha2.js";
import { toHex, toUtf8 } from "../bytes.js";
import { FalseRoutes } from "./routes.js";

const VERSION = "dengshao routes v1";

// Ids are of ASCII alone, so that this order is Python's too.
/** @type {(one: [string, unknown], other: [string, unknown]) => number} */
const byId = ([one], [other]) => (one < other ? -1 : one > other ? 1 : 0);

// The one text that admin/district/data.py and site/hooks/keys_file.py write too. Which units are open,
// and which rest, is not in it.
/** @type {(routes: Routes) => string} */
export function routesText({ takers, contact, units, categories, offices, stands_in: standsIn }) {
  const pair = contact ? [contact.custodian, contact.reviewer] : null;
  /** @type {[string, unknown][]} */
  const rows = Object.keys(units).map((id) => [id, units[id].otherwise]);
  /** @type {[string, unknown][][]} */
  const tables = [rows, Object.entries(categories), Object.entries(offices)];
  // As CLOSED in admin/reading/routes.py.
  const closed = standsIn === false ? ["closed"] : [];
  const sorted = tables.map((table) => table.sort(byId));
  return JSON.stringify([VERSION, ...takers, pair, ...sorted, ...closed]);
}

// `digest` is what stands in /keys.json. Throws FalseRoutes.
/** @type {(routes: Routes, digest: unknown) => void} */
export function checkRoutes(routes, digest) {
  if (typeof digest !== "string" || digestOf(routes) !== digest) throw new FalseRoutes();
}

/** @type {(routes: Routes) => string} */
function digestOf(routes) {
  try {
    return toHex(sha256(toUtf8(routesText(routes))));
  } catch {
    // Not even the shape of routes.
    throw new FalseRoutes();
  }
}
