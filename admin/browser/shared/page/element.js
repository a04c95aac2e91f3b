// What the page's template always has: null, as if it were there, where it is not.
/** @type {<T extends HTMLElement = HTMLElement>(id: string) => T} */
export const byId = (id) => /** @type {any} */ (document.getElementById(id));

// Each digit in an element of its own, which form.css parts for whoever hears them; the text stays.
/** @type {(group: string) => HTMLElement[]} */
export const apart = (group) => [...group].map((digit) => element("b", "", digit));

// Makes an element out of texts and other elements, never out of markup. An empty text is none.
/** @type {MakeElement} */
export function element(tag, className, ...children) {
  const made = document.createElement(tag);
  if (className) made.className = className;
  made.append(.../** @type {(string | Node)[]} */ (children.filter(Boolean)));
  return made;
}
