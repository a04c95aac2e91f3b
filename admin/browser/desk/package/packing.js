// The package's worker, asked one question after the other.

import { packageWorker } from "../../signin/workers.js";

export class Packing {
  /** @param {PackageLock} lock */
  constructor(lock) {
    this.worker = packageWorker();
    this.ready = this.ask({ lock });
  }

  /** @type {(question: PackageQuestion, moved?: Transferable[]) => Promise<any>} */
  ask(question, moved = []) {
    const { worker } = this;
    return new Promise((resolve, reject) => {
      worker.onmessage = ({ data }) =>
        "error" in data ? reject(new Error(data.error)) : resolve(data.result);
      worker.onerror = () => reject(new Error("the worker did not start"));
      worker.postMessage(question, moved);
    });
  }

  /** @type {(name: string) => Promise<unknown>} */
  async begin(name) {
    await this.ready;
    return this.ask({ begin: name });
  }

  // The piece is gone from this page then.
  /** @type {(piece: ArrayBuffer) => Promise<unknown>} */
  push(piece) {
    return this.ask({ piece }, [piece]);
  }

  /** @type {() => Promise<PackedEntry>} */
  end() {
    return this.ask({ end: true });
  }

  /** @type {(name: string, bytes: Bytes) => Promise<PackedEntry>} */
  async add(name, bytes) {
    await this.begin(name);
    // Sliced: the bytes may be a view of more than themselves.
    await this.push(bytes.slice().buffer);
    return this.end();
  }

  /** @type {() => Promise<SealedPackage>} */
  finish() {
    return this.ask({ finish: true });
  }

  stop() {
    this.worker.terminate();
  }
}
