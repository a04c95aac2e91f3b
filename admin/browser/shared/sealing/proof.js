// Proof of work: ALTCHA version 1 with SHA-256. The server checks it with the package altcha.

import { sha256 } from "@noble/hashes/sha2.js";
import { alive } from "../alive.js";
import { fromHex, toBase64, toUtf8 } from "../bytes.js";

const MOST = 10000000;
const A_WHILE = 10000;

export class BadChallenge extends Error {
  /** @param {string} message */
  constructor(message) {
    super(message);
    this.name = "BadChallenge";
  }
}

// Finds the number whose hash after the salt is the challenge; returns what the server takes.
// Seconds of work without a pause on a slow phone: call it in a worker.
/** @type {(asked: Challenge) => string} */
export function solve({ algorithm, challenge, maxnumber, salt, signature }) {
  if (algorithm !== "SHA-256" || !(maxnumber >= 0 && maxnumber <= MOST)) {
    throw new BadChallenge("not a challenge that we solve");
  }
  const number = find(fromHex(challenge), toUtf8(salt), maxnumber);
  const answer = { algorithm, challenge, number, salt, signature };
  return toBase64(toUtf8(JSON.stringify(answer)));
}

/** @type {(wanted: Uint8Array, salt: Uint8Array, most: number) => number} */
function find(wanted, salt, most) {
  const text = new Uint8Array(salt.length + String(most).length);
  text.set(salt);
  for (let number = 0; number <= most; number += 1) {
    if (number % A_WHILE === 0) alive();
    const digits = String(number);
    for (let i = 0; i < digits.length; i += 1) text[salt.length + i] = digits.charCodeAt(i);
    const hash = sha256(text.subarray(0, salt.length + digits.length));
    if (hash.every((byte, i) => byte === wanted[i])) return number;
  }
  throw new BadChallenge("no number solves it");
}
