// The page of one 办结通报: the list is gone through while it is typed, and tips that the writer names are
// opened here and compared. Neither their words nor that there are any goes to the server: what is sent
// is the text and two ticks that everybody makes.

import { byId, element, findById, replaceChildren, say } from "../../shared/page/dom.js";
import { bindAct, plainFields, showError } from "../acts.js";
import { keepDrafts } from "../drafts.js";
import { readSupplement } from "../readable.js";
import { keepShaded } from "../shade.js";
import { openTip } from "../tip/tip.js";
import { keysOf, wordsOf } from "../unit_keys.js";
import { check } from "./rules.js";
import { sharedRuns } from "./runs.js";

const REFERENCE = /^[0-9A-HJKMNP-TV-Z]{5}-[0-9A-HJKMNP-TV-Z]{5}$/;

/** @typedef {{ rules: BulletinRules, words: BulletinPageWords, tips: Map<string, string[]> }} Desk */

/** @type {(page: BulletinPage) => Promise<void>} */
export async function startBulletin(page) {
  /** @type {BulletinPageWords} */
  const words = wordsOf(page);
  /** @type {Desk} */
  const desk = { rules: JSON.parse(page.dataset.rules), words, tips: new Map() };
  [byId("bulletin-title"), byId("bulletin-body")].forEach((field) => {
    field.addEventListener("input", () => show(desk));
  });
  show(desk);
  bindForms(page, desk);
  keepShaded(() => {
    if (desk.tips.size) byId("bulletin-compared").textContent = words.bulletin.again;
    desk.tips.clear();
    show(desk);
  });
  const unit = await keysOf(page.dataset.unit, words);
  if (!unit) return;
  byId("bulletin-compare").addEventListener("click", () => compare(page, desk, unit));
  await keepDrafts(page, unit);
  page.dataset.opened = "yes";
}

const textOf = () => [byId("bulletin-title").value, byId("bulletin-body").value];

/** @type {(desk: Desk) => { findings: BulletinFinding[], runs: string[] }} */
function lookAt({ rules, tips }) {
  const [title, body] = textOf();
  /** @type {string[]} */
  const told = [];
  tips.forEach((texts) => told.push(...texts));
  return {
    findings: check(rules, title).concat(check(rules, body)),
    runs: sharedRuns(`${title}\n${body}`, told),
  };
}

/** @type {(desk: Desk) => void} */
function show(desk) {
  const said = desk.words.bulletin;
  const { findings, runs } = lookAt(desk);
  const lines = findings
    .sort((one, other) => Number(one.warns) - Number(other.warns))
    .map(({ words, what, say: instead, warns }) =>
      element(
        "li",
        "",
        element("b", "", warns ? said.warned : said.refused),
        fill(said.found, { words, what, say: instead }),
      ),
    );
  const shared = runs.map((words) =>
    element("li", "", element("b", "", said.refused), fill(said.shared, { words })),
  );
  const all = shared.concat(lines);
  const fine = textOf().join("").trim() ? [element("li", "", said.fine)] : [];
  replaceChildren(byId("bulletin-found"), ...(all.length ? all : fine));
}

/** @type {(sentence: string, values: Record<string, string>) => string} */
const fill = (sentence, values) =>
  sentence.replace(/%\((\w+)\)s/g, (_, name) => values[name] || "");

/** @type {(page: BulletinPage, desk: Desk, unit: UnitKeys) => Promise<void>} */
async function compare(page, desk, unit) {
  const said = desk.words.bulletin;
  const reference = byId("bulletin-reference").value.trim().toUpperCase();
  if (!REFERENCE.test(reference)) return say(byId("alarm"), said.bad_reference);
  const sealed = `${page.dataset.tips}${reference}/sealed.json`;
  const place = /** @type {OpenTipPage} */ (
    /** @type {unknown} */ ({ dataset: { sealed, reference, unit: page.dataset.unit } })
  );
  const opened = await openTip(place, unit, /** @type {any} */ (desk.words), "compare");
  if (!opened) return undefined;
  desk.tips.set(reference, wordsIn(opened));
  byId("bulletin-reference").value = "";
  byId("bulletin-none").checked = false;
  byId("bulletin-compared").textContent = fill(said.compared, { n: String(desk.tips.size) });
  show(desk);
  return undefined;
}

// All that anybody wrote in it: a code that stands for a choice is nobody's words, and too short.
/** @type {(opened: ReadTip) => string[]} */
function wordsIn({ tip, talk, notes }) {
  const bodies = /** @type {(string | null)[]} */ (talk.map(({ body }) => body));
  const noted = notes.map(({ body }) => body);
  const told = bodies.filter(Boolean).map((body) => textsOf(readSupplement(String(body))));
  const all = [textsOf(tip.fields)].concat(told);
  return all
    .reduce((texts, more) => texts.concat(more), /** @type {string[]} */ ([]))
    .concat(noted.filter((one) => typeof one === "string").map(String));
}

/** @type {(fields: object) => string[]} */
const textsOf = (fields) =>
  /** @type {unknown[]} */ (Object.values(fields))
    .reduce((/** @type {unknown[]} */ all, one) => all.concat(one), [])
    .filter((one) => typeof one === "string")
    .map(String);

/** @type {(page: BulletinPage, desk: Desk) => void} */
function bindForms(page, desk) {
  const rest = { words: desk.words, renew: async () => {}, next: page.dataset.list };
  const form = byId("bulletin-form");
  bindAct(form, Object.assign({ fieldsOf: () => fieldsOf(form, desk) }, rest));
  ["bulletin-answer", "bulletin-drop"].forEach((id) => {
    /** @type {DeskForm | null} */
    const other = findById(id);
    if (other) bindAct(other, rest);
  });
}

/** @type {(form: DeskForm, desk: Desk) => FormFields | null} */
function fieldsOf(form, desk) {
  const said = desk.words.bulletin;
  const { findings, runs } = lookAt(desk);
  const mustMend = runs.length || findings.some(({ warns }) => !warns);
  const isCompared = desk.tips.size || byId("bulletin-none").checked;
  if (mustMend || !isCompared) {
    showError(form, mustMend ? said.mend : said.compare_first);
    return null;
  }
  return plainFields(form);
}
