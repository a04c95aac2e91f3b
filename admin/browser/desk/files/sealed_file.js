// Reads a file that lies sealed on the server in parts: any stretch of it, piece by piece, so that a
// film needs no more memory than a few parts, and one of several that are packed together no more
// parts than its own.

import { chacha20poly1305 } from "@noble/ciphers/chacha.js";
import { sha256 } from "@noble/hashes/sha2.js";
import { Decrypter } from "age-encryption";
import { toHex, toUtf8 } from "../../shared/bytes.js";
import { CHUNK, NONCE, nonceOf, PART, payloadKey, TAG } from "../../shared/sealing/age_payload.js";
import { PartReader } from "./parts.js";

// Of the age format: https://github.com/C2SP/C2SP/blob/main/age.md
const MAC_LINE = toUtf8("\n--- ");
const NEWLINE = 0x0a;
// What is handed on at a time.
const PIECE = PART;

/**
 * @typedef {{
 *   readPart: (number: number) => Promise<Bytes>,
 *   sealedSize: number,
 *   entry: Pick<FileEntry, "key" | "offset" | "size" | "sha256">,
 * }} SealedFile
 */

// What lies there is not what was sent: changed, cut short, or under another key.
export class Changed extends Error {
  /** @param {string} what */
  constructor(what) {
    super(`not as it was sent: ${what}`);
    this.name = "Changed";
  }
}

// `readPart(number)` resolves with the bytes of one part, `sealedSize` is what all of them hold, and
// `entry` is the payload's: key, offset, size, sha256. Calls `take` with one piece after the other
// and waits for it. What was taken may be believed only once this has resolved: the hash comes last.
/** @type {(file: SealedFile, take: (piece: Bytes) => unknown) => Promise<void>} */
export async function readSealedFile({ readPart, sealedSize, entry }, take) {
  const parts = new PartReader(readPart, sealedSize);
  const { start, key } = await openHeader(parts, entry.key);
  const chunks = new Chunks(parts, { start, key, sealedSize });
  if (entry.offset + entry.size > chunks.clearSize) throw new Changed("length");
  const hash = sha256.create();
  /** @type {(piece: Bytes) => Promise<void>} */
  const handOn = async (piece) => {
    hash.update(piece);
    await take(piece);
  };
  await readStretch(chunks, entry.offset, entry.size, handOn);
  if (toHex(hash.digest()) !== entry.sha256) throw new Changed("hash");
}

/** @type {(parts: PartReader, identity: string) => Promise<{ start: number, key: Uint8Array }>} */
async function openHeader(parts, identity) {
  const first = await parts.bytes(0, Math.min(CHUNK, parts.size));
  const end = headerEnd(first);
  const decrypter = new Decrypter();
  decrypter.addIdentity(identity);
  const fileKey = await decrypter.decryptHeader(first.slice(0, end)).catch(() => {
    throw new Changed("header");
  });
  const nonce = first.slice(end, end + NONCE);
  return { start: end + NONCE, key: payloadKey(fileKey, nonce) };
}

// The header is text; its last line begins with three dashes.
/** @type {(bytes: Uint8Array) => number} */
function headerEnd(bytes) {
  for (let i = 0; i < bytes.length; i += 1) {
    if (MAC_LINE.every((byte, j) => bytes[i + j] === byte)) {
      const newline = bytes.indexOf(NEWLINE, i + 1);
      if (newline > 0) return newline + 1;
    }
  }
  throw new Changed("header");
}

// The sealed chunks of a file, by their number.
class Chunks {
  /**
   * @param {PartReader} parts
   * @param {{ start: number, key: Uint8Array, sealedSize: number }} header
   */
  constructor(parts, { start, key, sealedSize }) {
    this.parts = parts;
    this.start = start;
    this.key = key;
    this.end = sealedSize;
    this.last = Math.ceil((sealedSize - start) / (CHUNK + TAG)) - 1;
    this.clearSize = sealedSize - start - (this.last + 1) * TAG;
  }

  /** @type {(number: number) => Promise<Uint8Array>} */
  async read(number) {
    const from = this.start + number * (CHUNK + TAG);
    const sealed = await this.parts.bytes(from, Math.min(from + CHUNK + TAG, this.end));
    try {
      return chacha20poly1305(this.key, nonceOf(number, number === this.last)).decrypt(sealed);
    } catch {
      throw new Changed("chunk");
    }
  }
}

/**
 * @param {Chunks} chunks
 * @param {number} offset
 * @param {number} size
 * @param {(piece: Bytes) => unknown} take
 */
async function readStretch(chunks, offset, size, take) {
  let piece = new Uint8Array(Math.min(PIECE, size));
  let filled = 0;
  let done = 0;
  while (done < size) {
    const at = offset + done;
    const clear = await chunks.read(Math.floor(at / CHUNK));
    const from = at % CHUNK;
    const taken = clear.subarray(from, from + Math.min(piece.length - filled, size - done));
    piece.set(taken, filled);
    filled += taken.length;
    done += taken.length;
    if (filled < piece.length) continue;
    await take(piece);
    piece = new Uint8Array(Math.min(PIECE, size - done));
    filled = 0;
  }
}
