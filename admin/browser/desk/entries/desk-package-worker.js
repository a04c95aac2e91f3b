// Zips and seals one package, off the page's thread.
//
// In, one after the other: { lock }, then for each file { begin }, { piece: ArrayBuffer }, …, { end }, at
// last { finish }. Out, for each: { result } or { error }.

import "../../shared/old.js";
import { Assembly } from "../package/assembly.js";

const thread = /** @type {WorkerThread} */ (/** @type {unknown} */ (self));
/** @type {Assembly | null} */
let assembly = null;

/** @type {(question: PackageQuestion) => Promise<unknown>} */
async function answer(question) {
  if ("lock" in question) {
    assembly = new Assembly(question.lock);
    return null;
  }
  const made = /** @type {Assembly} */ (assembly);
  if ("begin" in question) return made.begin(question.begin);
  if ("piece" in question) return made.push(new Uint8Array(question.piece));
  return "end" in question ? made.end() : made.finish();
}

thread.onmessage = async ({ data }) => {
  try {
    thread.postMessage({ result: await answer(data) });
  } catch (error) {
    thread.postMessage({ error: /** @type {Error} */ (error).name });
  }
};
