// Keeps a member's opened keys between pages, and takes them away again.
//
//   load()      -> null, or {name, recipient, units: {unit_id: {identities: [current, ...older], identity,
//                  recipient, recovery, isVouched}}}; see gather() in open.js
//   watch()        binds the lock and sign-out buttons, locks after 15 idle minutes, and leads to a new
//                  sign-in before this one ends
//   lock()         locks this browser's tabs and goes to the unlock page
//   goUnlock()     goes to the unlock page, which leads back here
//   beforeLock(f)  has f called before this tab goes there: it seals what was typed, see desk/drafts.js
//
// They rest in sessionStorage, sealed under a key that lives only in the server's session row: once
// that row is gone or its key was replaced, what rests here opens for nobody.

import { DeskRefused, getJson, postJson } from "./api.js";
import { forgetDrafts, keepDraftsOf } from "./draft_store.js";
import { unwrap, wrap } from "./wrapped.js";

const KEYRING = "dengshao.keyring";
// What desk/tip/traces.js keeps of the tips that this tab opened: it goes with the keys.
export const TRACES = "dengshao.traces";
const BACK = "dengshao.back";
// Where this tab stood in the queue, see desk/queue_place.js: of one member, so it goes with them.
export const PLACE = "dengshao.place";
// In localStorage: all tabs of this browser idle together.
const TOUCHED = "dengshao.touched";
const IDLE = 15 * 60 * 1000;
const CHECK = 15 * 1000;
const KEEP_ALIVE = 4 * 60 * 1000;
// So long before the sign-in ends it is told; and left, so that what was typed is put away in time.
const TOLD = 15 * 60 * 1000;
const LEFT = 60 * 1000;
const ACTIVITY = ["keydown", "pointerdown", "wheel", "touchstart"];

/** @type {BroadcastChannel | null} */
const channel = window.BroadcastChannel ? new BroadcastChannel("dengshao") : null;
let lastAsked = Date.now();
/** @type {Ending | null} */
let ending = null;
let leaving = false;
/** @type {(() => Promise<unknown>)[]} */
const keepers = [];
// Sealing takes a few milliseconds; a lock must not hang on it.
const PATIENCE = 2000;

/** @type {(opened: OpenedKeys, wrapKey: string) => Promise<void>} */
export async function save(opened, wrapKey) {
  keepDraftsOf(opened.name);
  sessionStorage.setItem(KEYRING, await wrap(opened, wrapKey));
  localStorage.setItem(TOUCHED, String(Date.now()));
}

// Rejects when the server can't be reached: the keys then stay where they are.
/** @type {() => Promise<OpenedKeys | null>} */
export async function load() {
  const stored = sessionStorage.getItem(KEYRING);
  if (!stored) return null;
  if (isIdle()) {
    await lock();
    return null;
  }
  const wrapKey = await askWrapKey();
  const opened = wrapKey && (await unwrap(stored, wrapKey));
  if (!opened) forget();
  return opened;
}

export async function lock() {
  leaving = true;
  forget();
  if (channel) channel.postMessage("lock");
  // Out of reach, the server forgets the key by itself after 15 minutes; here it is gone already.
  await Promise.all([postJson("/desk/lock").catch(() => null), keepTyped()]);
  leave();
}

export async function goUnlock() {
  leaving = true;
  await keepTyped();
  leave();
}

function leave() {
  sessionStorage.setItem(BACK, location.pathname + location.search);
  location.assign("/desk/unlock");
}

/** @type {(keeper: () => Promise<unknown>) => void} */
export function beforeLock(keeper) {
  keepers.push(keeper);
}

function keepTyped() {
  const kept = Promise.all(keepers.map((keeper) => keeper().catch(() => null)));
  return Promise.race([kept, new Promise((resolve) => setTimeout(resolve, PATIENCE))]);
}

// Returns where the member was before the lock, once; only ever a page of the desk.
/** @type {() => string | null} */
export function wayBack() {
  const back = sessionStorage.getItem(BACK) || "";
  sessionStorage.removeItem(BACK);
  const isElsewhere = /^\/desk\/(?!unlock|sign-in)[\w/?=&.%-]*$/.test(back);
  return isElsewhere ? back : null;
}

