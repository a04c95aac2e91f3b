// Looks for words in what was opened on this page. They stay in this tab's memory: the server gets
// neither the words looked for nor what was found, and with the page, or at a lock, all is forgotten.

import { fromBase64 } from "../../shared/bytes.js";
import { byId, findById, say } from "../../shared/page/dom.js";
import { openWith } from "../../shared/sealing/age.js";
import { readTip as readOpened } from "../../shared/sealing/opened.js";
import { getJson, setToken } from "../../signin/api.js";
import { readTalk } from "../messages/thread.js";
import { readFields } from "../readable.js";
import { keepTraces, keptOf } from "../tip/traces.js";
import { showFirstWords } from "./first_words.js";
import { linkOf, rowsOf } from "./queue.js";

// What was opened, by reference, and whether the opening was stopped.
/**
 * @typedef {{
 *   page: QueuePage,
 *   unit: MemberKeys,
 *   words: QueueWords,
 *   texts: Map<string, string>,
 *   traces: KeptTrace[],
 *   isStopped: boolean,
 * }} Search
 */

// Returns a function that forgets everything.
/** @type {(page: QueuePage, unit: MemberKeys, words: QueueWords) => () => void} */
export function bindFinding(page, unit, words) {
  const panel = findById("find");
  if (!panel) return () => {};
  /** @type {Search} */
  const search = { page, unit, words, texts: new Map(), traces: [], isStopped: false };
  panel.hidden = false;
  byId("find-open").addEventListener("click", () => openAll(search));
  byId("find-stop").addEventListener("click", () => {
    search.isStopped = true;
  });
  byId("find-words").addEventListener("input", () => show(search));
  return () => forget(search);
}

/** @type {(search: Search) => Promise<void>} */
async function openAll(search) {
  const rows = wantedRows(search);
  search.isStopped = false;
  setBusy(true);
  let failed = 0;
  for (let i = 0; i < rows.length && !search.isStopped; i += 1) {
    progress(search, i + 1, rows.length);
    // One after the other: each is a line of the audit log, and the desk's server serves others too.
    const text = await readTip(rows[i], search).catch(() => null);
    if (text === null) failed += 1;
    else search.texts.set(rows[i].dataset.row, text);
  }
  setBusy(false);
  const { page } = search;
  // Locked or left meanwhile: nothing may be shown or kept any more.
  if (page.dataset.opened !== "gone") {
    showFirstWords(page, search.traces);
    keepTraces(search.traces);
  }
  show(search, failed);
  byId("find-words").focus();
}

/** @type {(search: Search) => QueueRow[]} */
function wantedRows({ page, unit, texts }) {
  const isCovering = byId("find-cover").checked;
  return rowsOf(page).filter(({ dataset: { row, status, holder } }) => {
    if (status === "purged" || texts.has(row)) return false;
    return isCovering || !holder || holder === unit.holder;
  });
}

/** @type {(row: QueueRow, search: Search) => Promise<string>} */
async function readTip(row, { page, unit, words, traces }) {
  const reference = row.dataset.row;
  const why = row.dataset.holder && row.dataset.holder !== unit.holder ? "?why=cover" : "";
  /** @type {SealedTip} */
  const sealed = await getJson(`${linkOf(row).pathname}/sealed.json${why}`);
  setToken(sealed.csrf);
  /** @type {Open} */
  const open = (bytes) => openWith(unit.identities, bytes);
  const tip = readOpened(await open(fromBase64(/** @type {string} */ (sealed.sealed))));
  if (tip.reference !== reference) throw new Error("another tip");
  const messages = sealed.messages.map((one) =>
    Object.assign({}, one, { bytes: fromBase64(one.sealed) }),
  );
  const place = { reference, talk: fromBase64(tip.talk), open, length: sealed.length };
  const talk = await readTalk(messages, Object.assign(place, { isAsked: false }));
  const said = talk.map(({ body }) => body || "");
  const told = readFields(tip.fields, words).map(([, , text]) => text);
  if (page.dataset.opened === "gone") throw new Error("the page is shut");
  const { dateTime } = /** @type {HTMLTimeElement} */ (row.querySelector(".queue__day time"));
  traces.push(keptOf(tip, { unit: page.dataset.unit, received: dateTime }));
  return told.concat(said).join("\n").toLowerCase();
}

/** @type {(search: Search, failed?: number) => void} */
function show(search, failed = 0) {
  const { page, texts, words } = search;
  const wanted = byId("find-words").value.trim().toLowerCase().split(/\s+/).filter(Boolean);
  /** @type {(text?: string) => boolean} */
  const fits = (text) => text !== undefined && wanted.every((word) => text.includes(word));
  let found = 0;
  rowsOf(page).forEach((row) => {
    const isFound = fits(texts.get(row.dataset.row));
    found += Number(isFound);
    row.hidden = wanted.length > 0 && !isFound;
  });
  const sentences = [
    words.queue.found.replace("%(all)s", String(texts.size)).replace("%(n)s", String(found)),
  ];
  if (failed) sentences.push(words.queue.failed.replace("%(n)s", String(failed)));
  if (search.isStopped) sentences.push(words.queue.cancelled);
  say(byId("find-said"), sentences.join(""));
}

/** @type {(search: Search, number: number, all: number) => void} */
function progress({ words }, number, all) {
  const bar = byId("find-progress");
  bar.max = all;
  bar.value = number;
  say(
    byId("find-said"),
    words.queue.of_page.replace("%(n)s", String(number)).replace("%(all)s", String(all)),
  );
}

/** @type {(isBusy: boolean) => void} */
function setBusy(isBusy) {
  byId("find-open").disabled = isBusy;
  byId("find-stop").hidden = !isBusy;
  byId("find-progress").hidden = !isBusy;
}

/** @type {(search: Search) => void} */
function forget(search) {
  search.isStopped = true;
  search.page.dataset.opened = "gone";
  search.texts.clear();
  search.traces = [];
  byId("find-words").value = "";
  rowsOf(search.page).forEach((row) => {
    row.hidden = false;
  });
}
