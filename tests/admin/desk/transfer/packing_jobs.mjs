// What seals a tip for another unit, without a page: JSON jobs in, JSON results out.

import { contentOf, pack, packBack } from "../../../../admin/browser/signin/transfer/packing.js";
import { answerEachLine } from "../../../browser/lines.mjs";

const ACTS = {
  pack: (job) => pack(job),
  packBack: (job) => packBack(job),
  contentOf: ({ identities, bundle }) => contentOf(identities, bundle),
};

await answerEachLine(async (jobs) =>
  Promise.all(
    jobs.map(async (job) => {
      try {
        return { result: await ACTS[job.act](job) };
      } catch (error) {
        return { error: error.name };
      }
    }),
  ),
);
