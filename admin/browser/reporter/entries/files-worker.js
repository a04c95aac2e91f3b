// Cleans and seals files off the page's thread.

import "./lib/old.js";
import { JOBS } from "./files/jobs.js";
import { work } from "./lib/work.js";

work(JOBS, "DengshaoFileJobs");
