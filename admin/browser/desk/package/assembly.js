// Puts a package together: a ZIP that is never whole in memory, sealed as it grows by age. Runs in the
// worker; of the clear bytes it holds one piece, the sealed ones go into Blobs.

import { sha256 } from "@noble/hashes/sha2.js";
import { Encrypter } from "age-encryption";
import { Zip, ZipPassThrough } from "fflate";
import { toHex } from "../../shared/bytes.js";

// As WORK_FACTOR of shared/sealing/age.js.
const WORK_FACTOR = 17;
const BLOB = 8 * 1024 * 1024;
// The day that ZIP counts from: a true hour would tell when somebody worked.
const NO_TIME = "1980-01-01T00:00:00";

export class Assembly {
  // Of `recipient` and `passphrase` one is empty.
  /** @param {PackageLock} lock */
  constructor({ recipient, passphrase }) {
    const encrypter = new Encrypter();
    if (recipient) encrypter.addRecipient(hybrid(recipient));
    else {
      encrypter.setPassphrase(passphrase);
      encrypter.setScryptWorkFactor(WORK_FACTOR);
    }
    /** @type {TransformStream<Uint8Array, Uint8Array>} */
    const line = new TransformStream();
    this.writer = line.writable.getWriter();
    this.sealed = encrypter.encrypt(line.readable).then(collected);
    // Met where the end is waited for, or at the next piece.
    this.sealed.catch(() => null);
    /** @type {{ file: ZipPassThrough, hash: ReturnType<typeof sha256.create> } | null} */
    this.entry = null;
    /** @type {Uint8Array[]} */
    this.waiting = [];
    /** @type {Error | null} */
    this.fault = null;
    this.zip = new Zip((fault, bytes) => {
      if (fault) this.fault = fault;
      else this.waiting.push(bytes);
    });
  }

  /** @type {(name: string) => void} */
  begin(name) {
    const file = new ZipPassThrough(name);
    file.mtime = NO_TIME;
    this.zip.add(file);
    this.entry = { file, hash: sha256.create() };
  }

  /** @type {(bytes: Uint8Array) => Promise<void>} */
  async push(bytes) {
    const { file, hash } = this.open();
    hash.update(bytes);
    file.push(bytes);
    await this.flush();
  }

  /** @type {() => Promise<PackedEntry>} */
  async end() {
    const { file, hash } = this.open();
    this.entry = null;
    file.push(new Uint8Array(0), true);
    await this.flush();
    return { name: file.filename, size: file.size, sha256: toHex(hash.digest()) };
  }

  open() {
    if (!this.entry) throw new Error("no file was begun");
    return this.entry;
  }

  /** @type {() => Promise<SealedPackage>} */
  async finish() {
    this.zip.end();
    await this.flush();
    await this.writer.close();
    return this.sealed;
  }

  // One waits for the other: who seals slower than somebody reads must not pile up clear bytes.
  async flush() {
    if (this.fault) throw this.fault;
    for (const bytes of this.waiting.splice(0)) await this.writer.write(bytes);
  }
}

// A classic key would let a quantum computer open what lies in a mailbox for years.
/** @type {(recipient: string) => string} */
function hybrid(recipient) {
  if (!recipient.startsWith("age1pq1")) throw new Error("not a hybrid recipient");
  return recipient;
}

/** @type {(stream: ReadableStream<Uint8Array>) => Promise<SealedPackage>} */
async function collected(stream) {
  const reader = stream.getReader();
  const hash = sha256.create();
  /** @type {Blob[]} */
  const blobs = [];
  /** @type {BlobPart[]} */
  let pieces = [];
  let size = 0;
  let held = 0;
  for (let next = await reader.read(); !next.done; next = await reader.read()) {
    hash.update(next.value);
    pieces.push(/** @type {Bytes} */ (next.value));
    size += next.value.length;
    held += next.value.length;
    if (held < BLOB) continue;
    blobs.push(new Blob(pieces));
    pieces = [];
    held = 0;
  }
  const blob = new Blob(blobs.concat(new Blob(pieces)), { type: "application/octet-stream" });
  return { blob, size, sha256: toHex(hash.digest()) };
}
