// A tip's way to another unit, on its page: passed on, taken over, handed back. What is sealed is made
// in the worker; which unit's key is believed is settled here, by what the static site publishes.

import { askPublished } from "../../shared/form/server.js";
import { findById, say } from "../../shared/page/dom.js";
import { checkUnit } from "../../shared/sealing/locks.js";
import { mayLie } from "../../shared/sealing/marks.js";
import { checkRoutes } from "../../shared/sealing/published.js";
import { factsOf } from "../../shared/sealing/routes.js";
import { getJson } from "../../signin/api.js";
import { solve } from "../../signin/renewal/making.js";
import { startWorker } from "../../signin/workers.js";
import { bindAct, showError } from "../acts.js";
import { endOfNotes, sealNote } from "../messages/notes.js";
import { postAsJson } from "../post.js";

/** @typedef {{ keys: MemberKeys | null, opened: () => HeldTip | null, words: TipWords, renew: () => Promise<void> }} PassingPage */
/** @typedef {{ id: string, recipients: string[], key: string }} NamedKey */

// `keys` are the member's own; `opened` gives the tip as it stands on the page, or null.
/** @type {(page: PassingPage) => void} */
export function bindPassing(page) {
  bind(findById("transfer"), page, passOn);
  bind(findById("take-over"), page, takeOver);
  bind(findById("hand-back"), page, handBack);
  warnOfExcluded(findById("transfer"), page);
}

// What may be done once the tip is open: pressing before would only tell to wait.
/** @type {(isOpen: boolean) => void} */
export function showPassing(isOpen) {
  ["to-transfer", "take-over"].forEach((id) => {
    const part = findById(id);
    if (part) part.hidden = !isOpen;
  });
}

/**
 * @param {DeskForm | null} form
 * @param {PassingPage} page
 * @param {(form: DeskForm, page: PassingPage) => Promise<object | null>} make
 */
function bind(form, page, make) {
  if (!form) return;
  /** @type {object | null} */
  let made = null;
  const fieldsOf = async () => {
    made = await attempt(form, page, make);
    return made && [];
  };
  bindAct(form, {
    words: page.words,
    renew: page.renew,
    fieldsOf,
    next: form.dataset.next,
    send: (url) => postAsJson(url, Object.assign({ version: version(form) }, made)),
  });
}

/**
 * @param {DeskForm} form
 * @param {PassingPage} page
 * @param {(form: DeskForm, page: PassingPage) => Promise<object | null>} make
 */
async function attempt(form, page, make) {
  const { transfer: said, sentences } = page.words;
  tellWorking(form, said.working);
  try {
    return await make(form, page);
  } catch (error) {
    const { name, status, sentence } = /** @type {Thrown} */ (error);
    const own = SAID[String(name || "")] || SAID[String(/** @type {Error} */ (error).message)];
    const back = own === "excluded" && form.id === "hand-back" ? "excluded_back" : own;
    const lost = status && sentence ? sentence : sentences.offline;
    showError(form, back ? said[back] : lost);
    return null;
  } finally {
    tellWorking(form, "");
  }
}

/** @type {Record<string, keyof TransferWords>} */
const SAID = {
  Excluded: "excluded",
  FalseKey: "false_key",
  FalseRoutes: "false_routes",
  NotOpened: "not_opened",
};

/** @type {(form: DeskForm, sentence: string) => void} */
function tellWorking(form, sentence) {
  const place = form.querySelector("[data-working]") || document.querySelector("[data-working]");
  say(/** @type {HTMLElement} */ (place), sentence);
}

/** @type {(form: DeskForm, name: string) => string} */
const fieldValue = (form, name) =>
  /** @type {HTMLInputElement} */ (form.querySelector(`[name="${name}"]`)).value;

/** @type {(form: DeskForm) => string} */
const version = (form) => fieldValue(form, "version");

/** @type {(form: DeskForm, page: PassingPage) => Promise<object | null>} */
async function passOn(form, page) {
  const [to, reason] = [fieldValue(form, "to"), fieldValue(form, "reason")];
  const now = page.opened();
  const keys = currentKeys(page);
  if (!to || !reason || !now || !keys) {
    showError(form, now && keys ? page.words.transfer.choose : page.words.sentences.locked);
    return null;
  }
  const [{ routes, unit }, bundle] = await Promise.all([publishedUnit(to), readFrom(form)]);
  const note = await noteFor(form, unit, now, keys);
  const opener = openerOf(keys, bundle.keys);
  const job = { job: /** @type {const} */ ("pack"), opener, to: unit, routes, bundle };
  const noted = note && { number: note.number, own: note.own };
  const packed = await startWorker()(Object.assign(job, { note: noted }));
  const proof = await solve(keys.identity, bundle.riddle);
  return Object.assign(packed, { to, key: unit.key, reason, proof, note });
}

