// The strip that shows how far the re-sealing is, with a button to pause it. It works on while the
// member does something else on the page, and goes on from where it was on the next page.

import { byId, element, findById, replaceChildren } from "../../shared/page/dom.js";
import { getJson, postJson } from "../api.js";
import { startWorker } from "../workers.js";
import { checkMoved } from "./checking.js";
import { solve } from "./making.js";
import { reseal } from "./reseal.js";

const PAUSED = "dengshao.reseal.paused";
const LOCK = "dengshao.reseal";

// For a member's opened keys: begins where their unit left something on a key that they hold.
/** @type {(keys: OpenedKeys | null, unitId: string) => Promise<void>} */
export async function resealInBackground(keys, unitId) {
  const unit = keys && keys.units[unitId];
  if (!unit || !unit.identity) return;
  if (unit.isVouched && unit.identities.length > 1) await resealUnit(unit);
  // The page tells whether there is anything that another browser sealed anew.
  if (findById("moved-unchecked")) await checkInBackground(unit);
}

/** @type {(unit: CurrentKeys) => Promise<unknown>} */
async function checkInBackground(unit) {
  if (!navigator.locks) return checkMoved(unit);
  return navigator.locks.request(LOCK, { ifAvailable: true }, (lock) =>
    lock ? checkMoved(unit) : "elsewhere",
  );
}

// `unit` is `{identities, keyIds, keyId, identity, recipient, recovery}`; returns how it ended. One tab of a
// browser does the work: the others would only seal the same tips.
/** @type {(unit: CurrentKeys) => Promise<ResealEnd | "elsewhere">} */
export async function resealUnit(unit) {
  const first = await getJson("/desk/reseal/next.json").catch(() => null);
  if (!first || !first.left) return "done";
  if (!navigator.locks) return run(unit, first);
  return navigator.locks.request(LOCK, { ifAvailable: true }, (lock) =>
    lock ? run(unit, first) : "elsewhere",
  );
}

/** @type {(unit: CurrentKeys, first: ResealBatch) => Promise<ResealEnd>} */
function run(unit, first) {
  const { keys } = first;
  const strip = new Strip(first);
  const worker = startWorker();
  const holdsAll = keys.every((id) => unit.keyIds.includes(id));
  const { identities, identity, recipient, recovery } = unit;
  const job = { unit: { identities, identity, recipient, recovery, holdsAll } };
  // Each session answers a riddle of its own: without the new key nothing is moved to it.
  let proof = "";
  return reseal(unit.keyId, {
    next: async (skip) => {
      const batch = await getJson(`/desk/reseal/next.json?skip=${skip}`);
      if (batch.riddle && batch.to === unit.keyId) proof = await solve(identity, batch.riddle);
      return batch;
    },
    read: (reference) => getJson(`/desk/reseal/tips/${reference}.json`),
    move: (reference, body) =>
      postJson(`/desk/reseal/tips/${reference}`, Object.assign({ proof }, body)),
    moveNote: (id, body) =>
      postJson(`/desk/reseal/shift-notes/${id}`, Object.assign({ proof }, body)),
    seal: (bundle) => worker(Object.assign({ job: /** @type {const} */ ("reseal"), bundle }, job)),
    sealFile: (sealed) =>
      worker(Object.assign({ job: /** @type {const} */ ("resealFile"), sealed }, job)),
    wait: (seconds) => new Promise((resolve) => setTimeout(resolve, seconds * 1000)),
    rest: () => strip.rest(),
    shuffle,
    tell: (state, numbers) => strip.tell(state, numbers),
  });
}

// Two members at once then rarely seal the same tip.
/** @type {<T>(list: T[]) => T[]} */
function shuffle(list) {
  return list
    .map((one) => /** @type {const} */ ([Math.random(), one]))
    .sort(([a], [b]) => a - b)
    .map(([, one]) => one);
}

/** @type {(left: number, more: boolean) => string} */
function counted(left, more) {
  return more ? `${left}+` : String(left);
}

class Strip {
  /** @param {ResealBatch} first */
  constructor({ words, left, more, confirmed }) {
    this.words = words;
    /** @type {(() => void)[]} */
    this.waiting = [];
    // Empty as long as the server has not counted.
    this.left = confirmed ? counted(left, more) : "";
    this.status = element("p", "reseal__status");
    this.status.setAttribute("role", "status");
    this.progress = element("progress", "reseal__progress");
    this.progress.setAttribute("aria-label", words.title);
    this.progress.value = 0;
    this.button = element("button", "button button--quiet button--small", words.pause);
    this.button.type = "button";
    this.button.addEventListener("click", () => this.toggle());
    const place = findById("reseal") || this.makePlace();
    replaceChildren(place, element("b", "", words.title), this.status, this.progress, this.button);
    place.hidden = false;
    this.place = place;
    this.show();
  }

  makePlace() {
    const made = element("div", "notice reseal no-print");
    made.id = "reseal";
    byId("main").prepend(made);
    return made;
  }

  get isPaused() {
    return localStorage.getItem(PAUSED) === "yes";
  }

  toggle() {
    if (this.isPaused) localStorage.removeItem(PAUSED);
    else localStorage.setItem(PAUSED, "yes");
    this.show();
    if (!this.isPaused) this.waiting.splice(0).forEach((go) => go());
  }

  show() {
    this.button.textContent = this.isPaused ? this.words.resume : this.words.pause;
  }

  /** @type {() => Promise<void>} */
  async rest() {
    if (!this.isPaused) return;
    const paused = this.left ? this.words.paused : this.words.paused_uncounted;
    this.status.textContent = paused.replace("%(n)s", this.left);
    await new Promise((/** @type {(value: void) => void} */ go) => {
      this.waiting.push(go);
    });
  }

  /** @type {(state: ResealState, numbers: ResealNumbers) => void} */
  tell(state, { left = 0, first = 0, more = false, stuck = 0 }) {
    this.place.dataset.state = state;
    if (first) {
      this.left = counted(left, more);
      this.progress.max = first;
      this.progress.value = first - left;
      // How far it is shows once all that is left can be counted.
      if (more) this.progress.removeAttribute("value");
    }
    this.status.textContent = this.sentence(state, stuck);
    if (state === "done" || state === "stuck" || state === "stale") this.end(state);
  }

  /** @type {(state: ResealState, stuck: number) => string} */
  sentence(state, stuck) {
    const name = state === "working" ? "left" : state;
    /** @type {Partial<Record<ResealState | "left", string>>} */
    const words = this.words;
    return (words[name] || "").replace("%(n)s", state === "stuck" ? String(stuck) : this.left);
  }

  /** @type {(state: ResealState) => void} */
  end(state) {
    this.button.hidden = true;
    this.progress.hidden = state !== "done";
    if (state === "stale") this.place.hidden = true;
  }
}
