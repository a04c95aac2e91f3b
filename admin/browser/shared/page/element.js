// What the page's template always has: null, as if it were there, where it is not.
/** @type {<T extends HTMLElement = HTMLElement>(id: string) => T} */
export const byId = (id) => /** @type {any} */ (document.getElementById(id));

// Makes an element out of texts and other elements, never out of markup. An empty text is none.
/** @type {MakeElement} */
export function element(tag, className, ...children) {
  const made = document.createElement(tag);
  if (className) made.className = className;
  made.append(.../** @type {(string | Node)[]} */ (children.filter(Boolean)));
  return made;
}
