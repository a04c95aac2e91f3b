// The page's side of the worker.

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

export class Workshop {
  constructor(address) {
    this.address = address;
    this.close();
  }

  // Loads the worker's script; rejects where it is blocked, broken, or too new.
  open() {
    if (!this.opening) {
      this.opening = this.start();
      this.opening.catch(() => this.fail());
    }
    return this.opening;
  }

  async start() {
    this.worker = new Worker(this.address);
    await new Promise((resolve, reject) => {
      this.worker.onmessage = ({ data }) => (data.isReady ? resolve() : this.settle(data));
      this.worker.onerror = () => {
        this.fail();
        reject(new Broken("the worker did not start"));
      };
    });
  }

  async run(job, content) {
    await this.open();
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
    else reject(TOLD.includes(error) ? new Unsealable(error) : new Broken(error));
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
