// Cleans and seals files off the page's thread.

import "./lib/old.js";
import { JOBS } from "./files/jobs.js";

self.onmessage = async ({ data }) => {
  try {
    self.postMessage({ id: data.id, result: await JOBS[data.job](data.content) });
  } catch (error) {
    self.postMessage({ id: data.id, error: error.name });
  }
};

self.postMessage({ isReady: true });
