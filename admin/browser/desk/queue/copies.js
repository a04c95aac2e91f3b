// Category and township for the unit's dispatchers: a member's browser that has opened the queue's labels
// seals them once more, and a dispatcher's browser opens them with their own key.

import { fromBase64, toBase64, toUtf8 } from "../../shared/bytes.js";
import { byId, element, replaceChildren, say } from "../../shared/page/dom.js";
import { openWith, sealTo } from "../../shared/sealing/age.js";
import { BadContent, LABEL_STEP, pad, parseContent } from "../../shared/sealing/envelope.js";
import { getJson, postJson } from "../../signin/api.js";
import { load } from "../../signin/keyring.js";
import { areVouched } from "../../signin/label_readers.js";
import { readLabel } from "../readable.js";
import { showLocked } from "../unit_keys.js";

const KIND = "label copy";
// As MOST_COPIES in admin/vault/labels/copies.py.
const AT_ONCE = 20;

// What a dispatcher may read of a label, padded as a label is; null where it says more than codes of the
// district's lists. Who seals a tip with a program of their own can write words into its label: those
// are the unit's to read, and so is what it says of minors, officials and danger. Of a tip about an
// official nothing goes out.
/** @type {(reference: string, label: LabelContent, words: DeskWords) => Uint8Array | null} */
export function copyBytes(reference, { category, township }, words) {
  if (!isKnown(words.choices.category, category)) return null;
  const place = isKnown(words.choices.township, township) ? township : "";
  const content = { v: 1, kind: KIND, reference, category, township: place };
  const bytes = pad(toUtf8(JSON.stringify(content)), LABEL_STEP);
  return bytes.length === LABEL_STEP ? bytes : null;
}

/** @type {(choices: Record<string, string>, code: string) => boolean} */
const isKnown = (choices, code) => Object.prototype.hasOwnProperty.call(choices, code);

// Returns false, having sealed nothing, where one of the readers is nobody for whom a holder vouched.
/**
 * @param {{ id: string, keys: CurrentKeys }} unit
 * @param {QueueLabels} told
 * @param {Map<string, LabelContent>} labels
 * @param {DeskWords} words
 * @returns {Promise<boolean>}
 */
export async function copyLabels({ id, keys }, told, labels, words) {
  const { readers = [], lacking = [], readers_name: name } = told;
  if (!readers.length) return true;
  if (!areVouched(keys, id, readers)) {
    await postJson("/desk/labels/false").catch(() => null);
    return false;
  }
  const recipients = readers.map(([, recipient]) => recipient);
  const wanted = lacking
    .map((reference) => ({ reference, label: labels.get(reference) }))
    .map(({ reference, label }) => ({
      reference,
      bytes: label ? copyBytes(reference, label, words) : null,
    }))
    .filter(({ bytes }) => bytes);
  for (let at = 0; at < wanted.length; at += AT_ONCE) {
    const some = wanted.slice(at, at + AT_ONCE);
    /** @type {Record<string, string>} */
    const copies = {};
    for (const { reference, bytes } of some) {
      copies[reference] = toBase64(await sealTo(recipients, /** @type {Uint8Array} */ (bytes)));
    }
    await postJson("/desk/labels/copies", { readers: name, copies });
  }
  return true;
}

/** @type {(words: DeskWords) => void} */
export const tellFalse = ({ sentences }) =>
  say(
    byId("alarm"),
    element("p", "", element("b", "", sentences.labels_false)),
    element("p", "", sentences.labels_false_do),
  );

// Opens what the page has places for. Returns a function that shuts them again.
/** @type {(words: DeskWords) => Promise<() => void>} */
export async function showCopies(words) {
  const cells = Array.from(
    /** @type {NodeListOf<CopyCell>} */ (document.querySelectorAll("[data-copy]")),
  );
  if (!cells.length) return () => {};
  const shut = cells.map((cell) => Array.from(cell.childNodes));
  try {
    const keys = await load();
    if (!keys || !keys.own) {
      showLocked();
      return () => {};
    }
    const asked = cells.map((cell) => cell.dataset.copy).join(",");
    const { copies } = await getJson(`/desk/labels/copies.json?of=${asked}`);
    const { own } = keys;
    await Promise.all(cells.map((cell) => showCopy(cell, copies[cell.dataset.copy], own, words)));
  } catch (error) {
    say(byId("alarm"), /** @type {Thrown} */ (error).sentence || words.sentences.offline);
  }
  return () => cells.forEach((cell, i) => replaceChildren(cell, ...shut[i]));
}

/** @type {(cell: CopyCell, sealed: string | undefined, own: string, words: DeskWords) => Promise<void>} */
async function showCopy(cell, sealed, own, words) {
  if (!sealed) {
    replaceChildren(cell, element("span", "meta", words.sentences.label_uncopied));
    return;
  }
  try {
    const label = await readCopy(cell.dataset.copy, fromBase64(sealed), own, words);
    const { category, township } = readLabel(Object.assign(label, { flags: [] }), words);
    replaceChildren(
      cell,
      element("b", "label__category", category),
      " ",
      element("span", "label__place", township),
    );
  } catch {
    replaceChildren(cell, element("span", "label__broken", words.sentences.label_not_opened));
  }
}

// Throws where it is no copy of this tip's label. Everybody has the key to seal one: no word of theirs is
// shown, but what the district's lists call a code.
/** @type {(reference: string, sealed: Uint8Array, own: string, words: DeskWords) => Promise<LabelCopy>} */
export async function readCopy(reference, sealed, own, { choices }) {
  /** @type {any} */
  const content = parseContent(await openWith(own, sealed), KIND);
  const { category, township } = content;
  const isWhole =
    content.reference === reference &&
    isKnown(choices.category, category) &&
    (township === "" || isKnown(choices.township, township));
  if (!isWhole) throw new BadContent("no copy of this tip's label");
  return content;
}
