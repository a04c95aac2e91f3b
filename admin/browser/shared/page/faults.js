// Shows what is wrong as the server's pages do: a summary on top, and a sentence at each field.

import { element } from "./element.js";

const SUMMARY = "error-summary";

// `field` may be null where no field is at fault.
/** @type {(view: Element, title: string, text: Fault["text"], field: Element | null) => void} */
export const showFault = (view, title, text, field) => showFaults(view, title, [{ text, field }]);

// Each fault is `{text, field}`, in the order of the form; or `{text, to}` with the id of a place that
// is no field. Without a place the text may be pieces, as `dialled` makes them.
/** @type {(view: Element, title: string, faults: Fault[]) => void} */
export function showFaults(view, title, faults) {
  clearFaults(view);
  const list = element("ul");
  faults.forEach(({ text, field, to }) => list.append(lineOf(text, field, to)));
  const summary = element("div", "error-summary");
  summary.id = SUMMARY;
  summary.setAttribute("role", "alert");
  summary.tabIndex = -1;
  summary.append(element("h2", "", title), list);
  /** @type {Element} */ (view.querySelector("h1")).after(summary);
  summary.focus();
}

/** @type {(view: Element) => void} */
export function clearFaults(view) {
  view.querySelectorAll(`#${SUMMARY}, #unknown, .field__error`).forEach((node) => node.remove());
  view.querySelectorAll("[aria-invalid]").forEach((field) => {
    field.removeAttribute("aria-invalid");
    describe(field, []);
    /** @type {Element} */ (field.closest(".field")).classList.remove("field--error");
  });
}

/** @type {(text: Fault["text"], field?: Element | null, to?: string) => Element} */
function lineOf(text, field, to) {
  const place = field ? field.id : to;
  const line = element("li");
  if (place) {
    const link = element("a", "", /** @type {string} */ (text));
    link.href = `#${place}`;
    line.append(link);
  } else line.append(.../** @type {(string | Node)[]} */ ([]).concat(text));
  if (field) markField(field, /** @type {string} */ (text));
  return line;
}

/** @type {(field: Element, text: string) => void} */
function markField(field, text) {
  const sentence = element("p", "field__error", text);
  sentence.id = `${field.id}-error`;
  field.before(sentence);
  field.setAttribute("aria-invalid", "true");
  describe(field, [sentence.id]);
  /** @type {Element} */ (field.closest(".field")).classList.add("field--error");
}

// Ties to a field the hint that it has, and what else explains it.
/** @type {(field: Element, others: string[]) => void} */
function describe(field, others) {
  const hint = `${field.id}-hint`;
  const ids = document.getElementById(hint) ? [hint, ...others] : others;
  if (ids.length) field.setAttribute("aria-describedby", ids.join(" "));
  else field.removeAttribute("aria-describedby");
}
