import { element } from "../shared/page/element.js";

const NUMBER = /\b(1(?:10|2\d{3}))\b/;

// A sentence in pieces: each telephone's number is one press away. admin/web/markup.py does the same.
/** @type {(text: string) => (string | Node)[]} */
export const dialled = (text) =>
  text.split(NUMBER).map((part, place) => (place % 2 ? call(part) : part));

/** @type {(number: string) => HTMLElement} */
function call(number) {
  const link = element("a", "", number);
  link.href = `tel:${number}`;
  return link;
}
