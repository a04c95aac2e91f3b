// One age file, made part by part: each part can be made again from the file's own bytes, so that an
// upload goes on where it stood. The header is age-encryption's own; the chunks are age's STREAM
// (https://c2sp.org/age): 64 KiB each, ChaCha20-Poly1305, numbered, the last one marked.

import { chacha20poly1305 } from "@noble/ciphers/chacha.js";
import { sha256 } from "@noble/hashes/sha2.js";
import { Decrypter, Encrypter, identityToRecipient } from "age-encryption";
import { toHex } from "../../shared/bytes.js";
import { newIdentity } from "../../shared/sealing/age.js";
import { CHUNK, NONCE, nonceOf, PART, payloadKey, TAG } from "../../shared/sealing/age_payload.js";
import { bytesOf } from "./blob_bytes.js";

const EMPTY_END = TAG;

// A fresh identity and all that a sealed file begins with. Who has `identity` opens the file.
/** @type {() => Promise<FileLock>} */
export async function newLock() {
  const identity = await newIdentity();
  const encrypter = new Encrypter();
  encrypter.addRecipient(await identityToRecipient(identity));
  const empty = await encrypter.encrypt(new Uint8Array(0));
  // What is left of an empty file without its one empty chunk: the header, and the payload's nonce.
  const head = empty.slice(0, empty.length - EMPTY_END);
  const decrypter = new Decrypter();
  decrypter.addIdentity(identity);
  const fileKey = await decrypter.decryptHeader(head.slice(0, head.length - NONCE));
  const key = payloadKey(fileKey, head.slice(head.length - NONCE));
  return { identity, head, key };
}

// `source` is a Blob; zeros follow it up to `length`. Holds one part at a time.
export class SealedStream {
  /**
   * @param {{ head: Uint8Array, key: Uint8Array }} lock
   * @param {Blob} source
   * @param {number} length
   */
  constructor({ head, key }, source, length) {
    if (length < source.size || length < 1) throw new RangeError("too short for its content");
    this.head = head;
    this.key = key;
    this.source = source;
    this.length = length;
    this.chunks = Math.ceil(length / CHUNK);
    this.size = head.length + length + this.chunks * TAG;
    this.parts = Math.ceil(this.size / PART);
    this.hash = sha256.create();
    this.hashed = 0;
    /** @type {Promise<unknown>} */
    this.hashing = Promise.resolve();
  }

  // Part `number`, from 0: every one but the last is PART bytes long.
  /** @type {(number: number) => Promise<Bytes>} */
  async part(number) {
    const start = number * PART;
    const end = Math.min(start + PART, this.size);
    if (number < 0 || start >= end) throw new RangeError("no such part");
    const made = new Uint8Array(end - start);
    if (start < this.head.length) made.set(this.head.subarray(start, end));
    const [first, last] = this.chunksOf(start, end);
    const clear = await this.read(first * CHUNK, (last + 1) * CHUNK);
    for (let chunk = first; chunk <= last; chunk += 1) {
      const sealed = this.sealChunk(
        chunk,
        clear.subarray((chunk - first) * CHUNK).subarray(0, CHUNK),
      );
      place(made, sealed, this.head.length + chunk * (CHUNK + TAG) - start);
    }
    return made;
  }

  /** @type {(start: number, end: number) => [first: number, last: number]} */
  chunksOf(start, end) {
    /** @type {(place: number) => number} */
    const at = (place) => Math.floor(Math.max(0, place - this.head.length) / (CHUNK + TAG));
    return [at(start), at(end - 1)];
  }

  /** @type {(number: number, clear: Uint8Array) => Uint8Array} */
  sealChunk(number, clear) {
    return chacha20poly1305(this.key, nonceOf(number, number === this.chunks - 1)).encrypt(clear);
  }

  // The clear bytes from `start` to `end`, or to the padded end.
  /** @type {(start: number, end: number) => Promise<Bytes>} */
  async read(start, end) {
    const stop = Math.min(end, this.length);
    const clear = new Uint8Array(stop - start);
    clear.set(await bytesOf(this.source, start, Math.min(stop, this.source.size)));
    return clear;
  }

  // The SHA-256 of the file's first bytes: those that lie in the parts before `number`.
  // Parts are asked for side by side, and the hash takes the bytes in their order: one by one.
  /** @type {(number: number) => Promise<string>} */
  digestBefore(number) {
    const digest = this.hashing.then(() => this.hashUpTo(number));
    this.hashing = digest.catch(() => {});
    return digest;
  }

  // Reads what was not read by it before, PART bytes at a time.
  /** @type {(number: number) => Promise<string>} */
  async hashUpTo(number) {
    const end = Math.min(this.source.size, Math.max(0, number * PART - this.head.length));
    if (end < this.hashed) {
      this.hash = sha256.create();
      this.hashed = 0;
    }
    while (this.hashed < end) {
      const stop = Math.min(end, this.hashed + PART);
      this.hash.update(await bytesOf(this.source, this.hashed, stop));
      this.hashed = stop;
    }
    return toHex(this.hash.clone().digest());
  }

  // The SHA-256 of the whole file.
  digest() {
    return this.digestBefore(Math.ceil((this.head.length + this.source.size) / PART) + 1);
  }
}

// Writes what of `bytes` falls into `target`, were they to begin at `at`, which may lie before it.
/** @type {(target: Uint8Array, bytes: Uint8Array, at: number) => void} */
function place(target, bytes, at) {
  const from = Math.max(0, -at);
  const room = target.length - Math.max(0, at);
  if (room > 0) target.set(bytes.subarray(from, from + room), Math.max(0, at));
}
