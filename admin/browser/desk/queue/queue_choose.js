// Choosing rows: by click, by a range with Shift, all of the page; and what to do with them.

import { byId, findById, say } from "../../shared/page/dom.js";

/** @type {(words: QueueWords) => void} */
export function bindChoosing(words) {
  const form = findById("choose");
  const bar = findById("choose-bar");
  if (!form || !bar) return;
  const all = byId("choose-all");
  form.addEventListener("click", rangeWith(form));
  form.addEventListener("change", (event) => {
    if (event.target === all) boxesOf(form).forEach((box) => tick(box, all.checked));
    if (event.target === byId("bulk_action")) showNeeded(bar);
    count(form, words);
  });
  showNeeded(bar);
  count(form, words);
}

// Rows that a search hides are not chosen.
/** @type {(form: HTMLElement) => HTMLInputElement[]} */
const boxesOf = (form) =>
  Array.from(
    /** @type {NodeListOf<HTMLInputElement>} */ (form.querySelectorAll('input[name="tip"]')),
  ).filter((box) => box.checked || !rowOf(box).hidden);

/** @type {(box: HTMLInputElement) => HTMLTableRowElement} */
const rowOf = (box) => /** @type {HTMLTableRowElement} */ (box.closest("tr"));

/** @type {(box: HTMLInputElement, isChecked: boolean) => void} */
function tick(box, isChecked) {
  box.checked = isChecked && !rowOf(box).hidden;
}

/** @type {(form: HTMLElement) => (event: MouseEvent) => void} */
function rangeWith(form) {
  /** @type {HTMLInputElement | null} */
  let last = null;
  return (event) => {
    const box = /** @type {HTMLInputElement} */ (event.target);
    if (box.name !== "tip") return;
    if (event.shiftKey && last)
      between(boxesOf(form), last, box).forEach((one) => tick(one, box.checked));
    last = box;
  };
}

/**
 * @param {HTMLInputElement[]} boxes
 * @param {HTMLInputElement} one
 * @param {HTMLInputElement} other
 * @returns {HTMLInputElement[]}
 */
function between(boxes, one, other) {
  const [from, to] = [boxes.indexOf(one), boxes.indexOf(other)].sort((a, b) => a - b);
  return from < 0 ? [other] : boxes.slice(from, to + 1);
}

/** @type {(form: HTMLElement, words: QueueWords) => void} */
function count(form, words) {
  const boxes = boxesOf(form);
  const chosen = boxes.filter((box) => box.checked);
  boxes.forEach((box) => rowOf(box).classList.toggle("queue__row--chosen", box.checked));
  const all = byId("choose-all");
  all.checked = chosen.length > 0 && chosen.length === boxes.length;
  all.indeterminate = chosen.length > 0 && !all.checked;
  byId("choose-bar").classList.toggle("choose--active", chosen.length > 0);
  say(byId("chosen"), words.queue.chosen.replace("%(n)s", String(chosen.length)));
}

// Only what the act asks for is shown.
/** @type {(bar: HTMLElement) => void} */
function showNeeded(bar) {
  const bulk_action = byId("bulk_action").value;
  /** @type {NodeListOf<HTMLElement & { dataset: { for: string } }>} */
  const fields = bar.querySelectorAll("[data-for]");
  fields.forEach((field) => {
    field.hidden = !field.dataset.for.split(" ").includes(bulk_action);
    field.querySelectorAll("select").forEach((select) => {
      select.disabled = Boolean(field.hidden);
    });
  });
}
