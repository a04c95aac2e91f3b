// Choosing rows: by click, by a range with Shift, all of the page; and what to do with them.

import { byId, say } from "../../shared/page/dom.js";

export function bindChoosing(words) {
  const form = byId("choose");
  const bar = byId("choose-bar");
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
const boxesOf = (form) =>
  Array.from(form.querySelectorAll('input[name="tip"]')).filter(
    (box) => box.checked || !box.closest("tr").hidden,
  );

function tick(box, isChecked) {
  box.checked = isChecked && !box.closest("tr").hidden;
}

function rangeWith(form) {
  let last = null;
  return (event) => {
    const box = event.target;
    if (box.name !== "tip") return;
    if (event.shiftKey && last)
      between(boxesOf(form), last, box).forEach((one) => tick(one, box.checked));
    last = box;
  };
}

function between(boxes, one, other) {
  const [from, to] = [boxes.indexOf(one), boxes.indexOf(other)].sort((a, b) => a - b);
  return from < 0 ? [other] : boxes.slice(from, to + 1);
}

function count(form, words) {
  const boxes = boxesOf(form);
  const chosen = boxes.filter((box) => box.checked);
  boxes.forEach((box) => box.closest("tr").classList.toggle("queue__row--chosen", box.checked));
  const all = byId("choose-all");
  all.checked = chosen.length > 0 && chosen.length === boxes.length;
  all.indeterminate = chosen.length > 0 && !all.checked;
  byId("choose-bar").classList.toggle("choose--active", chosen.length > 0);
  say(byId("chosen"), words.queue.chosen.replace("%(n)s", chosen.length));
}

// Only what the act asks for is shown.
function showNeeded(bar) {
  const bulk_action = byId("bulk_action").value;
  bar.querySelectorAll("[data-for]").forEach((field) => {
    field.hidden = !field.dataset.for.split(" ").includes(bulk_action);
    field.querySelectorAll("select").forEach((select) => {
      select.disabled = field.hidden;
    });
  });
}
