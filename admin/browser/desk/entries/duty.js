// The duty page: hand-over notes are sealed and opened here.

import "../../shared/old.js";
import { fromBase64, fromUtf8, toBase64, toUtf8 } from "../../shared/bytes.js";
import { byId, element, findById, replaceChildren, say } from "../../shared/page/dom.js";
import { openWith, sealTo } from "../../shared/sealing/age.js";
import { MESSAGE_STEP, pad, parseContent } from "../../shared/sealing/envelope.js";
import { goUnlock, load, watch } from "../../signin/keyring.js";
import { bindAct, showError } from "../acts.js";
import { keepDrafts } from "../drafts.js";
import { keepShaded } from "../shade.js";

/** @typedef {HTMLElement & { dataset: { note: string } }} NoteCell */

watch();
const page = byId("duty");
if (findById("handover")) start(page, JSON.parse(page.dataset.words));

/** @type {(page: DeskPage, words: DeskWords) => Promise<void>} */
async function start(page, words) {
  /** @type {NodeListOf<NoteCell>} */
  const places = page.querySelectorAll("[data-note]");
  const cells = Array.from(places);
  const shut = cells.map((cell) => Array.from(cell.childNodes));
  keepShaded(() => cells.forEach((cell, i) => replaceChildren(cell, ...shut[i])));
  const unit = await keysOf(page.dataset.unit, words);
  if (!unit) return;
  await Promise.all(cells.map((cell) => openNote(cell, unit, words)));
  // Who holds an older key alone has nothing to seal to.
  if (!unit.isOldOnly) bindForm(byId("handover"), unit, words);
  await keepDrafts(page, unit);
  page.dataset.opened = "yes";
}

/** @type {(unitId: string, words: DeskWords) => Promise<UnitKeys | null>} */
async function keysOf(unitId, words) {
  try {
    const keys = await load();
    if (!keys) {
      byId("locked").hidden = false;
      byId("unlock").addEventListener("click", goUnlock);
      return null;
    }
    const unit = keys.units[unitId];
    if (!unit) say(byId("alarm"), words.sentences.no_key);
    else if (unit.isOldOnly) say(byId("alarm"), words.sentences.old_key_only);
    return unit || null;
  } catch {
    say(byId("alarm"), words.sentences.offline);
    return null;
  }
}

/** @type {(cell: NoteCell, unit: UnitKeys, words: DeskWords) => Promise<void>} */
async function openNote(cell, unit, words) {
  try {
    const bytes = await openWith(unit.identities, fromBase64(cell.dataset.note));
    const { body } = parseContent(bytes, "handover");
    if (typeof body !== "string") throw new TypeError("no text");
    replaceChildren(cell, body);
  } catch {
    replaceChildren(cell, element("span", "label__broken", words.sentences.label_not_opened));
  }
}

// To the keys in this member's hands, never to any that the server named.
/** @type {(body: string, unit: CurrentKeys) => Promise<string>} */
export async function sealNote(body, unit) {
  const content = { v: 1, kind: "handover", body: fromUtf8(toUtf8(body)) };
  const bytes = pad(toUtf8(JSON.stringify(content)), MESSAGE_STEP);
  return toBase64(await sealTo([unit.recipient, unit.recovery], bytes));
}

/** @type {(form: DeskForm, unit: CurrentKeys, words: DeskWords) => void} */
function bindForm(form, unit, words) {
  form.hidden = false;
  bindAct(form, {
    words,
    renew: async () => {},
    fieldsOf: async () => {
      const body = byId("handover-body").value.trim();
      if (!body) {
        showError(form, words.sentences.empty);
        return null;
      }
      return [
        ["sealed", await sealNote(body, unit)],
        ["key", unit.keyId],
      ];
    },
    onSent: () => form.reset(),
  });
}
