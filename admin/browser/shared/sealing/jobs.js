// All of a tip that needs keys; it runs in the worker, so that a slow phone stays alive.

import { bodyOf } from "../body.js";
import { toBase64, toHex } from "../bytes.js";
import { recipientOf, sealTo, trySealing } from "./age.js";
import { sealLetter } from "./letter.js";
import { checkReader, checkUnit } from "./locks.js";
import { checkMark, Strayed, Unmarked, unitMark } from "./marks.js";
import { solve } from "./proof.js";
import { checkRoutes } from "./published.js";
import { derive, newDigits, withChecks } from "./receipt.js";
import { chooseUnit, chooseUrgency, excludedUnits, factsOf, isSupervisory } from "./routes.js";
import { labelBytes, makeReference, noLabel, sealContact, tipBytes, wellFormed } from "./tip.js";

// What the page must tell by itself; its name is all that goes there.
class Told extends Error {
  /** @param {string} name */
  constructor(name) {
    super(name);
    this.name = name;
  }
}

export const JOBS = { newReceipt, sealTip, sealSupplement, solve, trySealing };

/** @type {() => Receipt} */
function newReceipt() {
  const digits = newDigits();
  return { digits, receipt: withChecks(digits) };
}

// Returns what /tip/sealed takes, but for the proof and the decoy field. `keys` and `digest` are what
// the static site publishes: fingerprints, and the hash of the routes.
/** @type {(job: TipJob) => Promise<Cover>} */
async function sealTip({ digits, fields, contact, files, routes, keys, digest }) {
  checkRoutes(routes, digest);
  const facts = factsOf(fields);
  const unit = chooseUnit(routes, facts);
  if (!unit) throw new Told("NoUnit");
  const recipients = confirmed(routes, unit, keys);
  const urgency = chooseUrgency(facts);
  const { lookup, identity, talk } = derive(digits, routes.site);
  const reference = makeReference();
  const bytes = tipBytes({
    reference,
    fields: wellFormed(fields),
    reporter: await recipientOf(identity),
    talk,
    files,
    contact: contact ? await sealedContact(contact, facts.exclude, routes, keys) : "",
  });
  return {
    lookup: toHex(lookup),
    reference,
    unit,
    key: routes.units[unit].key,
    urgency,
    label: await sealedLabel(facts, fields, urgency, recipients[0]),
    sealed: toBase64(await sealTo(recipients, bytes)),
    mark: unitMark(talk, unit, reference),
  };
}

// No key is believed because the server gave it.
/** @type {(routes: Routes, id: string, keys: PublishedKey[]) => string[]} */
function confirmed(routes, id, keys) {
  const { recipients } = routes.units[id];
  checkUnit({ id, recipients }, keys);
  return recipients;
}

/**
 * @param {string} text
 * @param {string[]} exclude
 * @param {Routes} routes
 * @param {PublishedKey[]} keys
 */
async function sealedContact(text, exclude, routes, keys) {
  if (!routes.contact) throw new Told("NoContact");
  const { custodian, reviewer } = routes.contact;
  /** @type {(unit: string) => boolean} */
  const isOpen = (unit) => routes.units[unit].recipients.length > 0;
  if (!isOpen(custodian) || !isOpen(reviewer)) throw new Told("NoContact");
  const excluded = excludedUnits(routes, exclude);
  if (excluded.includes(custodian) || excluded.includes(reviewer))
    throw new Told("ContactExcluded");
  return sealContact(text, confirmed(routes, custodian, keys), confirmed(routes, reviewer, keys));
}

// A supervisory tip has an empty label: even its kind is for one reader. The recovery key opens the
// words, from which a label can be remade.
/**
 * @param {Facts} facts
 * @param {Answers} fields
 * @param {string} urgency
 * @param {string} recipient
 */
async function sealedLabel(facts, fields, urgency, recipient) {
  if (isSupervisory(facts.official, facts.exclude)) {
    return toBase64(await sealTo([recipient], noLabel()));
  }
  const flags = [];
  if (facts.minor === "yes") flags.push("minor");
  if (urgency === "P0") flags.push("danger");
  const township = /** @type {string} */ (fields.township || "unclear");
  const bytes = labelBytes({ category: facts.category, township, flags });
  return toBase64(await sealTo([recipient], bytes));
}

// Adds words to a tip that is stored: `thread` is what lies under its receipt, `sent` the cover that
// went with it. Returns the letter, or why there is none: `apart` or `closed`.
/** @type {(job: SupplementJob) => Promise<Supplement>} */
async function sealSupplement({ digits, fields, files, thread, sent, routes, keys, digest }) {
  checkRoutes(routes, digest);
  const reporter = derive(digits, routes.site);
  if (thread.status !== "purged" && thread.unit.id) checkOwnMark(reporter.talk, thread);
  const facts = factsOf(fields);
  const unit = thread.unit.id || sent.unit;
  if (thread.status === "purged" || mustStandApart(unit, facts, routes)) return { apart: true };
  if (!thread.unit.recipients.length) return { closed: true };
  checkReader(thread.unit, keys);
  const body = bodyOf(wellFormed(fields), files);
  const letter = await sealLetter(reporter, thread, "supplement", body);
  // A supervisory tip stays P1 whatever is added; the unit above takes such tips too.
  if (routes.takers.includes(sent.unit)) return { letter };
  return { letter: Object.assign(letter, { urgency: chooseUrgency(facts) }) };
}

// This very page sent a mark with the tip: where the server has none now, it was taken away.
/** @type {(talk: Uint8Array, thread: Thread) => void} */
function checkOwnMark(talk, thread) {
  try {
    checkMark(talk, thread);
  } catch (error) {
    throw error instanceof Unmarked ? new Strayed() : error;
  }
}

// The reporter has since named that unit's office, or an official: as `_must_stand_apart` has it.
/** @type {(unit: string, facts: Facts, routes: Routes) => boolean} */
function mustStandApart(unit, { official, exclude }, routes) {
  if (excludedUnits(routes, exclude).includes(unit)) return true;
  return isSupervisory(official, exclude) && !routes.takers.includes(unit);
}
