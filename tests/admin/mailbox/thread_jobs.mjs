// The scripted mailbox without a page: JSON jobs in, JSON results out.

import { openThread } from "../../../admin/browser/mailbox/thread.js";
import { toHex } from "../../../admin/browser/shared/bytes.js";
import {
  longDay,
  receiptFault,
  typedGroups,
  wordsFault,
} from "../../../admin/browser/shared/page/words.js";
import { sealLetter } from "../../../admin/browser/shared/sealing/letter.js";
import { check, derive } from "../../../admin/browser/shared/sealing/receipt.js";
import { answerEachLine } from "../../browser/lines.mjs";

const ACTS = {
  keys: ({ typed, site }) => toHex(keysOf(typed, site).lookup),
  open: ({ typed, site, answer }) => openThread(keysOf(typed, site), answer),
  seal: ({ typed, site, answer, kind, body }) =>
    sealLetter(keysOf(typed, site), answer, kind, body),
  fault: ({ typed, words }) => faultOf(typed, words),
  wordsFault: ({ text, words, mayBeEmpty }) => wordsFault(text, words, { mayBeEmpty }),
  groups: ({ typed }) => typedGroups(typed),
  day: ({ day, lang }) => longDay(day, lang),
};

const keysOf = (typed, site) => derive(check(typed), site);

function faultOf(typed, words) {
  try {
    check(typed);
    return "";
  } catch (error) {
    return receiptFault(error, words);
  }
}

await answerEachLine(async (jobs) => {
  const results = [];
  for (const job of jobs) results.push(await ACTS[job.act](job));
  return results;
});
