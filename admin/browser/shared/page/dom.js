// Builds pages out of elements and texts. Nothing here, or anywhere on the desk, makes markup of a
// string: the words that it shows come from strangers. What nobody would see in them is shown.

import { element as make } from "./element.js";
import { seen } from "./unseen.js";

// What the page's template always has.
/** @type {ById} */
export const byId = (/** @type {string} */ id) => /** @type {any} */ (document.getElementById(id));

// The same where a page may lack it.
/** @type {FindById} */
export const findById = byId;

/** @type {MakeElement} */
export const element = (tag, className, ...children) =>
  make(tag, className, ...allVisible(children));

/** @type {(parent: HTMLElement, ...children: Child[]) => void} */
export function replaceChildren(parent, ...children) {
  parent.textContent = "";
  parent.append(...allVisible(children));
}

/** @type {(children: Child[]) => (string | Node)[]} */
const allVisible = (children) =>
  children.reduce(
    (all, child) => all.concat(visible(child)),
    /** @type {(string | Node)[]} */ ([]),
  );

/** @type {(child: Child) => (string | Node)[]} */
const visible = (child) => (typeof child === "object" ? [child] : seen(String(child)));

// Shows sentences in a place that is empty and hidden until then; without any it is hidden again.
/** @type {(place: HTMLElement, ...children: (Child | false | null | undefined)[]) => void} */
export function say(place, ...children) {
  const said = /** @type {Child[]} */ (children.filter(Boolean));
  replaceChildren(place, ...said);
  place.hidden = !said.length;
}
