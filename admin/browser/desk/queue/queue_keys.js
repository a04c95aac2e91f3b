// The queue by keyboard: rows, lanes and pages. Each row's link takes the focus, so that Enter and a
// screen reader do what they always do.

import { byId, say } from "../../shared/page/dom.js";
import { bindKeys } from "../keys.js";
import { post } from "../post.js";
import { renew } from "./pulse.js";
import { linkOf, rowsOf } from "./queue.js";

/** @type {(page: QueuePage, words: QueueWords) => void} */
export function bindQueueKeys(page, words) {
  const lanes = lanesOf(page);
  let isLane = false;
  const own = actions(page, words);
  /** @type {(key: string) => (event: KeyboardEvent) => void} */
  const act = (key) => (event) => {
    const lane = isLane && lanes[key];
    isLane = false;
    if (lane) lane.click();
    else if (own[key]) own[key](event);
  };
  /** @type {Record<string, (event: KeyboardEvent) => void>} */
  const all = {};
  Object.keys(lanes)
    .concat(Object.keys(own))
    .forEach((key) => {
      all[key] = act(key);
    });
  all.g = () => {
    isLane = true;
  };
  const showKeys = bindKeys(all, Object.assign({ rows: words.key_rows }, words.keys));
  byId("show-keys").hidden = false;
  byId("show-keys").addEventListener("click", showKeys);
}

/** @type {(page: QueuePage) => Record<string, HTMLElement>} */
function lanesOf(page) {
  /** @type {Record<string, HTMLElement>} */
  const lanes = {};
  /** @type {NodeListOf<HTMLElement & { dataset: { lane: string } }>} */
  const links = page.querySelectorAll("[data-lane]");
  links.forEach((link) => {
    lanes[link.dataset.lane] = link;
  });
  return lanes;
}

/**
 * @param {QueuePage} page
 * @param {QueueWords} words
 * @returns {Record<string, (event: KeyboardEvent) => void>}
 */
function actions(page, words) {
  return {
    j: () => step(page, 1),
    k: () => step(page, -1),
    o: () => withRow(page, words, (row) => linkOf(row).click()),
    x: (event) => withRow(page, words, (row) => choose(row, event)),
    X: (event) => withRow(page, words, (row) => choose(row, event)),
    c: () => withRow(page, words, (row) => claim(row, page, words)),
    r: () => renew(page),
    "/": lookFor,
    n: () => follow(page, "next"),
    p: () => follow(page, "first"),
  };
}

/** @type {(page: QueuePage) => QueueRow[]} */
const shown = (page) => rowsOf(page).filter((row) => !row.hidden);

/** @type {(page: QueuePage) => QueueRow | null} */
function currentOf(page) {
  const at = document.activeElement;
  return at && page.contains(at) ? at.closest("[data-row]") : null;
}

/** @type {(page: QueuePage, by: 1 | -1) => void} */
function step(page, by) {
  const rows = shown(page);
  const at = rows.indexOf(/** @type {QueueRow} */ (currentOf(page)));
  const next = at < 0 ? rows[by > 0 ? 0 : rows.length - 1] : rows[at + by];
  if (next) linkOf(next).focus();
}

/** @type {(page: QueuePage, words: QueueWords, act: (row: QueueRow) => void) => void} */
function withRow(page, words, act) {
  const row = currentOf(page);
  if (row) act(row);
  else say(byId("said"), words.queue.nothing);
}

// A click, so that Shift chooses all from the last one on.
/** @type {(row: QueueRow, event: KeyboardEvent) => void} */
function choose(row, { shiftKey }) {
  const box = row.querySelector('input[name="tip"]');
  if (box)
    box.dispatchEvent(new MouseEvent("click", { shiftKey, bubbles: true, cancelable: true }));
}

/** @type {(row: QueueRow, page: QueuePage, words: QueueWords) => Promise<void>} */
async function claim(row, page, words) {
  const { version } = row.dataset;
  try {
    const answer = await post(`${linkOf(row).pathname}/claim`, { version });
    if (answer.ok) renew(page);
    else say(byId("said"), answer.code === 409 ? words.queue.claim_failed : answer.error);
  } catch {
    say(byId("said"), words.sentences.offline);
  }
}

function lookFor() {
  /** @type {HTMLDetailsElement} */ (byId("filters").closest("details")).open = true;
  byId("reference").focus();
}

/** @type {(page: QueuePage, rel: "next" | "first") => void} */
function follow(page, rel) {
  /** @type {HTMLElement | null} */
  const link = page.querySelector(`.pager a[rel="${rel}"]`);
  if (link) link.click();
}
