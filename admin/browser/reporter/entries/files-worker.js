// Cleans and seals files off the page's thread.

import "../../shared/old.js";
import { JOBS } from "../cleaning/jobs.js";
import { work } from "../sealing/work.js";

work(JOBS, "DengshaoFileJobs");
