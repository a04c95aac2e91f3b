// A document's tree as elements of this page, and as letter.html, which opens on a computer without a
// network and runs nothing.

import { element } from "../../shared/page/dom.js";

/** @type {Record<string, string>} */
const ESCAPES = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&#39;" };

/** @type {(leaf: Leaf) => string | HTMLElement} */
export const toElement = (leaf) =>
  typeof leaf === "string"
    ? leaf
    : element(leaf.tag, leaf.className, ...leaf.children.map(toElement));

/** @type {(text: string) => string} */
const escaped = (text) => text.replace(/[&<>"']/g, (sign) => ESCAPES[sign]);

// Tags and classes are our own words; every text is a stranger's.
/** @type {(leaf: Leaf) => string} */
export function toMarkup(leaf) {
  if (typeof leaf === "string") return escaped(leaf);
  const name = leaf.className ? ` class="${escaped(leaf.className)}"` : "";
  return `<${leaf.tag}${name}>${leaf.children.map(toMarkup).join("")}</${leaf.tag}>`;
}

// Dressed as the page's own sheet, by the rules of desk.css that begin with .letter.
const STYLE = `
body{margin:0;background:#fff;color:#000;font:16px/1.8 FangSong,STFangsong,"Noto Serif CJK SC",serif}
.letter{max-width:44rem;margin:0 auto;padding:2rem 1.5rem}
.letter__head{text-align:center;font-size:1.7rem;font-weight:bold;color:#c00;border-bottom:3px double #c00}
.letter__number{text-align:right}
.letter__title{text-align:center;font-size:1.4rem;line-height:1.4}
.letter__text{text-indent:2em;margin:0}
.letter__attached{margin:0 0 1rem 2em}
.letter__end{margin:2rem 2em 1rem 0;text-align:right}
.letter__end p{margin:0}
.letter__seal{color:#666}
.letter__words{white-space:pre-wrap;overflow-wrap:anywhere;margin:0}
.letter__told h3{font-size:1rem;margin:1rem 0 0}
.letter table{width:100%;border-collapse:collapse}
.letter th,.letter td{border:1px solid #000;padding:.4rem;text-align:left;vertical-align:top;overflow-wrap:anywhere}
.letter__slip td{height:2.2rem;white-space:pre-wrap}
.letter__slip th{width:9em}
.letter__sum{display:block;font:12px monospace;word-break:break-all}
.letter--slip{border-top:1px dashed #000}
@page{size:A4;margin:20mm}
@media print{.letter{padding:0;max-width:none;break-after:page}.letter__told,tr{break-inside:avoid}}
`;

/** @type {(title: string, sheets: Tree[]) => string} */
export const pageOf = (title, sheets) =>
  [
    '<!doctype html><html lang="zh-CN"><head><meta charset="utf-8">',
    `<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">`,
    '<meta name="referrer" content="no-referrer">',
    '<meta name="viewport" content="width=device-width, initial-scale=1">',
    `<title>${escaped(title)}</title><style>${STYLE}</style></head><body>`,
    ...sheets.map(toMarkup),
    "</body></html>\n",
  ].join("\n");
