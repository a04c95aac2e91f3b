// Has the worker open one file of a tip, and takes its clear bytes as they come.

import { fileWorker } from "../../signin/workers.js";

// What went wrong, by a code for which the page has a sentence.
export class NotRead extends Error {
  /** @param {FileSaid} problem */
  constructor(problem) {
    super(`not read: ${problem}`);
    this.name = "NotRead";
    this.problem = problem;
  }
}

// `take` gets each piece (an ArrayBuffer) and the bytes taken before it, and is waited for.
// `signal` ends it. Resolves once all was taken and proved, rejects with `NotRead`.
/**
 * @param {{ address: string, row: ListedFile, signal: AbortSignal }} file
 * @param {TakePiece} take
 */
export function readFile({ address, row, signal }, take) {
  const worker = fileWorker();
  const { sealedSize } = row;
  const entry = /** @type {FileEntry} */ (row.entry);
  return new Promise((/** @type {(value: void) => void} */ resolve, reject) => {
    /** @type {(problem: FileSaid) => void} */
    const fail = (problem) => reject(new NotRead(problem));
    let taken = 0;
    signal.addEventListener("abort", () => fail("stopped"));
    worker.onerror = () => fail("offline");
    worker.onmessage = async ({ data }) => {
      if ("done" in data) return resolve();
      if ("problem" in data) return fail(data.problem);
      const before = taken;
      taken += data.piece.byteLength;
      try {
        await take(data.piece, before);
      } catch (error) {
        return reject(error);
      }
      return worker.postMessage({ next: true });
    };
    worker.postMessage({ address, sealedSize, entry });
  }).finally(() => worker.terminate());
}
