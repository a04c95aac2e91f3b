// The list and the shared runs without a page: JSON jobs in, JSON results out.

import { check } from "../../../../admin/browser/desk/bulletins/rules.js";
import { sharedRuns } from "../../../../admin/browser/desk/bulletins/runs.js";
import { answerEachLine } from "../../../browser/lines.mjs";

const ACTS = {
  check: ({ rules, texts }) => texts.map((text) => check(rules, text)),
  runs: ({ pairs }) => pairs.map(([text, others]) => sharedRuns(text, others)),
};

await answerEachLine((jobs) => jobs.map((job) => ACTS[job.act](job)));
