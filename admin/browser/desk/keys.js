// Single keys that act on a desk page, and the list of them that `?` shows.
//
//   bindKeys({ c: () => …, "/": () => … }, { title, close, off, rows: [["c", "领办"], …] })
//
// No key acts while somebody types, holds Ctrl, Alt or Meta, or has a dialog open. Who speaks to
// the computer, or strikes keys unawares, turns them off in the list; it holds for this browser.
// Returns a function that shows the list, for a button that people without the habit can press.

import { element } from "../shared/page/dom.js";

const OFF = "dengshao.keys-off";
const TYPED_INTO = "textarea, select, [contenteditable], dialog[open]";
// Letters do nothing in these, so that a ticked box doesn't take the keys away.
const NOT_TYPED_INTO = ["checkbox", "radio", "button", "submit", "file"];

/**
 * @param {Record<string, (event: KeyboardEvent) => unknown>} actions
 * @param {KeyHelp} help
 * @returns {() => void}
 */
export function bindKeys(actions, help) {
  const list = listOf(help);
  document.body.append(list);
  const showList = () => list.open || list.showModal();
  const all = Object.assign({ "?": showList }, actions);
  document.addEventListener("keydown", (event) => {
    // The list itself always opens: it is where the keys are turned on again.
    if (isBusy(event) || (isOff() && event.key !== "?")) return;
    const act = Object.prototype.hasOwnProperty.call(all, event.key) ? all[event.key] : null;
    if (!act) return;
    // Otherwise the letter would also be typed into the field that the key leads to.
    event.preventDefault();
    act(event);
  });
  return showList;
}

/** @type {(event: KeyboardEvent) => boolean} */
function isBusy(event) {
  if (event.defaultPrevented || event.isComposing) return true;
  if (event.ctrlKey || event.altKey || event.metaKey) return true;
  if (document.querySelector("dialog[open]")) return true;
  const at = /** @type {HTMLInputElement | null} */ (event.target);
  if (!at || !at.closest) return false;
  if (at.closest(TYPED_INTO)) return true;
  return at.tagName === "INPUT" && !NOT_TYPED_INTO.includes(at.type);
}

const isOff = () => localStorage.getItem(OFF) === "yes";

/** @type {(help: KeyHelp) => HTMLDialogElement} */
function listOf({ title, close, off, rows }) {
  const list = element("dialog", "keys");
  list.setAttribute("aria-labelledby", "keys-title");
  const heading = element("h2", "", title);
  heading.id = "keys-title";
  const lines = rows.map(([key, word]) =>
    element(
      "div",
      "keys__row",
      element("dt", "", element("kbd", "", key)),
      element("dd", "", word),
    ),
  );
  const shut = element("button", "button", close);
  shut.type = "button";
  shut.addEventListener("click", () => list.close());
  list.append(heading, element("dl", "keys__rows", ...lines), switchOff(off), shut);
  return list;
}

/** @type {(word: string) => HTMLElement} */
function switchOff(word) {
  const box = element("input");
  box.type = "checkbox";
  box.checked = isOff();
  box.addEventListener("change", () => {
    if (box.checked) localStorage.setItem(OFF, "yes");
    else localStorage.removeItem(OFF);
  });
  return element("label", "keys__off", box, " ", word);
}
