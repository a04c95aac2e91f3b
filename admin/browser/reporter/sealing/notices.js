// What the form's page does around sending: what it says by templates of its own where nothing may be sent,
// and that it keeps no words that were. Loaded with what shows the receipt, so before anything is sent.

import { byId } from "../../shared/page/element.js";
import { openAround } from "../../shared/page/folds.js";

/** @type {(alarm: HTMLElement, name: string) => void} */
export function raiseAlarm(alarm, name) {
  alarm.append(copyOf(name), copyOf("instead"));
  alarm.hidden = false;
  show(alarm);
}

/** @type {(alarm: HTMLElement) => void} */
export function tellNobody(alarm) {
  alarm.after(copyOf("nobody"));
  const notice = /** @type {HTMLElement} */ (alarm.nextElementSibling);
  notice.id = "no-unit";
  openAround(byId("category"));
  show(notice);
}

/** @type {(form: HTMLFormElement) => void} */
export function emptyFields(form) {
  /** @type {any[]} */ (Array.from(form.elements)).forEach((field) => {
    if (field.matches("textarea, [type=text]")) field.value = field.defaultValue = "";
  });
}

/** @type {(id: string) => Node} */
function copyOf(id) {
  /** @type {HTMLTemplateElement} */
  const template = byId(id);
  return template.content.cloneNode(true);
}

/** @type {(notice: HTMLElement) => void} */
function show(notice) {
  notice.focus();
  notice.scrollIntoView();
}
