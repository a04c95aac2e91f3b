// The same jobs in a page, bundled for it by esbuild as the real pages are.

import { runJobs } from "./age_jobs.js";

globalThis.runJobs = runJobs;
