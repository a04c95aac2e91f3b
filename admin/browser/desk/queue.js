// The queue: opens the page's labels, all at once.

import { openWith } from "../lib/age.js";
import { fromBase64 } from "../lib/bytes.js";
import { parseContent } from "../lib/envelope.js";
import { element, replaceChildren } from "./dom.js";
import { readLabel } from "./readable.js";

// Returns a function that shuts them again.
export async function openLabels(page, identities, words) {
  const cells = Array.from(page.querySelectorAll("[data-label]"));
  const shut = cells.map((cell) => Array.from(cell.childNodes));
  await Promise.all(cells.map((cell) => openLabel(cell, identities, words)));
  return () => cells.forEach((cell, i) => replaceChildren(cell, ...shut[i]));
}

async function openLabel(cell, identities, words) {
  try {
    const bytes = await openWith(identities, fromBase64(cell.dataset.label));
    const label = readLabel(parseContent(bytes, "label"), words);
    replaceChildren(
      cell,
      element("b", "label__category", label.category),
      " ",
      element("span", "label__place", label.township),
      ...label.flags.map((flag) => element("span", "chip chip--flag", flag)),
    );
  } catch (error) {
    replaceChildren(cell, element("span", "label__broken", words.sentences.label_not_opened));
  }
}
