// Builds pages out of elements and texts. Nothing here, or anywhere on the desk, makes markup of a
// string: the words that it shows come from strangers. What nobody would see in them is shown.

import { element as make } from "./element.js";
import { seen } from "./unseen.js";

export const byId = (id) => document.getElementById(id);

export const element = (tag, className, ...children) =>
  make(tag, className, ...children.flatMap(visible));

export function replaceChildren(parent, ...children) {
  parent.textContent = "";
  parent.append(...children.flatMap(visible));
}

const visible = (child) => (typeof child === "object" ? [child] : seen(String(child)));

// Shows sentences in a place that is empty and hidden until then; without any it is hidden again.
export function say(place, ...children) {
  const said = children.filter(Boolean);
  replaceChildren(place, ...said);
  place.hidden = !said.length;
}
