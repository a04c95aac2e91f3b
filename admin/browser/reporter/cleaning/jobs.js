// All of a file that is slow or needs keys; it runs in a worker, so that the page stays alive.

import { sha256 } from "@noble/hashes/sha2.js";
import { fromBase64, toBase64, toHex } from "../../shared/bytes.js";
import { LOOKED_AT, sniff } from "../../shared/media.js";
import { PART } from "../../shared/sealing/age_payload.js";
import { solve } from "../../shared/sealing/proof.js";
import { newLock, SealedStream } from "./age_stream.js";
import { bytesOf } from "./blob_bytes.js";
import { redraw } from "./redraw.js";
import { lockState, openState } from "./state.js";

const MIB = 1048576;
// By the number that the page gives each upload.
/** @type {Map<number, SealedStream>} */
const streams = new Map();

export const JOBS = {
  look,
  clean,
  open,
  part,
  digest,
  digests,
  /** @type {(closed: { id: number }) => void} */
  close: ({ id }) => void streams.delete(id),
  solve,
  /** @type {(kept: { keep: string, content: UploadBoxed }) => string} */
  lockState: ({ keep, content }) => lockState(keep, content),
  /** @type {(kept: { keep: string, box: string }) => UploadBoxed} */
  openState: ({ keep, box }) => openState(keep, box),
};

// What a file is, and what it is known by when it is chosen again: its first and its last MiB.
/** @type {(chosen: { file: Blob }) => Promise<{ type: string, mark: string }>} */
async function look({ file }) {
  const type = sniff(await bytesOf(file, 0, Math.min(file.size, LOOKED_AT)));
  const hash = sha256.create();
  hash.update(await bytesOf(file, 0, Math.min(file.size, MIB)));
  hash.update(await bytesOf(file, Math.max(0, file.size - MIB), file.size));
  return { type, mark: `${file.size}-${toHex(hash.digest())}` };
}

/** @type {(chosen: { file: Blob, type: string }) => Promise<CleanCopy>} */
async function clean({ file, type }) {
  try {
    return { blob: await redraw(file, type) };
  } catch (/** @type {any} */ error) {
    if (error.name === "NotCleaned") return { reason: error.reason };
    throw error;
  }
}

// Begins a sealed file of `length` clear bytes, or goes on with one: then `lock` is what was given
// back before, and `prefix` the digest of all clear bytes in how many parts (`{parts, digest}`) were sent.
// `isSame` is false where those bytes are not the same any more.
/**
 * @param {{
 *   id: number,
 *   source: Blob,
 *   length: number,
 *   lock: FileLockText | null,
 *   prefix: SentPrefix | null,
 * }} begun
 */
async function open({ id, source, length, lock, prefix }) {
  const made = lock ? readLock(lock) : await newLock();
  const stream = new SealedStream(made, source, length);
  const isSame = !prefix || (await stream.digestBefore(prefix.parts)) === prefix.digest;
  streams.set(id, stream);
  const { identity, head, key } = made;
  const kept = { identity, head: toBase64(head), key: toBase64(key) };
  return { lock: kept, size: stream.size, parts: stream.parts, isSame };
}

/** @type {(lock: FileLockText) => FileLock} */
const readLock = ({ identity, head, key }) => ({
  identity,
  head: fromBase64(head),
  key: fromBase64(key),
});

// One sealed part, its digest for the server, and the digest of all clear bytes up to its end.
/** @type {(wanted: { id: number, number: number }) => Promise<SealedPart>} */
async function part({ id, number }) {
  const stream = /** @type {SealedStream} */ (streams.get(id));
  const bytes = await stream.part(number);
  return { bytes, digest: await digestOf(bytes), prefix: await stream.digestBefore(number + 1) };
}

// crypto.subtle is quicker, and absent where a page comes over plain http.
/** @type {(bytes: Bytes) => Promise<string>} */
async function digestOf(bytes) {
  if (!crypto.subtle) return toHex(sha256(bytes));
  return toHex(new Uint8Array(await crypto.subtle.digest("SHA-256", bytes)));
}

/** @type {(opened: { id: number }) => Promise<string>} */
function digest({ id }) {
  return /** @type {SealedStream} */ (streams.get(id)).digest();
}

// The SHA-256 of each of several files.
/** @type {(chosen: { sources: Blob[] }) => Promise<string[]>} */
async function digests({ sources }) {
  const found = [];
  for (const source of sources) {
    const hash = sha256.create();
    for (let at = 0; at < source.size; at += PART) {
      hash.update(await bytesOf(source, at, Math.min(at + PART, source.size)));
    }
    found.push(toHex(hash.digest()));
  }
  return found;
}