export const isKept = () => Boolean(sessionStorage.getItem(KEYRING));

export function forget() {
  sessionStorage.removeItem(KEYRING);
  sessionStorage.removeItem(TRACES);
}

export function watch() {
  ending = new Ending(document.querySelector(".desk-bar"));
  touch();
  ACTIVITY.forEach((name) => document.addEventListener(name, touch, { passive: true }));
  document.addEventListener("visibilitychange", check);
  window.addEventListener("focus", check);
  window.addEventListener("pageshow", returned);
  setInterval(check, CHECK);
  onSubmit("desk-lock", (event) => {
    event.preventDefault();
    lock();
  });
  bindSignOut();
  if (channel) channel.onmessage = lockedElsewhere;
}

// Whoever signs in next at this window goes their own way, not back to this member's page.
export function bindSignOut() {
  onSubmit("desk-sign-out", () => {
    forget();
    forgetDrafts();
    forgetWay();
    if (channel) channel.postMessage("sign-out");
  });
}

function forgetWay() {
  sessionStorage.removeItem(BACK);
  sessionStorage.removeItem(PLACE);
}

/** @type {(message: MessageEvent) => void} */
function lockedElsewhere({ data }) {
  forget();
  if (data === "sign-out") {
    forgetDrafts();
    sessionStorage.removeItem(PLACE);
    keepers.length = 0;
  }
  if (!leaving) goUnlock();
}

// A page that the browser kept whole may still show opened words.
/** @type {(event: PageTransitionEvent) => void} */
function returned(event) {
  if (event.persisted && !isKept()) goUnlock();
}

/** @type {(id: string, act: (event: Event) => void) => void} */
function onSubmit(id, act) {
  const form = document.getElementById(id);
  if (form) form.addEventListener("submit", act);
}

// By the wall clock: timers stand still while a laptop sleeps.
function isIdle() {
  const touched = Number(localStorage.getItem(TOUCHED));
  return !(Math.abs(Date.now() - touched) < IDLE);
}

function check() {
  if (leaving) return;
  if (isIdle()) lock();
  // The server then leads on to the sign-in page, and that one back here.
  else if (ending && ending.isNear()) goUnlock();
}

// A sign-in ends after twelve hours, however busy: said in time, and nothing typed is lost by it.
class Ending {
  /** @param {HTMLElement | null} bar */
  constructor(bar) {
    const left = bar && Number(bar.dataset.endsIn);
    this.bar = bar;
    this.at = left ? Date.now() + left * 1000 : 0;
    /** @type {HTMLElement | null} */
    this.note = null;
  }

  // Tells on the page how long it still goes, and whether it is time to leave.
  isNear() {
    const left = this.at - Date.now();
    if (!this.at || left > TOLD) return false;
    this.tell(Math.max(1, Math.ceil(left / 60000)));
    return left < LEFT;
  }

  /** @type {(minutes: number) => void} */
  tell(minutes) {
    const bar = /** @type {HTMLElement} */ (this.bar);
    if (!this.note) {
      this.note = document.createElement("p");
      this.note.className = "notice no-print";
      this.note.id = "session-ends";
      this.note.setAttribute("role", "status");
      bar.insertAdjacentElement("afterend", this.note);
    }
    const said = /** @type {string} */ (bar.dataset.ends).replace("%(n)s", String(minutes));
    // Said anew each minute at most: a screen reader would read it out at every look.
    if (this.note.textContent !== said) this.note.textContent = said;
  }
}

// The first key pressed after a long pause must not count as if there had been none.
function touch() {
  check();
  if (leaving) return;
  localStorage.setItem(TOUCHED, String(Date.now()));
  // Somebody who types for long asks for no page, and must not be signed out meanwhile.
  if (Date.now() - lastAsked > KEEP_ALIVE) askWrapKey().catch(() => null);
}

/** @type {() => Promise<string | null>} */
export async function askWrapKey() {
  lastAsked = Date.now();
  try {
    return (await getJson("/desk/session.json")).wrap_key;
  } catch (error) {
    // Nobody is signed in any more, or this session was locked from another tab.
    if (error instanceof DeskRefused && [401, 423].includes(error.status)) return null;
    throw error;
  }
}
