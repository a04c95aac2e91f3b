// The desk's modules without a page: JSON jobs in, JSON results out.

import { readFileSync } from "node:fs";
import { openWith } from "../../../admin/browser/lib/age.js";
import { fromBase64 } from "../../../admin/browser/lib/bytes.js";
import { asksWhoTheReporterIs } from "../../../admin/browser/desk/identity_question.js";
import { readFields, readLabel, readSupplement } from "../../../admin/browser/desk/readable.js";
import { sealReply } from "../../../admin/browser/desk/reply.js";
import { endOfTalk, readTalk } from "../../../admin/browser/desk/thread.js";

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
  end: ({ talk }) => endOfTalk(talk),
  fields: ({ fields, words }) => readFields(fields, words),
  label: ({ label, words }) => readLabel(label, words),
  supplement: ({ body }) => readSupplement(body),
  asks: ({ text }) => asksWhoTheReporterIs(text),
  reply: ({ body, tip, talk, unit }) => sealReply(body, { tip, talk, unit }),
};

const results = [];
for (const job of JSON.parse(readFileSync(0, "utf8"))) results.push(await ACTS[job.act](job));
console.log(JSON.stringify(results));
