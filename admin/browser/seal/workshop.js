// The page's side of the worker. Where a browser runs no worker, the same script works in the page.

import { arrive, loadScript } from "../page/load.js";

// The worker did not start, or failed at a job for a reason that is none of the reporter's.
export class Broken extends Error {
  constructor(message) {
    super(message);
    this.name = "Broken";
  }
}

// These answers cannot be sealed as they are; `name` says why.
export class Unsealable extends Error {
  constructor(name) {
    super(name);
    this.name = name;
  }
}

const TOLD = ["NoUnit", "FalseKey", "FalseRoutes", "Strayed", "NoContact", "ContactExcluded"];

// The script is here and in the cache by then: a worker that says nothing for so long never will. The
// page takes over while a press still waits (see patience.js).
const START = 8000;

export class Workshop {
  // `name` is where the script leaves its jobs in a page. `mayMove`: a job that fails in the worker is
  // done in the page, as none of them builds on one before.
  constructor(address, name, { mayMove = false } = {}) {
    this.address = address;
    this.name = name;
    this.mayMove = mayMove;
    this.jobs = null;
    this.close();
  }

  // Rejects with Offline where the script does not come, and with Unable where it does not run.
  open() {
    if (!this.opening) {
      this.opening = this.start();
      this.opening.catch(() => this.fail());
    }
    return this.opening;
  }

  async start() {
    if (this.jobs) return;
    if (!(await this.startWorker(await arrive(this.address)))) await this.move();
  }

  // Resolves with whether a worker runs.
  startWorker(address) {
    return new Promise((resolve) => {
      const end = (runs) => {
        clearTimeout(timer);
        resolve(runs);
      };
      const timer = setTimeout(() => {
        this.worker.terminate();
        this.worker = null;
        end(false);
      }, START);
      try {
        this.worker = new Worker(address);
      } catch (error) {
        end(false);
        return;
      }
      this.worker.onmessage = ({ data }) => (data.isReady ? end(true) : this.settle(data));
      this.worker.onerror = () => {
        this.fail();
        end(false);
      };
    });
  }

  async move() {
    await loadScript(this.address, () => Boolean(window[this.name]));
    this.jobs = window[this.name];
  }

  async run(job, content) {
    await this.open();
    if (this.jobs) return this.runHere(job, content);
    try {
      return await this.ask(job, content);
    } catch (error) {
      if (!this.mayMove || !(error instanceof Broken)) throw error;
      await this.move();
      return this.runHere(job, content);
    }
  }

  async runHere(job, content) {
    try {
      return await this.jobs[job](content);
    } catch (error) {
      throw failure(error.name);
    }
  }

  ask(job, content) {
    return new Promise((resolve, reject) => {
      this.last += 1;
      this.waiting.set(this.last, { resolve, reject });
      this.worker.postMessage({ id: this.last, job, content });
    });
  }

  settle({ id, result, error }) {
    const { resolve, reject } = this.waiting.get(id);
    this.waiting.delete(id);
    if (!error) resolve(result);
    else reject(failure(error));
  }

  // Nothing that was asked will be answered; the next `open` begins anew.
  fail() {
    this.waiting.forEach(({ reject }) => reject(new Broken("the worker is gone")));
    this.close();
  }

  close() {
    if (this.worker) this.worker.terminate();
    this.worker = null;
    this.opening = null;
    this.waiting = new Map();
    this.last = 0;
  }
}

const failure = (name) => (TOLD.includes(name) ? new Unsealable(name) : new Broken(name));
