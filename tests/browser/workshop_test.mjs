// How the page finds out that no worker works, against workers made of functions: `node --test`.

import assert from "node:assert/strict";
import { mock, test } from "node:test";
import { Workshop } from "../../admin/browser/seal/workshop.js";

// A press waits no longer; see admin/browser/page/patience.js.
const PATIENCE = 20000;

const settle = async () => {
  for (let turn = 0; turn < 20; turn += 1) await Promise.resolve();
};

// Plays a page whose script comes whole, and workers that do as they are told.
function page(act) {
  const workers = [];
  globalThis.Worker = class {
    constructor() {
      this.isOver = false;
      workers.push(this);
      act(this);
    }

    terminate() {
      this.isOver = true;
    }
  };
  globalThis.window = {
    DengshaoLoad: {
      arrive: (address, done) => done("", address),
      load(address, isThere, done) {
        window.Jobs = { seal: () => "sealed in the page" };
        done(isThere() ? "" : "unable");
      },
    },
  };
  return workers;
}

test("a worker that says nothing is given up while a press still waits", async () => {
  mock.timers.enable({ apis: ["setTimeout"] });
  const workers = page(() => {});
  const workshop = new Workshop("/app/seal-worker.js", "Jobs");
  const ran = workshop.run("seal");
  let told = "";
  ran.then((result) => (told = result), (error) => (told = error.name));
  await settle();
  mock.timers.tick(PATIENCE / 2);
  await settle();
  mock.timers.reset();
  assert.equal(told, "sealed in the page");
  assert.deepEqual(workers.map(({ isOver }) => isOver), [true]);
});

test("a worker that takes its time to start is waited for", async () => {
  mock.timers.enable({ apis: ["setTimeout"] });
  const workers = page((worker) => setTimeout(() => worker.onmessage({ data: { isReady: true } }), 5000));
  const workshop = new Workshop("/app/seal-worker.js", "Jobs");
  const opened = workshop.open();
  await settle();
  mock.timers.tick(5000);
  await opened;
  mock.timers.reset();
  assert.equal(workshop.jobs, null);
  assert.equal(workers[0].isOver, false);
});
