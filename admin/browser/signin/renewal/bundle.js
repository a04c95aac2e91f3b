// Seals anew what hangs on an older key of a unit. Pure: files in, files out; it runs in the worker.
//
// `unit` is `{identities, identity, recipient, recovery, holdsAll}`: what opens the old files, and the
// key in use. `holdsAll` tells that these identities are all that a file of this tip can be sealed to.

import { fromBase64, toBase64 } from "../../shared/bytes.js";
import { openWith, sealTo, seedOf } from "../../shared/sealing/age.js";
import { contentMac } from "../../shared/sealing/member.js";
import { readTip } from "../../shared/sealing/opened.js";
import { chooseUrgency, factsOf, isSupervisory } from "../../shared/sealing/routes.js";
import { labelBytes, noLabel } from "../../shared/sealing/tip.js";
import { digestsOf } from "./contents.js";

const STANZA = "\n-> mlkem768x25519 ";
// In base64, a multiple of four. Four stanzas of 1.6 KB are more than any file of ours has.
const HEADER = 12000;

/** @typedef {Pick<TipContent, "fields" | "reporter">} OpenedTip */

// A file that should open and does not: the tip is left to somebody who can open it.
export class NotOpened extends Error {
  constructor() {
    super("a file that does not open");
    this.name = "NotOpened";
  }
}

// `bundle` is what /desk/reseal gives of one tip. Returns the same, sealed to the key in use, with the
// word by which a second browser shows that it opened the same.
/** @type {(unit: ResealKeys, bundle: OldBundle) => Promise<NewBundle>} */
export async function resealBundle(unit, bundle) {
  const sealed = await sealAnew(unit, bundle);
  const anew = /** @type {NewBundle} */ (Object.assign({ old: bundle.old }, sealed));
  // Of what was sealed, opened again with the new key: the first who sees whether it opens.
  const digests = await digestsOf([unit.identity], anew);
  if (!digests) throw new NotOpened();
  anew.content_mac = contentMac(seedOf(unit.identity), bundle.reference, digests);
  return anew;
}

// The same files, sealed to the recipients of `unit`, whoever has their identity.
/** @type {(unit: SealKeys, bundle: Bundle) => Promise<Bundle>} */
export async function sealAnew(unit, bundle) {
  const bytes = await open(unit, bundle.sealed);
  const tip = tipOrJunk(bytes);
  return {
    length: bundle.length,
    sealed: await seal(unit, readersOf(bundle.sealed), bytes),
    label: bundle.label ? await resealLabel(unit, bundle.label, tip) : "",
    messages: await resealAll(unit, bundle.messages, tip),
    notes: await resealAll(unit, bundle.notes, tip),
  };
}

// Anybody can seal junk to a unit: it moves byte for byte, and holds no renewal back.
/** @type {(bytes: Uint8Array) => OpenedTip} */
function tipOrJunk(bytes) {
  try {
    return readTip(bytes);
  } catch {
    return { fields: {}, reporter: "" };
  }
}

/** @type {(unit: ResealKeys, sealed: string) => Promise<string>} */
export async function resealFile(unit, sealed) {
  return seal(unit, readersOf(sealed), await open(unit, sealed));
}

/**
 * @param {SealKeys} unit
 * @param {Record<string, string>} files
 * @param {Pick<OpenedTip, "reporter">} tip
 * @returns {Promise<Record<string, string>>}
 */
export async function resealAll(unit, files, tip) {
  /** @type {Record<string, string>} */
  const sealed = {};
  for (const number of Object.keys(files)) {
    sealed[number] = await resealPart(unit, files[number], tip);
  }
  return sealed;
}

// A message that opens for none of the keys was never readable here: it stays as it is, so that it
// holds nothing back.
/** @type {(unit: SealKeys, file: string, tip: Pick<OpenedTip, "reporter">) => Promise<string>} */
async function resealPart(unit, file, tip) {
  let bytes;
  try {
    bytes = await open(unit, file);
  } catch (error) {
    if (!unit.holdsAll) throw error;
    return file;
  }
  return seal(unit, readersOf(file), bytes, tip.reporter);
}

// The recovery sheet does not open a label: it is made anew from the words.
/** @type {(unit: SealKeys, label: string, tip: OpenedTip) => Promise<string>} */
async function resealLabel(unit, label, tip) {
  const bytes = await open(unit, label).catch(() => labelOf(tip.fields));
  return seal(unit, 1, bytes);
}

/** @type {(fields: Answers) => Uint8Array} */
function labelOf(fields) {
  const facts = factsOf(fields);
  if (isSupervisory(facts.official, facts.exclude)) return noLabel();
  const flags = [];
  if (facts.minor === "yes") flags.push("minor");
  if (chooseUrgency(facts) === "P0") flags.push("danger");
  const { category } = facts;
  const township = /** @type {string} */ (fields.township || "unclear");
  return labelBytes({ category, township, flags });
}

/** @type {(unit: SealKeys, file: string) => Promise<Uint8Array>} */
async function open(unit, file) {
  try {
    return await openWith(unit.identities, fromBase64(file));
  } catch {
    throw new NotOpened();
  }
}

// For whom a file is follows from how many it is for: a label for the unit, words for the unit and
// its recovery sheet, an answer for the reporter besides.
/**
 * @param {SealKeys} unit
 * @param {number} readers
 * @param {Uint8Array} bytes
 * @param {string} [reporter]
 * @returns {Promise<string>}
 */
async function seal({ recipient, recovery }, readers, bytes, reporter) {
  const known = /** @type {string[]} */ ([recipient, recovery, reporter]).slice(0, readers);
  if (known.length !== readers || !known.every(Boolean)) throw new NotOpened();
  return toBase64(await sealTo(known, bytes));
}

/** @type {(file: string) => number} */
function readersOf(file) {
  return atob(file.slice(0, HEADER)).split(STANZA).length - 1;
}
