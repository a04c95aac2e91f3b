// The queue by keyboard: rows, lanes and pages. Each row's link takes the focus, so that Enter and a
// screen reader do what they always do.

import { byId, say } from "../../shared/page/dom.js";
import { bindKeys } from "../keys.js";
import { post } from "../post.js";
import { rowsOf } from "./queue.js";

export function bindQueueKeys(page, words) {
  const lanes = lanesOf(page);
  let isLane = false;
  const own = actions(page, words);
  const act = (key) => (event) => {
    const lane = isLane && lanes[key];
    isLane = false;
    if (lane) lane.click();
    else if (own[key]) own[key](event);
  };
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

function lanesOf(page) {
  const lanes = {};
  page.querySelectorAll("[data-lane]").forEach((link) => {
    lanes[link.dataset.lane] = link;
  });
  return lanes;
}

function actions(page, words) {
  return {
    j: () => step(page, 1),
    k: () => step(page, -1),
    o: () => withRow(page, words, (row) => row.querySelector("th a").click()),
    x: (event) => withRow(page, words, (row) => choose(row, event)),
    X: (event) => withRow(page, words, (row) => choose(row, event)),
    c: () => withRow(page, words, (row) => claim(row, words)),
    "/": lookFor,
    n: () => follow(page, "next"),
    p: () => follow(page, "first"),
  };
}

const shown = (page) => rowsOf(page).filter((row) => !row.hidden);

function currentOf(page) {
  const at = document.activeElement;
  return at && page.contains(at) ? at.closest("[data-row]") : null;
}

function step(page, by) {
  const rows = shown(page);
  const at = rows.indexOf(currentOf(page));
  const next = at < 0 ? rows[by > 0 ? 0 : rows.length - 1] : rows[at + by];
  if (next) next.querySelector("th a").focus();
}

function withRow(page, words, act) {
  const row = currentOf(page);
  if (row) act(row);
  else say(byId("said"), words.queue.nothing);
}

// A click, so that Shift chooses all from the last one on.
function choose(row, { shiftKey }) {
  const box = row.querySelector('input[name="tip"]');
  if (box)
    box.dispatchEvent(new MouseEvent("click", { shiftKey, bubbles: true, cancelable: true }));
}

async function claim(row, words) {
  const { version } = row.dataset;
  try {
    const answer = await post(`${row.querySelector("th a").pathname}/claim`, { version });
    if (answer.ok) window.location.reload();
    else say(byId("said"), answer.code === 409 ? words.queue.claim_failed : answer.error);
  } catch {
    say(byId("said"), words.sentences.offline);
  }
}

function lookFor() {
  byId("filters").closest("details").open = true;
  byId("reference").focus();
}

function follow(page, rel) {
  const link = page.querySelector(`.pager a[rel="${rel}"]`);
  if (link) link.click();
}
