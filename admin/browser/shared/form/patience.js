// How long somebody who pressed the button is asked to wait for the scripts that seal.

import { Offline } from "../page/post.js";

const PATIENCE = 20000;

/** @type {<T>(promise: Promise<T>) => Promise<T>} */
export function inTime(promise) {
  /** @type {number} */
  let timer;
  /** @type {Promise<never>} */
  const late = new Promise((_resolve, reject) => {
    timer = setTimeout(() => reject(new Offline()), PATIENCE);
  });
  return Promise.race([promise, late]).finally(() => clearTimeout(timer));
}
