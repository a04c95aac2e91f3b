// Opens what another browser sealed anew, beside what it was, and lets the old go where both are the
// same. What is not the same is told as loudly as a false key, and stays as it was kept.

import { findById } from "../../shared/page/dom.js";
import { getJson, postJson } from "../api.js";
import { startWorker } from "../workers.js";
import { solve } from "./making.js";

const MOVED = "/desk/reseal/moved";

// For the unit's opened keys; ends with how many tips were found to differ.
/** @type {(unit: CurrentKeys, io?: CheckIo) => Promise<number>} */
export const checkMoved = (unit, io = inBrowser(unit)) => compareAll(unit, io);

// The same with whatever `io` names and reads.
/**
 * @template {{ must_compare: boolean }} Both
 * @param {CurrentKeys} unit
 * @param {CheckIo<Both>} io
 * @returns {Promise<number>}
 */
export async function compareAll(unit, io) {
  /** @type {Set<string>} */
  const done = new Set();
  let differing = 0;
  for (;;) {
    const { tips, words, riddle, to } = await io.next();
    const left = tips.filter((reference) => !done.has(reference));
    if (!left.length || to !== unit.keyId) return finish(differing, words, done, io);
    const proof = await io.solve(riddle);
    for (const [n, reference] of left.entries()) {
      io.tell("checking", words.checking.replace("%(n)s", String(left.length - n)));
      done.add(reference);
      if (!(await checkOne(reference, proof, io))) differing += 1;
    }
  }
}

/** @type {(differing: number, words: CheckWords, done: Set<string>, io: Pick<CheckIo, "tell">) => number} */
function finish(differing, words, done, io) {
  if (differing) io.tell("differs", words.differs.replace("%(n)s", String(differing)));
  else if (done.size) io.tell("checked", words.checked);
  return differing;
}

// Tells whether there is nothing to be afraid of.
/**
 * @template {{ must_compare: boolean }} Both
 * @param {string} reference
 * @param {string} proof
 * @param {CheckIo<Both>} io
 * @returns {Promise<boolean>}
 */
async function checkOne(reference, proof, io) {
  const both = await io.read(reference).catch(gone);
  // Another browser was faster.
  if (!both) return true;
  const { verdict, compared, content_mac } = await io.compare(both);
  // Left to a colleague who still holds the old key.
  if (verdict === "same" && !compared && both.must_compare) return true;
  if (verdict !== "same") {
    await io.doubt(reference, { proof });
    return false;
  }
  const answer = await io.confirm(reference, { proof, compared, content_mac }).catch(gone);
  return answer !== false;
}

// Settled or moved on meanwhile: nothing. Other content than the mover told of: false.
/** @type {(error: Thrown) => null | false} */
function gone(error) {
  if (error.status === 404 || error.status === 409) return null;
  if (error.status === 422) return false;
  throw error;
}

/** @type {(unit: CurrentKeys) => CheckIo} */
function inBrowser(unit) {
  const worker = startWorker();
  const job = { unit: { identity: unit.identity, identities: unit.identities } };
  return {
    next: () => getJson(`${MOVED}/next.json`),
    read: (reference) => getJson(`${MOVED}/${reference}.json`),
    confirm: (reference, body) => postJson(`${MOVED}/${reference}`, body),
    doubt: (reference, body) => postJson(`${MOVED}/${reference}/doubt`, body),
    compare: (both) => worker(Object.assign({ job: /** @type {const} */ ("compare"), both }, job)),
    solve: (riddle) => solve(unit.identity, riddle),
    tell: (state, sentence) => {
      const place = findById("checking");
      if (!place) return;
      place.dataset.state = state;
      place.textContent = sentence;
      if (state !== "differs") return;
      /** @type {Element} */ (place.closest(".notice")).classList.add("notice--danger");
    },
  };
}
