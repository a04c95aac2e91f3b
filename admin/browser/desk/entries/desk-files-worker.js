// Fetches and opens one file of a tip, off the page's thread, and hands its clear bytes on.
//
// In: { address, sealedSize, entry }, then { next: true } for each piece that was taken.
// Out: { piece: ArrayBuffer }, …, and at the end { done: true } or { problem }.

import "../../shared/old.js";
import { fetchPart } from "../files/fetching.js";
import { readSealedFile } from "../files/sealed_file.js";

const thread = /** @type {WorkerThread} */ (/** @type {unknown} */ (self));

/** @type {(answer: FileAnswer, moved?: Transferable[]) => void} */
const tell = (answer, moved) => thread.postMessage(answer, moved);

/** @type {Record<string, FileSaid>} */
const PROBLEMS = { Changed: "changed", Missing: "missing" };
/** @type {(value?: unknown) => void} */
let goOn = () => {};

/** @type {(piece: Bytes) => Promise<unknown>} */
function handOn(piece) {
  return new Promise((resolve) => {
    goOn = resolve;
    tell({ piece: piece.buffer }, [piece.buffer]);
  });
}

/** @type {(asked: FileAsked) => Promise<void>} */
async function open({ address, sealedSize, entry }) {
  /** @type {(number: number) => Promise<Bytes>} */
  const readPart = (number) => fetchPart(address, number);
  try {
    await readSealedFile({ readPart, sealedSize, entry }, handOn);
    tell({ done: true });
  } catch (error) {
    const { problem, name } = /** @type {{ problem?: FileSaid, name: string }} */ (error);
    tell({ problem: problem || PROBLEMS[name] || "changed" });
  }
}

/** @type {(event: { data: FileQuestion }) => unknown} */
thread.onmessage = ({ data }) => ("next" in data ? goOn() : open(data));
