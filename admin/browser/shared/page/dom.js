// Builds pages out of elements and texts. Nothing here, or anywhere on the desk, makes markup of a
// string: the words that it shows come from strangers. What nobody would see in them is shown.

import { seen } from "./unseen.js";

export const byId = (id) => document.getElementById(id);

export function element(tag, className, ...children) {
  const made = document.createElement(tag);
  if (className) made.className = className;
  made.append(...children.filter((child) => child !== "").flatMap(visible));
  return made;
}

export function replaceChildren(parent, ...children) {
  parent.textContent = "";
  parent.append(...children.flatMap(visible));
}

const visible = (child) => (typeof child === "string" ? seen(child) : [child]);

// Shows sentences in a place that is empty and hidden until then; without any it is hidden again.
export function say(place, ...children) {
  const said = children.filter(Boolean);
  replaceChildren(place, ...said);
  place.hidden = !said.length;
}
