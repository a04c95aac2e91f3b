// The jobs of the form's worker, and what they are made of, as tests ask: JSON in, JSON out.
// A job that refuses gives the name of its error.

import { verifySolution } from "altcha-lib/v1";
import { bodyOf } from "../../admin/browser/shared/body.js";
import { fromBase64, toBase64 } from "../../admin/browser/shared/bytes.js";
import { openWith } from "../../admin/browser/shared/sealing/age.js";
import { parseContent } from "../../admin/browser/shared/sealing/envelope.js";
import { JOBS } from "../../admin/browser/shared/sealing/jobs.js";
import { newDigits } from "../../admin/browser/shared/sealing/receipt.js";
import {
  labelBytes,
  makeReference,
  tipBytes,
  wellFormed,
} from "../../admin/browser/shared/sealing/tip.js";
import { resealBundle } from "../../admin/browser/signin/renewal/bundle.js";
import { answerEachLine } from "./lines.mjs";

const times = (count, make) => Array.from({ length: count }, make);

const PARTS = {
  tipBytes: (tip) => toBase64(tipBytes({ ...tip, talk: fromBase64(tip.talk) })),
  labelBytes: (label) => toBase64(labelBytes(label)),
  parse: ({ bytes, kind }) => parseContent(fromBase64(bytes), kind),
  body: (fields) => bodyOf(wellFormed(fields)),
  references: (count) => times(count, makeReference),
  digits: (count) => times(count, newDigits),
  open: async ({ identity, sealed }) => toBase64(await openWith(identity, fromBase64(sealed))),
  reseal: ({ unit, bundle }) => resealBundle(unit, bundle),
  verify: ({ proof, key }) => verifySolution(proof, key),
};

async function result({ job, content }) {
  try {
    return await (JOBS[job] || PARTS[job])(content);
  } catch (error) {
    return { error: error.name };
  }
}

await answerEachLine(async (jobs) => {
  const results = [];
  for (const job of jobs) results.push(await result(job));
  return results;
});
