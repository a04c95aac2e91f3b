// A tip that was sealed anew and does not open, or holds other words than before: what it was is kept
// beside it. It is shown from there, said so, and put back by whoever holds the key that opens it.

import { fromBase64 } from "../../shared/bytes.js";
import { byId, element, say } from "../../shared/page/dom.js";
import { openWith } from "../../shared/sealing/age.js";
import { readTip } from "../../shared/sealing/opened.js";
import { getJson, postJson } from "../../signin/api.js";
import { solve } from "../../signin/renewal/making.js";

/** @typedef {{ sealed: SealedTip, tip: TipContent }} OpenedBody */
/** @typedef {{ button: HTMLButtonElement, status: HTMLElement } & Pick<DeskWords, "sentences">} Restoring */

const MOVED = "/desk/reseal/moved";

// `sealed` is what the server gives of the tip. Returns `{ sealed, tip }` with the kept files in their
// places, or null where nothing is kept that opens. `sealed.kept` is "kept", or "doubted" where a second
// browser found a difference.
/**
 * @param {TipPage} page
 * @param {SealedTip} sealed
 * @param {UnitKeys} unit
 * @param {DeskWords} words
 * @returns {Promise<OpenedBody | null>}
 */
export async function openKept(page, sealed, unit, words) {
  const { reference } = page.dataset;
  /** @type {MovedTip | null} */
  const both = await getJson(`${MOVED}/${reference}.json`).catch(() => null);
  if (!both) return null;
  try {
    const bytes = await openWith(unit.identities, fromBase64(both.kept.sealed));
    const tip = readTip(bytes);
    tell(both, sealed.kept, unit, words);
    return { sealed: withKept(sealed, both.kept), tip };
  } catch {
    return null;
  }
}

// What was written since was sealed to the new key, and stays.
/** @type {(sealed: SealedTip, kept: Bundle) => SealedTip} */
function withKept(sealed, kept) {
  /**
   * @template {{ number: number, sealed: string }} Row
   * @param {Row[]} rows
   * @param {Record<string, string>} files
   * @returns {Row[]}
   */
  const put = (rows, files) =>
    rows.map((row) =>
      files[row.number] ? Object.assign({}, row, { sealed: files[row.number] }) : row,
    );
  return Object.assign({}, sealed, {
    sealed: kept.sealed,
    messages: put(sealed.messages, kept.messages),
    notes: put(sealed.notes, kept.notes),
  });
}

/** @type {(both: MovedTip, state: SealedTip["kept"], unit: UnitKeys, words: DeskWords) => void} */
function tell(both, state, unit, { sentences }) {
  const said = state === "doubted" ? sentences.kept_differs : sentences.kept_opened;
  const button = element("button", "button", sentences.kept_restore);
  button.type = "button";
  button.id = "restore-kept";
  const status = element("p", "");
  status.setAttribute("role", "status");
  button.addEventListener("click", () => restore(both, unit, { button, status, sentences }));
  const who = sentences.kept_by.replace("%(name)s", both.by).replace("%(day)s", both.day);
  say(
    byId("kept"),
    element("p", "", element("b", "", said)),
    element("p", "", who),
    button,
    status,
  );
}

/** @type {(both: MovedTip, unit: UnitKeys, shown: Restoring) => Promise<void>} */
async function restore(both, unit, { button, status, sentences }) {
  button.disabled = true;
  try {
    const proof = await solve(unit.identities, both.riddle);
    await postJson(`${MOVED}/${both.reference}/restore`, { proof });
    location.reload();
  } catch {
    button.disabled = false;
    status.textContent = sentences.kept_not_restored;
  }
}
