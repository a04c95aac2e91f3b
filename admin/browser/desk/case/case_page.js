// The page of a case file: opens the tip here, shows its sheet, prints it, or seals it into one file.
//
// Nothing is printed or saved before the server has written down who does it. What is sent for that is
// a sum of the sheet or of the sealed file, and nothing else.

import { sha256 } from "@noble/hashes/sha2.js";
import { toHex, toUtf8 } from "../../shared/bytes.js";
import { byId, element, replaceChildren, say } from "../../shared/page/dom.js";
import { startWorker } from "../../signin/workers.js";
import { post } from "../post.js";
import { saveFile } from "../save.js";
import { keepShaded } from "../shade.js";
import { openTip } from "../tip/tip.js";
import { askWhy } from "../tip/why.js";
import { keysOf, wordsOf } from "../unit_keys.js";
import { sheetOf, textOf } from "./sheet.js";

const LETTERS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
const RECIPIENT = /^age1pq1[02-9ac-hj-np-z]{1,3000}$/;

/** @type {(page: CasePage) => Promise<void>} */
export async function startCase(page) {
  /** @type {CaseWords} */
  const words = wordsOf(page);
  keepShaded(() => replaceChildren(byId("sheet")));
  const unit = await keysOf(page.dataset.unit, words);
  if (!unit) return;
  const opened = await openTip(page, unit, words, await askWhy(page));
  if (!opened) return;
  /** @type {CaseFacts} */
  const facts = JSON.parse(page.dataset.facts);
  const sections = sheetOf(opened, facts, words);
  replaceChildren(byId("sheet"), ...sections.map(sectionOf));
  bindPrint(page, sections, facts, words);
  bindExport(page, sections, facts, words);
  byId("case-acts").hidden = false;
  page.dataset.opened = "yes";
}

/** @type {(section: CaseSection) => HTMLElement} */
function sectionOf({ title, lines }) {
  const rows = lines.map(([label, text]) =>
    element("div", "case__line", element("dt", "", label), element("dd", "", text)),
  );
  return element("section", "", element("h2", "", title), element("dl", "", ...rows));
}

/** @type {(what: "printed" | "exported", sum: string, page: CasePage) => Promise<boolean>} */
const noted = async (what, sum, page) => (await post(page.dataset.note, { what, sha256: sum })).ok;

/** @type {(bytes: Uint8Array) => string} */
const sumOf = (bytes) => toHex(sha256(bytes));

/** @type {(page: CasePage, sections: CaseSection[], facts: CaseFacts, words: CaseWords) => void} */
function bindPrint(page, sections, facts, words) {
  const button = byId("case-print");
  // Whoever prints by the browser's own menu gets a sentence on paper, and no words of the tip.
  window.addEventListener("afterprint", () => delete page.dataset.noted);
  button.addEventListener("click", () =>
    once(button, words, async () => {
      const sum = sumOf(toUtf8(textOf(sections, facts, words)));
      if (!(await noted("printed", sum, page))) return words.case.not_noted;
      page.dataset.noted = "yes";
      window.print();
      return "";
    }),
  );
}

/** @type {(page: CasePage, sections: CaseSection[], facts: CaseFacts, words: CaseWords) => void} */
function bindExport(page, sections, facts, words) {
  const button = byId("case-export");
  const field = byId("case-recipient");
  button.addEventListener("click", () =>
    once(button, words, async () => {
      const recipient = field.value.trim();
      if (recipient && !RECIPIENT.test(recipient)) return words.case.bad_recipient;
      const passphrase = recipient ? "" : newPassphrase();
      const bytes = toUtf8(textOf(sections, facts, words));
      const sealed = await startWorker()({ job: "sealCase", recipient, passphrase, bytes });
      const sum = sumOf(sealed);
      if (!(await noted("exported", sum, page))) return words.case.not_noted;
      saveFile(`${page.dataset.reference}.case.txt.age`, /** @type {BlobPart} */ (sealed));
      tellSaved(passphrase, sum, words);
      return "";
    }),
  );
}

// Runs an act once at a time, and says what it answers.
/** @type {(button: HTMLButtonElement, words: CaseWords, act: () => Promise<string>) => Promise<void>} */
async function once(button, words, act) {
  button.disabled = true;
  say(byId("case-problem"));
  try {
    say(byId("case-problem"), await act());
  } catch {
    say(byId("case-problem"), words.case.failed);
  } finally {
    button.disabled = false;
  }
}

// 100 bits: who has the file alone tries for ever.
function newPassphrase() {
  const bytes = crypto.getRandomValues(new Uint8Array(20));
  const text = Array.from(bytes, (byte) => LETTERS[byte & 31]).join("");
  return /** @type {string[]} */ (text.match(/.{5}/g)).join("-");
}

/** @type {(passphrase: string, sum: string, words: CaseWords) => void} */
function tellSaved(passphrase, sum, words) {
  const code = element("code", "case__passphrase", passphrase);
  code.id = "case-passphrase";
  const once = passphrase ? [element("p", "", words.case.passphrase, " ", code)] : [];
  say(
    byId("case-saved"),
    element("p", "", words.case.saved),
    ...once,
    element("p", "meta", `SHA-256 ${sum}`),
  );
}
