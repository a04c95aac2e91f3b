// Asks for the end of many tips at once: the reason is sealed into each, one after the other, and
// each is a request of its own that a second person grants when they have opened that tip.

import { fromBase64 } from "../../shared/bytes.js";
import { byId, say } from "../../shared/page/dom.js";
import { openWith } from "../../shared/sealing/age.js";
import { readTip } from "../../shared/sealing/opened.js";
import { getJson, setToken } from "../../signin/api.js";
import { readNotes } from "../messages/notes.js";
import { post } from "../post.js";
import { sealReason } from "../tip/ending.js";
import { keysOf, wordsOf } from "../unit_keys.js";

/** @type {(page: BulkPage) => void} */
export function startMass(page) {
  const form = byId("bulk-form");
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const place = /** @type {HTMLElement} */ (form.querySelector("[data-error]"));
    /** @type {QueueWords} */
    const words = wordsOf(page);
    const body = byId("bulk-why").value.trim();
    say(place, body ? "" : words.sentences.two_why);
    if (!body || form.dataset.busy) return;
    form.dataset.busy = "yes";
    byId("do-it").disabled = true;
    try {
      const unit = await keysOf(page.dataset.unit, words);
      if (unit) await askAll(page, form, body, unit, words);
      else say(place, words.sentences.locked);
    } finally {
      delete form.dataset.busy;
    }
  });
}

/**
 * @param {BulkPage} page
 * @param {HTMLFormElement} form
 * @param {string} body
 * @param {MemberKeys} unit
 * @param {QueueWords} words
 */
async function askAll(page, form, body, unit, words) {
  /** @type {NodeListOf<HTMLInputElement>} */
  const inputs = form.querySelectorAll('input[name="tip"]');
  const chosen = Array.from(inputs);
  let done = 0;
  for (let i = 0; i < chosen.length; i += 1) {
    const told = words.sentences.two_one.replace("%(n)s", String(i + 1));
    say(byId("bulk-said"), told.replace("%(all)s", String(chosen.length)));
    const isDone = await ask(page, chosen[i].value, body, unit).catch(() => false);
    done += Number(isDone);
    // What was asked for is not asked again by a second press.
    if (isDone) chosen[i].remove();
  }
  const said = words.sentences.two_sent.replace("%(n)s", String(done));
  say(byId("bulk-said"), said.replace("%(bad)s", String(chosen.length - done)));
  byId("do-it").disabled = done === chosen.length;
}

/** @type {(page: BulkPage, chosen: string, body: string, unit: MemberKeys) => Promise<boolean>} */
async function ask(page, chosen, body, unit) {
  const [reference, version] = chosen.split(".");
  const address = `/desk/tips/${reference}`;
  /** @type {SealedTip} */
  const sealed = await getJson(`${address}/sealed.json?why=review`);
  setToken(sealed.csrf);
  /** @type {Open} */
  const open = (bytes) => openWith(unit.identities, bytes);
  const tip = readTip(await open(fromBase64(/** @type {string} */ (sealed.sealed))));
  if (tip.reference !== reference) return false;
  const rows = sealed.notes.map((row) => Object.assign({}, row, { bytes: fromBase64(row.sealed) }));
  const notes = await readNotes(rows, { tip, open });
  const reason = await sealReason(body, { tip, notes, unit });
  const end = { version, move_to: page.dataset.move, reason: page.dataset.reason, mass: "yes" };
  const answer = await post(
    `${address}/decision`,
    Object.entries(end).concat(Object.entries(reason)),
  );
  return answer.ok;
}
