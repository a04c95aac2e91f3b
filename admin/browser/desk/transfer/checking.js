// The second browser of a unit that passed a tip on: it opens what the tip was, and says whether that is
// what its colleague sealed. By the machinery that compares after a change of the unit's key.

import { byId } from "../../shared/page/dom.js";
import { getJson, postJson } from "../../signin/api.js";
import { compareAll } from "../../signin/renewal/checking.js";
import { solve } from "../../signin/renewal/making.js";
import { startWorker } from "../../signin/workers.js";

const TRANSFERS = "/desk/transfers";
const LOCK = "dengshao.transfers";

// One tab of a browser does the work.
/** @type {(unit: CurrentKeys) => Promise<unknown>} */
export async function checkTransfers(unit) {
  if (!navigator.locks) return compareAll(unit, inBrowser(unit));
  return navigator.locks.request(LOCK, { ifAvailable: true }, (lock) =>
    lock ? compareAll(unit, inBrowser(unit)) : "elsewhere",
  );
}

/** @type {(unit: CurrentKeys) => CheckIo<NamedBundle & { must_compare: boolean }>} */
function inBrowser({ identity, identities }) {
  const worker = startWorker();
  return {
    next: () => getJson(`${TRANSFERS}/next.json`),
    // What does not open here cannot be compared: it waits for a colleague.
    read: async (id) =>
      Object.assign(await getJson(`${TRANSFERS}/${id}/kept.json`), { must_compare: true }),
    confirm: (id, body) => postJson(`${TRANSFERS}/${id}/checked`, body),
    doubt: async () => null,
    compare: async (bundle) => {
      const mac = await worker({ job: "contentOf", identities, bundle });
      return mac
        ? { verdict: "same", compared: true, content_mac: mac }
        : { verdict: "same", compared: false, content_mac: "" };
    },
    solve: (riddle) => solve(identity, riddle),
    tell: (state, sentence) => {
      const place = byId("transfers-checking");
      place.dataset.state = state;
      place.textContent = sentence;
    },
  };
}
