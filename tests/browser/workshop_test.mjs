// How the page finds out that no worker works, against workers made of functions: `node --test`.

import assert from "node:assert/strict";
import { mock, test } from "node:test";
import { JOBS } from "../../admin/browser/reporter/cleaning/jobs.js";
import { Workshop } from "../../admin/browser/reporter/sealing/workshop.js";
import { onAlive } from "../../admin/browser/shared/alive.js";
import { solve } from "../../admin/browser/shared/sealing/proof.js";

// A press waits no longer; see admin/browser/shared/form/patience.js.
const PATIENCE = 20000;

const settle = async () => {
  for (let turn = 0; turn < 20; turn += 1) await Promise.resolve();
};

const MAY_MOVE = { mayMove: true };

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
      load(_address, isThere, done) {
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
  const workshop = new Workshop("/app/seal-worker.js", "Jobs", MAY_MOVE);
  const ran = workshop.run("seal");
  let told = "";
  ran.then(
    (result) => (told = result),
    (error) => (told = error.name),
  );
  await settle();
  mock.timers.tick(PATIENCE / 2);
  await settle();
  mock.timers.reset();
  assert.equal(told, "sealed in the page");
  assert.deepEqual(
    workers.map(({ isOver }) => isOver),
    [true],
  );
});

test("to start it has eight seconds, and not one moment more", async () => {
  mock.timers.enable({ apis: ["setTimeout"] });
  const workers = page(() => {});
  const workshop = new Workshop("/app/seal-worker.js", "Jobs", MAY_MOVE);
  const opened = workshop.open();
  await settle();
  mock.timers.tick(7999);
  await settle();
  assert.deepEqual([workers[0].isOver, workshop.isSilent], [false, false]);
  mock.timers.tick(1);
  await opened;
  mock.timers.reset();
  assert.deepEqual([workers[0].isOver, workshop.isSilent], [true, true]);
});

test("a worker that takes its time to start is waited for", async () => {
  mock.timers.enable({ apis: ["setTimeout"] });
  const workers = page((worker) =>
    setTimeout(() => worker.onmessage({ data: { isReady: true } }), 5000),
  );
  const workshop = new Workshop("/app/seal-worker.js", "Jobs", MAY_MOVE);
  const opened = workshop.open();
  await settle();
  mock.timers.tick(5000);
  await opened;
  mock.timers.reset();
  assert.equal(workshop.jobs, null);
  assert.equal(workers[0].isOver, false);
});

// Lets seconds go by one after the other, with what comes of each.
async function pass(seconds, each = () => {}) {
  for (let second = 0; second < seconds; second += 1) {
    mock.timers.tick(1000);
    each(second);
    await settle();
  }
}

// A worker that starts as ever; `workers[0].asked` are the jobs that it never answers.
const mute = (worker) => {
  worker.asked = [];
  worker.postMessage = ({ job }) => worker.asked.push(job);
  queueMicrotask(() => worker.onmessage({ data: { isReady: true } }));
};

// What becomes of a promise, to be looked at between two ticks.
function followed(promise) {
  const seen = { told: "" };
  promise.then(
    (result) => (seen.told = result),
    (error) => (seen.told = error.constructor.name),
  );
  return seen;
}

test("a worker that started and then says nothing is given up, and no other one is begun", async () => {
  mock.timers.enable({ apis: ["setTimeout", "setInterval"] });
  const workers = page(mute);
  const workshop = new Workshop("/app/seal-worker.js", "Jobs", MAY_MOVE);
  const [first, second] = [workshop.run("seal"), workshop.run("seal")].map(followed);
  await settle();
  assert.deepEqual(workers[0].asked, ["seal", "seal"]);
  await pass(31);
  const third = followed(workshop.run("seal"));
  await settle();
  mock.timers.reset();
  assert.deepEqual([first.told, second.told, third.told], Array(3).fill("sealed in the page"));
  assert.deepEqual(
    workers.map(({ isOver }) => isOver),
    [true],
  );
});

test("what a silent worker had at hand is refused, and begins anew in the page", async () => {
  mock.timers.enable({ apis: ["setTimeout", "setInterval"] });
  page(mute);
  const workshop = new Workshop("/app/files-worker.js", "Jobs");
  const part = followed(workshop.run("part"));
  await settle();
  await pass(30);
  assert.equal(part.told, "");
  await pass(1);
  assert.equal(part.told, "Broken");
  const seal = followed(workshop.run("seal"));
  await settle();
  mock.timers.reset();
  assert.equal(seal.told, "sealed in the page");
});

test("a worker that says now and then that it goes on is waited for as long as it takes", async () => {
  mock.timers.enable({ apis: ["setTimeout", "setInterval"] });
  const workers = page(mute);
  const workshop = new Workshop("/app/seal-worker.js", "Jobs", MAY_MOVE);
  const seal = followed(workshop.run("seal"));
  await settle();
  const { onmessage } = workers[0];
  await pass(600, (second) => second % 29 === 0 && onmessage({ data: { isAlive: true } }));
  assert.equal(seal.told, "");
  onmessage({ data: { id: 1, result: "sealed at last" } });
  await settle();
  // Nothing is waited for: no silence counts.
  await pass(60);
  mock.timers.reset();
  assert.deepEqual([seal.told, workers[0].isOver], ["sealed at last", false]);
});

test("jobs that take long say so at each step", async () => {
  let said = 0;
  onAlive(() => (said += 1));
  const challenge = {
    algorithm: "SHA-256",
    challenge: "00".repeat(32),
    maxnumber: 50000,
    salt: "s",
  };
  assert.throws(() => solve(challenge), { name: "BadChallenge" });
  assert.ok(said >= 5);
  said = 0;
  await JOBS.digests({ sources: [new Blob([new Uint8Array(8 * 1048576)])] });
  assert.ok(said >= 4);
  onAlive(() => {});
});
