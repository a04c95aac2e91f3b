// What a case file's sheet says, once, for paper and for the sealed file: titles, and lines of two
// columns. Pure; nothing of it is ever sent.

import { areFields } from "../../shared/sealing/opened.js";
import { filesOf, listFiles } from "../files/entries.js";
import { GRADES, readGrading } from "../messages/notes.js";
import { readFields, readSupplement } from "../readable.js";

/** @type {(opened: ReadTip, facts: CaseFacts, words: CaseWords) => CaseSection[]} */
export function sheetOf(opened, facts, words) {
  const said = words.case;
  const sections = [
    { title: said.content, lines: answers(opened.tip.fields, words) },
    { title: said.talk, lines: opened.talk.map((message) => letter(message, words)) },
    { title: said.notes, lines: opened.notes.map((note) => noteLine(note, words)) },
    { title: said.files, lines: fileLines(opened, words) },
    { title: said.history, lines: facts.history },
  ];
  return sections.map(({ title, lines }) => ({
    title,
    lines: lines.length ? lines : [["", said.none]],
  }));
}

/** @type {(fields: Answers, words: DeskWords) => CaseLine[]} */
const answers = (fields, words) =>
  readFields(fields, words).map(([, label, text]) => [label, text]);

/** @type {(message: ReadMessage, words: CaseWords) => CaseLine} */
function letter(message, words) {
  const { sentences, people, kinds } = words;
  if (message.number === null) return ["", faultOf(message, words)];
  const who = [
    sentences.nth.replace("%(n)s", String(message.number)),
    message.day,
    people[message.direction],
    kinds[/** @type {MessageKind} */ (message.kind)],
  ];
  const fault = message.fault ? `${faultOf(message, words)}\n` : "";
  return [who.filter(Boolean).join(" · "), fault + bodyOf(message, words)];
}

/** @type {(message: ReadMessage, words: CaseWords) => string} */
function faultOf({ fault, missing }, { sentences }) {
  if (fault === "no_question") return sentences.question_gone;
  return sentences.chain.replace("%(n)s", String(missing));
}

/** @type {(message: ReadMessage, words: CaseWords) => string} */
function bodyOf({ body, kind, direction }, words) {
  if (body === null) return words.sentences.untrusted;
  const count = direction === "reporter" ? filesOf(body).length : 0;
  if (kind !== "supplement" && !count) return body;
  const told = readSupplement(body);
  if (!areFields(told)) return words.sentences.junk_note;
  const lines = answers(told, words).map(([label, text]) => `${label}：${text}`);
  const named = count ? [words.files.in_letter.replace("%(n)s", String(count))] : [];
  return lines.concat(named).join("\n");
}

/** @type {(note: ReadNote, words: CaseWords) => CaseLine} */
function noteLine(note, words) {
  const grading = readGrading(note, words.grades);
  const text = grading
    ? words.notes.graded + GRADES.map((name) => words.grades[name][grading[name]]).join(" · ")
    : note.body === null
      ? words.notes.untrusted
      : note.body;
  const broken = words.notes.broken.replace("%(n)s", String(note.expected));
  return [`${note.by} ${note.at}`, note.isWhole ? text : `${broken}\n${text}`];
}

// The sum of each file as the reporter's browser wrote it under the seal: of what was cleaned, and of
// the original where one came along.
/** @type {(opened: ReadTip, words: CaseWords) => CaseLine[]} */
function fileLines(opened, words) {
  return listFiles(opened, opened.uploads, words.files).map((file) => {
    const label = `${file.number} · ${file.shown}`;
    if (!file.entry) return [label, words.files.said.unreadable];
    const { type, state, sha256, size } = file.entry;
    const held = file.sealedSize ? "" : `\n${words.files.said.gone}`;
    const about = [words.files.states[state], type, `${size} B`].filter(Boolean).join(" · ");
    return [label, `${about}\nSHA-256 ${sha256}${held}`];
  });
}

// The same as plain text, which any computer shows.
/** @type {(sections: CaseSection[], facts: CaseFacts, words: CaseWords) => string} */
export function textOf(sections, facts, words) {
  const head = [words.case.title, ...facts.cover.map(lineText), words.case.caution];
  const parts = sections.map(({ title, lines }) => [`== ${title} ==`, ...lines.map(lineText)]);
  return `${[head, ...parts].map((lines) => lines.join("\n")).join("\n\n")}\n`;
}

/** @type {(line: CaseLine) => string} */
const lineText = ([label, text]) =>
  label ? `${label}：${text.includes("\n") ? `\n${text}` : text}` : text;
