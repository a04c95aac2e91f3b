// What is typed on a desk page outlives a lock.
//
//   keepDrafts(root, unit)  -> resolves to whether words were put back
//
// Marked are textareas, inputs and selects with `data-draft="key"`; the radios or boxes of one group
// share a key. A form or fieldset with the mark stands for all its controls that have a name. When this tab locks (by the button, by idleness, from another tab) their values are
// sealed to the unit's own recipient, out of the opened keys, and rest in sessionStorage under the
// page's address. The next visit after unlocking puts them back and says so. Gone at sign-out, and
// when another member signs in. Call it once the page's forms are bound: what it puts back tells
// them by `input` and `change`.

import { fromBase64, fromUtf8, toBase64, toUtf8 } from "../shared/bytes.js";
import { element } from "../shared/page/dom.js";
import { openWith, sealTo } from "../shared/sealing/age.js";
import { putDraft, takeDraft } from "../signin/draft_store.js";
import { beforeLock } from "../signin/keyring.js";

// What was typed, by a control's key; a control with its key.
/** @typedef {Record<string, string | string[]>} Typed */
/** @typedef {[control: DraftControl, key: string]} Marked */

const TICKED = ["radio", "checkbox"];
const CONTROLS = "textarea, select, input:not([type=hidden]):not([type=file])";

/** @type {(root: HTMLElement, unit: UnitKeys) => Promise<boolean>} */
export async function keepDrafts(root, unit) {
  const bar = /** @type {DeskBar} */ (document.querySelector(".desk-bar"));
  const { member, restored } = bar.dataset;
  const isRestored = await putBack(root, unit, member);
  if (isRestored) root.prepend(notice(restored));
  // Who holds an older key alone has nothing to seal to.
  if (unit.recipient) beforeLock(() => seal(root, unit, member));
  return isRestored;
}

/** @type {(root: HTMLElement, unit: CurrentKeys, member: string) => Promise<void>} */
async function seal(root, unit, member) {
  const typed = readTyped(root);
  if (!Object.keys(typed).length) return;
  const sealed = await sealTo([unit.recipient], toUtf8(JSON.stringify(typed)));
  putDraft(member, location.pathname, toBase64(sealed));
}

/**
 * @param {DraftControl} control
 * @returns {control is HTMLInputElement}
 */
const isTicked = (control) => TICKED.includes(control.type);

/**
 * @param {DraftControl} control
 * @returns {control is HTMLSelectElement}
 */
const isSelect = (control) => control.tagName === "SELECT";

// What differs from the page as it was served: a choice that stood there is nobody's words.
/** @type {(root: HTMLElement) => Typed} */
function readTyped(root) {
  /** @type {Typed} */
  const typed = {};
  const controls = marked(root);
  controls.forEach(([control, key]) => {
    if (isTicked(control)) {
      if (control.checked !== control.defaultChecked) typed[key] = ticked(controls, key);
    } else if (control.value !== asServed(control)) {
      typed[key] = control.value;
    }
  });
  return typed;
}

/** @type {(controls: Marked[], wanted: string) => string[]} */
const ticked = (controls, wanted) =>
  controls
    .filter(([control, key]) => key === wanted && /** @type {HTMLInputElement} */ (control).checked)
    .map(([control]) => control.value);

/** @type {(control: DraftControl) => string} */
function asServed(control) {
  if (!isSelect(control)) return control.defaultValue;
  const chosen = Array.from(control.options).find((option) => option.defaultSelected);
  return chosen ? chosen.value : control.options.length ? control.options[0].value : "";
}

/** @type {(root: HTMLElement, unit: UnitKeys, member: string) => Promise<boolean>} */
async function putBack(root, unit, member) {
  const sealed = takeDraft(member, location.pathname);
  if (!sealed) return false;
  const typed = await open(sealed, unit);
  if (!typed) return false;
  // One after the other, as they were typed: what may be chosen next often hangs on the one before.
  const changed = marked(root)
    .filter(([control, key]) => putBackOne(control, typed[key]))
    .map(([control]) => control);
  changed.forEach(unfold);
  return changed.length > 0;
}

/** @type {(sealed: string, unit: UnitKeys) => Promise<Typed | null>} */
async function open(sealed, unit) {
  try {
    return JSON.parse(fromUtf8(await openWith(unit.identities, fromBase64(sealed))));
  } catch {
    return null;
  }
}

// Tells whether the control was changed.
/** @type {(control: DraftControl, kept?: string | string[]) => boolean} */
function putBackOne(control, kept) {
  if (kept === undefined || !restore(control, kept)) return false;
  control.dispatchEvent(new Event("input", { bubbles: true }));
  control.dispatchEvent(new Event("change", { bubbles: true }));
  return true;
}

/** @type {(control: DraftControl, kept: string | string[]) => boolean} */
function restore(control, kept) {
  if (!isTicked(control)) {
    control.value = /** @type {string} */ (kept);
    return true;
  }
  const was = control.checked;
  control.checked = kept.includes(control.value);
  return control.checked !== was;
}

// Words must not be put back where nobody sees them: the panel or the details around them opens.
/** @type {(control: DraftControl) => void} */
function unfold(control) {
  const details = control.closest("details");
  if (details) details.open = true;
  const panel = control.closest("[id][hidden]");
  /** @type {HTMLElement | null} */
  const button = panel && document.querySelector(`[aria-controls="${panel.id}"]`);
  if (button && button.getAttribute("aria-expanded") === "false") button.click();
}

// Gives each marked control with its key.
/** @type {(root: HTMLElement) => Marked[]} */
function marked(root) {
  /** @type {NodeListOf<HTMLElement & { dataset: { draft: string } }>} */
  const places = root.querySelectorAll("[data-draft]");
  return /** @type {Marked[]} */ ([]).concat(...Array.from(places, markedIn));
}

/** @type {(place: HTMLElement & { dataset: { draft: string } }) => Marked[]} */
function markedIn(place) {
  const key = place.dataset.draft;
  if (place.matches(CONTROLS))
    return [[/** @type {DraftControl} */ (/** @type {Element} */ (place)), key]];
  /** @type {NodeListOf<DraftControl>} */
  const controls = place.querySelectorAll(CONTROLS);
  const named = Array.from(controls).filter(({ name }) => name);
  return named.map((control) => [control, `${key}.${control.name}`]);
}

/** @type {(sentence: string) => HTMLElement} */
function notice(sentence) {
  const told = element("p", "notice", sentence);
  told.setAttribute("role", "status");
  told.id = "drafts-restored";
  return told;
}
