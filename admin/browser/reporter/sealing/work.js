// Does jobs that a page asks for: as a worker, or, where a browser runs none, in the page itself.

import { onAlive } from "../../shared/alive.js";

export function work(jobs, name) {
  if (typeof document !== "undefined") {
    window[name] = jobs;
    return;
  }
  onAlive(() => self.postMessage({ isAlive: true }));
  self.onmessage = async ({ data }) => {
    try {
      self.postMessage({ id: data.id, result: await jobs[data.job](data.content) });
    } catch (error) {
      self.postMessage({ id: data.id, error: error.name });
    }
  };
  self.postMessage({ isReady: true });
}
