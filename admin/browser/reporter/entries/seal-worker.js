// Does what needs keys off the page's thread: makes receipts, seals, and proves work.

import "./lib/old.js";
import { JOBS } from "./seal/jobs.js";
import { work } from "./lib/work.js";

work(JOBS, "DengshaoSealJobs");
