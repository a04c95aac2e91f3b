// The page's side of the worker. Where a browser runs no worker, the same script works in the page.

import { arrive, Loading, loadScript } from "../../shared/page/load.js";

// The worker did not start, or failed at a job for a reason that is none of the reporter's.
export class Broken extends Error {}

// These answers cannot be sealed as they are; `name` says why.
export class Unsealable extends Error {
  /** @param {string} name */
  constructor(name) {
    super(name);
    this.name = name;
  }
}

const TOLD = ["NoUnit", "FalseKey", "FalseRoutes", "Strayed", "NoContact", "ContactExcluded"];

// The script is here and in the cache by then: a worker that says nothing for so long never will. The
// page takes over while a press still waits (see patience.js).
const START = 8000;
// The same for one that has started. Its long jobs say that they go on (see shared/alive.js); what says
// nothing meanwhile is a step of them. Counted second by second: a page that sleeps counts none.
const QUIET = 30;
const SECOND = 1000;

/** @template {JobTable} Jobs */
export class Workshop {
  // `name` is where the script leaves its jobs in a page. `mayMove`: a job that fails in the worker is
  // done in the page, as none of them builds on one before.
  /**
   * @param {string} address
   * @param {string} name
   * @param {{ mayMove?: boolean }} [options]
   */
  constructor(address, name, { mayMove = false } = {}) {
    this.address = address;
    this.name = name;
    this.mayMove = mayMove;
    /** @type {Jobs | null} */
    this.jobs = null;
    this.isSilent = false;
    this.moving = new Loading(() => this.move());
    this.close();
  }

  // Rejects with Offline where the script does not come, and with Unable where it does not run.
  /** @type {() => Promise<void>} */
  open() {
    if (!this.opening) {
      this.opening = this.start();
      this.opening.catch(() => this.fail());
    }
    return this.opening;
  }

  async start() {
    if (this.jobs) return;
    if (this.isSilent || !(await this.startWorker(await arrive(this.address))))
      await this.moving.get();
  }

  // Resolves with whether a worker runs.
  /** @type {(address: string) => Promise<boolean>} */
  startWorker(address) {
    return new Promise((resolve) => {
      /** @type {(runs: boolean) => void} */
      const end = (runs) => {
        clearTimeout(timer);
        resolve(runs);
      };
      const timer = setTimeout(() => {
        this.giveUp();
        end(false);
      }, START);
      try {
        this.worker = new Worker(address);
      } catch {
        end(false);
        return;
      }
      this.worker.onmessage = ({ data }) => (data.isReady ? end(true) : this.hear(data));
      this.worker.onerror = () => {
        this.fail();
        end(false);
      };
    });
  }

  async move() {
    await loadScript(this.address, () => Boolean(/** @type {any} */ (window)[this.name]));
    this.jobs = /** @type {any} */ (window)[this.name];
  }

  /** @type {(job: keyof Jobs, content?: any) => Promise<any>} */
  async run(job, content) {
    await this.open();
    if (this.jobs) return this.runHere(job, content);
    try {
      return await this.ask(job, content);
    } catch (error) {
      if (!this.mayMove || !(error instanceof Broken)) throw error;
      await this.moving.get();
      return this.runHere(job, content);
    }
  }

  /** @type {(job: keyof Jobs, content: any) => Promise<any>} */
  async runHere(job, content) {
    try {
      return await /** @type {Jobs} */ (this.jobs)[job](/** @type {never} */ (content));
    } catch (error) {
      throw failure(/** @type {Error} */ (error).name);
    }
  }

  /** @type {(job: keyof Jobs, content: any) => Promise<any>} */
  ask(job, content) {
    return new Promise((resolve, reject) => {
      this.last += 1;
      this.waiting.set(this.last, { resolve, reject });
      /** @type {Worker} */ (this.worker).postMessage({ id: this.last, job, content });
      this.listening = this.listening || setInterval(() => this.listen(), SECOND);
    });
  }

  listen() {
    this.silence += 1;
    if (this.silence > QUIET) this.giveUp();
  }

  // Whatever it says, it lives.
  /** @type {(answer: WorkerAnswer) => void} */
  hear({ id, result, error }) {
    this.silence = 0;
    const asked = this.waiting.get(id);
    // No answer: it goes on.
    if (!asked) return;
    this.waiting.delete(id);
    if (!this.waiting.size) this.rest();
    if (!error) asked.resolve(result);
    else asked.reject(failure(error));
  }

  rest() {
    clearInterval(/** @type {number} */ (this.listening));
    /** @type {number | null | undefined} */
    this.listening = null;
  }

  // Another worker would say no more.
  giveUp() {
    this.isSilent = true;
    this.fail();
  }

  // Nothing that was asked will be answered; the next `open` begins anew.
  fail() {
    this.waiting.forEach(({ reject }) => reject(new Broken("gone")));
    this.close();
  }

  close() {
    this.rest();
    /** @type {number} */
    this.silence = 0;
    if (this.worker) this.worker.terminate();
    /** @type {Worker | null} */
    this.worker = null;
    /** @type {Promise<void> | null | undefined} */
    this.opening = null;
    /** @type {Map<number, { resolve: (result: any) => void, reject: (error: Error) => void }>} */
    this.waiting = new Map();
    /** @type {number} */
    this.last = 0;
  }
}

/** @type {(name: string) => Error} */
const failure = (name) => (TOLD.includes(name) ? new Unsealable(name) : new Broken(name));