/** @type {(form: DeskForm, page: PassingPage) => Promise<object | null>} */
async function takeOver(form, page) {
  const now = page.opened();
  if (!now) {
    showError(form, page.words.sentences.locked);
    return null;
  }
  const bundle = await readFrom(form);
  const { identities } = now.unit;
  const content_mac = await startWorker()({ job: "contentOf", identities, bundle });
  if (content_mac) return { content_mac };
  showError(form, page.words.transfer.not_arrived);
  return null;
}

/** @type {(form: DeskForm, page: PassingPage) => Promise<object | null>} */
async function handBack(form, page) {
  const keys = currentKeys(page);
  const reason = fieldValue(form, "reason");
  if (!reason || !keys) {
    showError(form, keys ? page.words.transfer.choose : page.words.sentences.locked);
    return null;
  }
  const bundle = await readFrom(form);
  const now = page.opened();
  const packed = hasAny(bundle)
    ? await packedBack(bundle, keys, now ? now.tip.reporter : "")
    : { length: bundle.length, messages: {}, notes: {} };
  const proof = await solve(keys.identity, bundle.riddle);
  return Object.assign(packed, { reason, proof });
}

/** @type {(bundle: PassedBundle, keys: CurrentKeys, reporter: string) => Promise<object>} */
async function packedBack(bundle, keys, reporter) {
  const { routes, unit } = await publishedUnit(String(bundle.unit));
  const opener = openerOf(keys, bundle.keys);
  const job = { job: /** @type {const} */ ("packBack"), opener, to: unit, routes };
  return startWorker()(Object.assign(job, { bundle, reporter }));
}

/** @type {(bundle: Bundle) => boolean} */
const hasAny = ({ messages, notes }) =>
  Object.keys(messages).length + Object.keys(notes).length > 0;

/** @type {(form: DeskForm) => Promise<PassedBundle>} */
const readFrom = (form) => getJson(String(form.dataset.from));

/** @type {(page: PassingPage) => CurrentKeys | null} */
const currentKeys = ({ keys }) => (keys && !keys.isOldOnly ? keys : null);

/** @type {(keys: CurrentKeys, older: string[]) => Opener} */
const openerOf = ({ identities, keyIds }, older) => ({
  identities,
  holdsAll: older.every((id) => keyIds.includes(id)),
});

// No key is believed because the server gave it, and no unit's place among the others either.
/** @type {(id: string) => Promise<{ routes: Routes, unit: NamedKey }>} */
async function publishedUnit(id) {
  /** @type {[Promise<Offered>, Promise<Published>]} */
  const asked = [getJson("/desk/offered.json"), askPublished()];
  const [{ routes }, { keys, digest }] = await Promise.all(asked);
  checkRoutes(routes, digest);
  const { recipients, key } = routes.units[id] || { recipients: [], key: "" };
  const unit = { id, recipients, key };
  checkUnit(unit, keys);
  return { routes, unit };
}

// The same note twice: for the other side, and for the own one should the tip come back.
/**
 * @param {DeskForm} form
 * @param {NamedKey} unit
 * @param {HeldTip} now
 * @param {CurrentKeys & { holder?: string }} keys
 */
async function noteFor(form, { recipients, key }, now, keys) {
  const body = /** @type {HTMLTextAreaElement} */ (form.querySelector("textarea")).value.trim();
  if (!body) return null;
  const end = endOfNotes(now.notes);
  const told = { kind: /** @type {const} */ ("note"), by: now.unit.holder, tip: now.tip, end };
  const [recipient, recovery] = recipients;
  const theirs = Object.assign({}, keys, { recipient, recovery, keyId: key });
  const { number, sealed } = await sealNote(body, Object.assign({ unit: theirs }, told));
  const own = await sealNote(body, Object.assign({ unit: keys }, told));
  return { number, sealed, own: own.sealed };
}

// Told as soon as it is chosen. By what the page says of the district's units: before anything is
// sealed, it is asked again by what the site publishes.
/** @type {(form: HTMLElement | null, page: PassingPage) => void} */
function warnOfExcluded(form, { opened, words }) {
  if (!form) return;
  const choice = /** @type {HTMLSelectElement} */ (form.querySelector("select"));
  const place = /** @type {HTMLElement} */ (form.querySelector("[data-excluded]"));
  choice.addEventListener("change", () => {
    const now = opened();
    const isAllowed = !choice.value || !now || mayLieThere(now, choice.value, words.ways);
    say(place, isAllowed ? "" : words.transfer.excluded);
  });
}

/** @type {(now: HeldTip, unit: string, ways: Ways) => boolean} */
function mayLieThere({ tip }, unit, ways) {
  try {
    return mayLie(ways, factsOf(tip.fields), unit);
  } catch {
    return false;
  }
}
