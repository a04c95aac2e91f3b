// Seals and opens with age-encryption, as tests ask: JSON jobs in, JSON results out; bytes as base64.

import { readFileSync } from "node:fs";
import { runJobs } from "./age_jobs.js";

const results = await runJobs(JSON.parse(readFileSync(0, "utf8")));
console.log(JSON.stringify(results));
