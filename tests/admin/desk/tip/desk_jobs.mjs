// The desk's modules without a page: JSON jobs in, JSON results out.

import { sendsOnErrand } from "../../../../admin/browser/desk/messages/errand.js";
import { asksWhoTheReporterIs } from "../../../../admin/browser/desk/messages/identity_question.js";
import { lastGrading, readNotes, sealNote } from "../../../../admin/browser/desk/messages/notes.js";
import {
  hasBlanks,
  isTitle,
  openReady,
  sealReady,
} from "../../../../admin/browser/desk/messages/ready.js";
import { sealReply } from "../../../../admin/browser/desk/messages/reply.js";
import { endOfTalk, readTalk } from "../../../../admin/browser/desk/messages/thread.js";
import { readFields, readLabel, readSupplement } from "../../../../admin/browser/desk/readable.js";
import { alikeTo, bigramsOf, shared, traceOf } from "../../../../admin/browser/desk/tip/alike.js";
import { judgeSeen, seenFaults, seenSentence } from "../../../../admin/browser/desk/tip/seen.js";
import { fromBase64, toUtf8 } from "../../../../admin/browser/shared/bytes.js";
import { parted } from "../../../../admin/browser/shared/page/unseen.js";
import { openWith } from "../../../../admin/browser/shared/sealing/age.js";
import {
  areFields,
  readLabelContent,
  readTip,
} from "../../../../admin/browser/shared/sealing/opened.js";
import { answerEachLine } from "../../../browser/lines.mjs";

const ACTS = {
  talk: ({ rows, identity, reference, talk, length, isAsked }) =>
    readTalk(
      rows.map((row) => Object.assign({}, row, { bytes: fromBase64(row.sealed) })),
      {
        reference,
        talk: fromBase64(talk),
        open: (bytes) => openWith(identity, bytes),
        length,
        isAsked,
      },
    ),
  seen: ({ box, tip, talk, words }) => {
    const seen = judgeSeen(fromBase64(box), tip, talk, "2026-11-30");
    return [seenSentence(seen, words), ...seenFaults(seen, words)];
  },
  end: ({ talk }) => endOfTalk(talk),
  fields: ({ fields, words }) => readFields(fields, words),
  opened: ({ text }) => told(() => readTip(toUtf8(text))),
  labelOpened: ({ text }) => told(() => readLabelContent(toUtf8(text))),
  areFields: ({ fields }) => areFields(fields),
  parted: ({ text }) => parted(text),
  label: ({ label, words }) => readLabel(label, words),
  supplement: ({ body }) => readSupplement(body),
  asks: ({ text }) => asksWhoTheReporterIs(text),
  errand: ({ text }) => sendsOnErrand(text),
  note: ({ body, kind, by, tip, unit, end }) => sealNote(body, { kind, by, tip, unit, end }),
  notes: ({ rows, tip, identity }) =>
    readNotes(
      rows.map((row) => Object.assign({}, row, { bytes: fromBase64(row.sealed) })),
      { tip, open: (bytes) => openWith(identity, bytes) },
    ),
  ready: ({ words, unitId, unit }) => sealReady(words, unitId, unit),
  openReady: ({ rows, unitId, unit }) => openReady(rows, unitId, unit),
  blanks: ({ text }) => hasBlanks(text),
  title: ({ text, most }) => isTitle(text, most),
  grading: ({ entries, grades }) => lastGrading(entries, grades),
  bigrams: ({ text }) => bigramsOf(text),
  shared: ({ one, other }) => shared(bigramsOf(one), bigramsOf(other)),
  alike: ({ tip, others }) => {
    const trace = ({ fields, reference, unit = "police", received = "2026-11-24" }) =>
      traceOf({ reference, fields }, { unit, received });
    return alikeTo(trace(tip), others.map(trace));
  },
  trace: ({ tip }) => traceOf(tip, { unit: "police", received: "2026-11-24" }),
  reply: ({ body, tip, talk, unit }) => sealReply(body, { tip, talk, unit }),
};

function told(read) {
  try {
    return read();
  } catch (error) {
    return { error: error.name };
  }
}

await answerEachLine(async (jobs) => {
  const results = [];
  for (const job of jobs) results.push(await ACTS[job.act](job));
  return results;
});
