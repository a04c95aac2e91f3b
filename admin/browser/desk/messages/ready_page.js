// The page 常用答复, and the list of them beside a tip's answer box.

import { byId, element, findById, replaceChildren, say } from "../../shared/page/dom.js";
import { getJson } from "../../signin/api.js";
import { bindAct, showError } from "../acts.js";
import { keepDrafts } from "../drafts.js";
import { post } from "../post.js";
import { keepShaded } from "../shade.js";
import { keysOf, wordsOf } from "../unit_keys.js";
import { blankIn, isTitle, openReady, sealReady } from "./ready.js";

/** @type {(page: ReadyPage) => Promise<void>} */
export async function startReady(page) {
  /** @type {DeskWords & { ready: ReadySaid }} */
  const words = wordsOf(page);
  keepShaded(() => replaceChildren(byId("ready-list")));
  const unit = await keysOf(page.dataset.unit, words);
  if (!unit) return;
  const found = await read(page.dataset.answers, page.dataset.unit, unit).catch(() => null);
  if (!found) return say(byId("alarm"), words.sentences.offline);
  const mayChange = page.dataset.mayChange === "yes" && !unit.isOldOnly;
  const current = /** @type {CurrentKeys} */ (/** @type {UnitKeys} */ (unit));
  show(found, mayChange, words.ready);
  if (mayChange) {
    bindForm(byId("ready-form"), page, current, words);
    await keepDrafts(page, unit);
    await renewOld(found.answers, page, current);
  }
  page.dataset.opened = "yes";
  return undefined;
}

/** @type {(address: string, unitId: string, unit: UnitKeys) => Promise<ReadyAnswers>} */
async function read(address, unitId, unit) {
  /** @type {{ answers: SealedReady[] }} */
  const { answers } = await getJson(address);
  return openReady(answers, unitId, unit);
}

/** @type {(found: ReadyAnswers, mayChange: boolean, words: ReadySaid) => void} */
function show({ answers, untrusted }, mayChange, words) {
  if (untrusted) say(byId("ready-untrusted"), words.untrusted.replace("%(n)s", String(untrusted)));
  const lines = answers.map((answer) => lineOf(answer, mayChange, words));
  const none = element("li", "meta", words.none);
  replaceChildren(byId("ready-list"), ...(lines.length ? lines : [none]));
}

/** @type {(answer: ReadyAnswer, mayChange: boolean, words: ReadySaid) => HTMLElement} */
function lineOf(answer, mayChange, words) {
  const { title, body } = answer;
  const line = element("li", "card", element("h2", "", title), element("p", "ready__body", body));
  if (mayChange) {
    const acts = element("p", "ready__acts");
    acts.append(
      button(words.change, title, () => change(answer)),
      " ",
      button(words.delete, title, () => remove(answer)),
    );
    line.append(acts);
  }
  return line;
}

/** @type {(word: string, title: string, act: () => void) => HTMLElement} */
function button(word, title, act) {
  const made = element("button", "button button--quiet", word);
  made.type = "button";
  made.setAttribute("aria-label", `${word} ${title}`);
  made.addEventListener("click", act);
  return made;
}

/** @type {(answer: ReadyAnswer) => void} */
function change({ id, title, body }) {
  byId("ready-replaces").value = id;
  byId("ready-title").value = title;
  byId("ready-body").value = body;
  byId("ready-title").focus();
}

/** @type {(answer: ReadyAnswer) => Promise<void>} */
async function remove({ id }) {
  const form = byId("ready-form");
  const answer = await post(`${form.action}/${id}/delete`, {}).catch(() => null);
  if (answer && answer.ok) location.reload();
  else showError(form, answer ? answer.error : "");
}

/**
 * @param {DeskForm} form
 * @param {ReadyPage} page
 * @param {CurrentKeys} unit
 * @param {DeskWords & { ready: ReadySaid }} words
 */
function bindForm(form, page, unit, words) {
  form.hidden = false;
  bindAct(form, {
    words,
    renew: async () => {},
    fieldsOf: async () => {
      const title = byId("ready-title").value.trim();
      const body = byId("ready-body").value.trim();
      const isWhole = title && body;
      if (!isWhole || !isTitle(title, byId("ready-title").maxLength)) {
        showError(form, isWhole ? words.ready.title_long : words.ready.empty);
        return null;
      }
      const sealed = await sealReady({ title, body }, page.dataset.unit, unit);
      return replacing(sealed, byId("ready-replaces").value);
    },
    onSent: () => form.reset(),
  });
}

/** @type {(fields: FormFields, id: string) => FormFields} */
const replacing = (fields, id) => (id ? fields.concat([["replaces", id]]) : fields);

// What was written under an older key is believed by nobody who was handed the new one alone: who
// holds both writes it anew. Where that fails, it is as it was.
/** @type {(answers: ReadyAnswer[], page: ReadyPage, unit: CurrentKeys) => Promise<void>} */
async function renewOld(answers, page, unit) {
  if (!unit.isVouched) return;
  for (const answer of answers.filter(({ isOld }) => isOld)) {
    const fields = replacing(await sealReady(answer, page.dataset.unit, unit), answer.id);
    const renewed = await post(page.dataset.save, fields).catch(() => null);
    if (!renewed || !renewed.ok) return;
  }
}

// Beside a tip's answer box: fetched and opened when the member unfolds them, not before.
/** @type {(held: () => HeldTip | null, words: TipWords) => void} */
export function offerReady(held, words) {
  const place = findById("ready-answers");
  if (!place) return;
  place.addEventListener("toggle", async () => {
    const now = held();
    if (!place.open || !now || place.dataset.shown) return;
    place.dataset.shown = "yes";
    try {
      const found = await read(place.dataset.answers, byId("tip").dataset.unit, now.unit);
      if (held()) offer(found, words);
    } catch {
      delete place.dataset.shown;
      replaceChildren(byId("ready-choices"), element("p", "", words.sentences.offline));
    }
  });
}

/** @type {(found: ReadyAnswers, words: TipWords) => void} */
function offer({ answers, untrusted }, words) {
  /** @type {HTMLElement[]} */
  const lines = answers.map(({ title, body }) => {
    const choice = element("button", "ready__one", element("b", "", title), " ", body);
    choice.type = "button";
    choice.addEventListener("click", () => put(body));
    return choice;
  });
  if (untrusted)
    lines.push(element("p", "", words.ready.untrusted.replace("%(n)s", String(untrusted))));
  if (!lines.length) lines.push(element("p", "meta", words.ready.none_for_tip));
  replaceChildren(byId("ready-choices"), ...lines);
}

// At the end of what is written already, with the first blank chosen, so that typing fills it.
/** @type {(body: string) => void} */
function put(body) {
  const area = byId("body");
  const gap = area.value && !/\n$/.test(area.value) ? "\n" : "";
  const start = area.value.length + gap.length;
  area.setRangeText(gap + body, area.value.length, area.value.length, "end");
  area.focus();
  const [at, length] = blankIn(body);
  if (length) area.setSelectionRange(start + at, start + at + length);
  area.dispatchEvent(new Event("input", { bubbles: true }));
}

export function hideReady() {
  const choices = findById("ready-choices");
  if (choices) choices.textContent = "";
}
