// The bytes of a sealed file that the server keeps in parts of equal length, as if it were one.

import { PART } from "../../shared/sealing/age_payload.js";

// Asked for ahead, so that opening and fetching go on beside each other.
const AHEAD = 2;

// A part is not there, or not as long as it must be.
export class Missing extends Error {
  /** @param {number} number */
  constructor(number) {
    super(`part ${number} is missing`);
    this.name = "Missing";
  }
}

export class PartReader {
  /**
   * @param {(number: number) => Promise<Bytes>} readPart
   * @param {number} size
   */
  constructor(readPart, size) {
    this.readPart = readPart;
    this.size = size;
    this.count = Math.ceil(size / PART);
    /** @type {Map<number, Promise<Bytes>>} */
    this.asked = new Map();
  }

  // Returns the bytes from one place up to another, which is never two parts away.
  /** @type {(from: number, to: number) => Promise<Bytes>} */
  async bytes(from, to) {
    const first = Math.floor(from / PART);
    const last = Math.floor((to - 1) / PART);
    this.forget(first);
    const one = await this.part(first);
    const start = from - first * PART;
    if (first === last) return one.subarray(start, to - first * PART);
    const other = await this.part(last);
    const joined = new Uint8Array(to - from);
    joined.set(one.subarray(start));
    joined.set(other.subarray(0, to - last * PART), one.length - start);
    return joined;
  }

  /** @type {(number: number) => Promise<Bytes>} */
  async part(number) {
    for (let n = number; n <= Math.min(number + AHEAD, this.count - 1); n += 1) this.ask(n);
    const bytes = /** @type {Bytes} */ (await this.asked.get(number));
    if (bytes.length !== Math.min(PART, this.size - number * PART)) throw new Missing(number);
    return bytes;
  }

  /** @type {(number: number) => void} */
  ask(number) {
    if (this.asked.has(number)) return;
    const asked = this.readPart(number);
    // One that fails ahead of its turn is met when its turn comes.
    asked.catch(() => null);
    this.asked.set(number, asked);
  }

  /** @type {(before: number) => void} */
  forget(before) {
    Array.from(this.asked.keys())
      .filter((number) => number < before)
      .forEach((number) => this.asked.delete(number));
  }
}
