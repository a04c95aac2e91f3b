// Does what needs keys off the page's thread: makes receipts, seals, and proves work.

import "../../shared/old.js";
import { JOBS } from "../../shared/sealing/jobs.js";
import { work } from "../sealing/work.js";

work(JOBS, "DengshaoSealJobs");
