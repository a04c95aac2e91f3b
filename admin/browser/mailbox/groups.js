// Repeats the typed digits in groups under the field, so that they can be compared with the paper.

import { apart, element } from "../shared/page/element.js";
import { fill, receiptFault, typedGroups } from "../shared/page/words.js";

/**
 * @param {HTMLElement} slot
 * @param {string} text
 * @param {Words} words
 * @param {((text: string) => string) | null} check
 */
export function showGroups(slot, text, words, check) {
  slot.textContent = "";
  const groups = typedGroups(text);
  if (!groups.length) return;
  const found = groups.join("").length;
  const fault = found === 36 && check ? faultOf(text, check) : {};
  const wrong = fault.groups || [];
  const list = element("ol", "receipt");
  groups.forEach((group, i) => {
    const line = element("li", "receipt__group");
    line.append(element(wrong.includes(i + 1) ? "mark" : "span", "", ...apart(group)));
    list.append(line);
  });
  slot.append(element("p", "meta", fill(words.counted, { found })), list);
  if (wrong.length) {
    const sentence = element("p", "field__error", receiptFault(fault, words));
    sentence.setAttribute("role", "status");
    slot.append(sentence);
  }
}

/** @type {(text: string, check: (text: string) => string) => { groups?: number[], isOrder?: boolean }} */
function faultOf(text, check) {
  try {
    check(text);
    return {};
  } catch (error) {
    return /** @type {{ groups?: number[], isOrder?: boolean }} */ (error);
  }
}
