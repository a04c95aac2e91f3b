// Does what needs keys off the page's thread: makes receipts, seals, and proves work.

import "./lib/old.js";
import { JOBS } from "./seal/jobs.js";

self.onmessage = async ({ data }) => {
  try {
    self.postMessage({ id: data.id, result: await JOBS[data.job](data.content) });
  } catch (error) {
    self.postMessage({ id: data.id, error: error.name });
  }
};

self.postMessage({ isReady: true });
