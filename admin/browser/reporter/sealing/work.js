// Does jobs that a page asks for: as a worker, or, where a browser runs none, in the page itself.

import { onAlive } from "../../shared/alive.js";

/** @type {(jobs: JobTable, name: string) => void} */
export function work(jobs, name) {
  if (typeof document !== "undefined") {
    Object.assign(window, { [name]: jobs });
    return;
  }
  const thread = /** @type {WorkerThread} */ (/** @type {unknown} */ (self));
  onAlive(() => thread.postMessage({ isAlive: true }));
  thread.onmessage = async ({ data }) => {
    try {
      thread.postMessage({
        id: data.id,
        result: await jobs[data.job](/** @type {never} */ (data.content)),
      });
    } catch (error) {
      thread.postMessage({ id: data.id, error: /** @type {Error} */ (error).name });
    }
  };
  thread.postMessage({ isReady: true });
}
