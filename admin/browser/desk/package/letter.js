// What leaves on paper and in letter.html: the letter in its official form, the text, the list of what is
// enclosed, and the return slip. Pure; one tree for the page, the paper and the file.

import { parted } from "../../shared/page/unseen.js";

/** @type {(tag: Tree["tag"], className: string, ...children: Leaf[]) => Tree} */
const node = (tag, className, ...children) => ({ tag, className, children });

/** @type {(letter: Letter4Organ, words: LetterWords) => Tree[]} */
export const documentOf = (letter, words) => [
  letterSheet(letter, words),
  textSheet(letter, words),
  // On paper alone nothing is enclosed.
  ...(letter.entries.length ? [listSheet(letter, words)] : []),
  slipSheet(letter, words),
];

/** @type {(letter: Letter4Organ, words: LetterWords) => Tree} */
function letterSheet(letter, words) {
  const paragraphs = linesOf(letter.body).map((line) => node("p", "letter__text", line));
  const contact = letter.contact.trim();
  return node(
    "section",
    "letter",
    node("p", "letter__head", letter.from),
    node("p", "letter__number", letter.number),
    node("h1", "letter__title", letter.title),
    node("p", "letter__to", `${letter.to}：`),
    ...paragraphs,
    node("p", "letter__text", words.attached),
    node("ol", "letter__attached", ...attached(letter, words).map((line) => node("li", "", line))),
    node(
      "div",
      "letter__end",
      node("p", "", letter.from),
      node("p", "", officialDay(letter.day)),
      node("p", "letter__seal", words.seal),
    ),
    ...(contact ? [node("p", "letter__contact", `${words.contact}${contact}`)] : []),
  );
}

/** @type {(letter: Letter4Organ, words: LetterWords) => string[]} */
function attached({ entries }, words) {
  const count = filesIn(entries).length;
  const files = count ? [words.attached_files.replace("%(n)s", String(count))] : [];
  return [words.attached_text, ...files, ...(entries.length ? [words.attached_list] : [])];
}

/** @type {(entries: ListedEntry[]) => ListedEntry[]} */
const filesIn = (entries) => entries.filter(({ name }) => name.startsWith("files/"));

/** @type {(letter: Letter4Organ, words: LetterWords) => Tree} */
const textSheet = ({ reference, number, texts }, words) =>
  node(
    "section",
    "letter letter--enclosed",
    node("h2", "letter__title", words.text_title),
    node("p", "letter__facts", `${words.reference}${reference}　${words.number}${number}`),
    node("p", "letter__caution", words.unproven),
    ...texts.map(({ label, text }) =>
      node("div", "letter__told", node("h3", "", label), node("p", "letter__words", text)),
    ),
  );

/** @type {(letter: Letter4Organ, words: LetterWords) => Tree} */
function listSheet({ entries }, words) {
  const head = node(
    "tr",
    "",
    ...[words.list_name, words.list_size, words.list_about].map((word) => node("th", "", word)),
  );
  const rows = entries.map(({ name, size, sha256, about }) =>
    node(
      "tr",
      "",
      node("td", "", name),
      node("td", "", String(size)),
      node("td", "", about, node("span", "letter__sum", sha256)),
    ),
  );
  const table = node("table", "letter__list", node("thead", "", head), node("tbody", "", ...rows));
  return node("section", "letter", node("h2", "letter__title", words.list_title), table);
}

/** @type {(letter: Letter4Organ, words: LetterWords) => Tree} */
function slipSheet({ reference, number, reply, from }, words) {
  const rows = [
    [words.slip_received, ""],
    [words.slip_from, ""],
    [words.slip_done, words.slip_choices],
    [words.slip_by, ""],
    [words.slip_phone, ""],
  ].map(([label, text]) => node("tr", "", node("th", "", label), node("td", "", text)));
  return node(
    "section",
    "letter letter--slip",
    node("h2", "letter__title", words.slip_title),
    node("p", "letter__to", `${from}：`),
    node("p", "letter__text", words.slip_said.replace("%(number)s", number)),
    node("p", "letter__facts", `${words.reference}${reference}`),
    node("table", "letter__slip", node("tbody", "", ...rows)),
    ...(reply.trim() ? [node("p", "letter__text", `${words.slip_reply}${reply.trim()}`)] : []),
  );
}

/** @type {(text: string) => string[]} */
const linesOf = (text) =>
  text
    .split("\n")
    .map((line) => line.trim())
    .filter(Boolean);

// As official letters write a day: 2026年12月1日.
/** @type {(day: string) => string} */
export function officialDay(day) {
  const [year, month, date] = day.split("-").map(Number);
  return `${year}年${month}月${date}日`;
}

// The same words as a text that any computer shows; lines end as the oldest editor wants them.
/** @type {(letter: Pick<Letter4Organ, "reference" | "number" | "texts">, words: LetterWords) => string} */
export function plainText({ reference, number, texts }, words) {
  const head = [`${words.reference}${reference}`, `${words.number}${number}`, words.unproven];
  const parts = texts.map(({ label, text }) => `【${label}】\n${text}`);
  return `\ufeff${[head.join("\n"), ...parts].join("\n\n")}\n`.replace(/\r?\n/g, "\r\n");
}

// Without signs that nobody sees: a text can be marked with them, so that a copy tells whose it was.
/** @type {(text: string) => string} */
export const withoutUnseen = (text) =>
  parted(text)
    .filter((part) => typeof part === "string")
    .join("")
    .replace(/\r\n?/g, "\n");
