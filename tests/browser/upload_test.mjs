// One file on its way against a line, a server, a worker and a tab as unkind as they come: `node --test`.

import assert from "node:assert/strict";
import { test } from "node:test";
import { Line } from "../../admin/browser/reporter/uploading/line.js";
import { Memory } from "../../admin/browser/reporter/uploading/memory.js";
import { Proofs } from "../../admin/browser/reporter/uploading/proofs.js";
import {
  askNext,
  askTicket,
  dropFile,
  patienceFor,
} from "../../admin/browser/reporter/uploading/server.js";
import { Closed, Upload } from "../../admin/browser/reporter/uploading/upload.js";
import { Waiting, waitFor } from "../../admin/browser/reporter/uploading/waiting.js";

// Counts who listens.
globalThis.window = new (class extends EventTarget {
  listening = 0;

  addEventListener(...given) {
    this.listening += 1;
    super.addEventListener(...given);
  }

  removeEventListener(name, ...given) {
    assert.ok(["online", "offline"].includes(name), name);
    this.listening -= 1;
    super.removeEventListener(name, ...given);
  }
})();
globalThis.document = new EventTarget();

// Time goes by when a test says so.
let now = 0;
const timers = new Map();
globalThis.setTimeout = (act, milliseconds) => {
  const id = timers.size ? Math.max(...timers.keys()) + 1 : 1;
  timers.set(id, { act, at: now + milliseconds });
  return id;
};
globalThis.clearTimeout = (id) => timers.delete(id);

function pass(milliseconds) {
  now += milliseconds;
  for (const [id, { act, at }] of [...timers]) {
    if (at <= now && timers.delete(id)) act();
  }
}

const turn = () => new Promise((resolve) => setImmediate(resolve));

// Waits go by as fast as they come, and nothing that a browser takes its time for is done at once.
async function until(isDone, most = 4000) {
  for (let turns = 0; !isDone(); turns += 1) {
    assert.ok(turns < most, "it does not end");
    await turn();
    pass(1000);
  }
}

// Chances of a seed: `chance(n)` is true once in n times.
function dice(seed) {
  let state = seed + 1;
  const next = () => {
    state = (state * 48271) % 2147483647;
    return state / 2147483647;
  };
  for (let n = 0; n < 8; n += 1) next();
  return { chance: (n) => next() * n < 1, below: (n) => Math.floor(next() * n) };
}

// Plays a worker: a file's letters are its parts. What it seals tells key, place and content; what it
// opened is closed when it is another one.
function worker() {
  let keys = 0;
  const open = new Map();
  const jobs = {
    open: ({ id, source, lock, prefix }) => {
      if (!lock) keys += 1;
      const made = lock || { identity: `key${keys}` };
      open.set(id, { text: source.text, key: made.identity });
      const { text } = source;
      const isSame = !prefix || text.slice(0, prefix.parts) === prefix.digest;
      return { lock: made, size: text.length * 10, parts: text.length, isSame };
    },
    part: ({ id, number }) => {
      if (!open.has(id)) throw new Closed();
      const { text, key } = open.get(id);
      return {
        bytes: new Uint8Array(1),
        digest: `${key} ${number} ${text[number]}`,
        prefix: text.slice(0, number + 1),
      };
    },
    digest: ({ id }) => {
      if (!open.has(id)) throw new Closed();
      return open.get(id).text;
    },
    close: ({ id }) => open.delete(id),
    solve: () => "proof",
  };
  const calls = [];
  const ids = [];
  const run = async (job, content) => {
    calls.push(job);
    if (job !== "solve") ids.push(content.id);
    await turn();
    return jobs[job](content);
  };
  return { run, jobs, calls, ids, forget: () => open.clear() };
}

// Plays what a tab keeps: what stands in it when the saving has ended, and nothing before.
function tab() {
  const rows = new Map();
  return {
    rows,
    save: async ({ ticket, keep, lock, done, prefix, sha256, blob }) => {
      const row = structuredClone({ ticket, keep, lock, done, prefix, sha256, blob });
      await turn();
      await turn();
      if (ticket) rows.set(ticket, row);
    },
    forget: ({ ticket }) => rows.delete(ticket),
  };
}

// Plays a server: `plays(address, content)` may answer in its place with [status, answer], or [0].
function serve(length, plays = () => null) {
  const stored = new Map();
  const asked = [];
  const standing = (ticket, more = {}) => {
    const next = stored.get(ticket).length;
    return [200, { next, whole: next === length, ...more }];
  };
  const answers = {
    "/tip/challenge": () => [200, { salt: "s" }],
    "/tip/files/ticket": () => {
      const ticket = `ticket${stored.size + 1}`;
      stored.set(ticket, []);
      return [200, { ticket, keep: `keep of ${ticket}`, blob: `blob of ${ticket}` }];
    },
    "/tip/files/next": ({ ticket }) =>
      stored.has(ticket) ? standing(ticket, { keep: `keep of ${ticket}` }) : [404, {}],
    "/tip/files/part": ({ ticket, number, digest }) => {
      if (!stored.has(ticket)) return [404, { error: "unknown" }];
      const parts = stored.get(ticket);
      if (number > parts.length) return [409, { error: "part" }];
      if (number === parts.length) parts.push(digest);
      return standing(ticket);
    },
    "/tip/files/drop": () => [200, {}],
  };
  globalThis.fetch = async (address, options) => {
    const { headers, body } = options;
    const content =
      typeof body === "string"
        ? JSON.parse(body)
        : {
            ticket: headers["Dengshao-Ticket"],
            number: Number(headers["Dengshao-Part"]),
            digest: headers["Dengshao-Digest"],
          };
    asked.push({ address, content, options });
    const before = plays(address, content, () => answers[address](content));
    const [status, answer] = before || answers[address](content);
    await turn();
    if (!status) throw new TypeError("no network");
    return { ok: status < 400, status, json: async () => structuredClone(answer) };
  };
  const to = (address) => asked.filter((one) => one.address === address);
  return { stored, asked, to, sent: () => to("/tip/files/part").map(({ content }) => content) };
}

function begin(text, { plays, saved, tools } = {}) {
  timers.clear();
  const server = serve(text.length, plays);
  const hands = worker();
  const memory = tab();
  const shown = [];
  const given = { run: hands.run, proof: new Proofs(hands.run), memory, ...tools };
  const onChange = () => shown.push(upload.state);
  const upload = new Upload(7, { text }, text.length, { ...given, onChange }, saved);
  return { upload, server, hands, memory, shown, given };
}

async function gone(upload) {
  upload.go();
  await until(() => upload.isOver);
}

const LETTERS = "abcdefgh";

// What holds at each part that goes, whatever happens: `spell` are the contents that went under a key.
function watchOver(memory) {
  const spell = new Map();
  return ({ ticket, number, digest }) => {
    const [key, place, letter] = digest.split(" ");
    assert.equal(Number(place), number);
    const name = `${key} ${number}`;
    assert.equal(spell.get(name) ?? letter, letter, "two contents under one key and one number");
    spell.set(name, letter);
    const { prefix } = memory().rows.get(ticket);
    assert.deepEqual(
      [prefix.parts, prefix.sealed],
      [number + 1, digest],
      "not kept before it went",
    );
  };
}

// A life of one upload by the dice of a seed: lines that break before and after a part arrived, a server
// that is busy, forgets, goes back or has what nobody sent, a file that changes, a worker that is
// another one, presses in between, and a page that is loaded anew.
async function live(seed) {
  const { chance, below } = dice(seed);
  const length = 1 + below(6);
  const source = { text: LETTERS.slice(0, length) };
  let memory = null;
  let trouble = 12;
  const check = watchOver(() => memory);
  const isTroubled = (n) => trouble > 0 && chance(n) && trouble--;
  const plays = (address, content, answer) => {
    if (address === "/tip/files/part") check(content);
    if (address === "/tip/files/drop") return null;
    if (isTroubled(6)) return [0];
    if (isTroubled(9)) return answer() && [0];
    if (isTroubled(12)) return [503, { error: "busy" }];
    if (address.startsWith("/tip/files/next") && isTroubled(4)) {
      const parts = server.stored.get(content.ticket);
      const kept = parts && memory.rows.get(content.ticket)?.prefix?.parts;
      if (parts && chance(2)) parts.splice(below(parts.length + 1));
      // Of an earlier page, which could not keep that it sent it.
      else if (parts && parts.length < length && parts.length >= (kept || 0))
        parts.push(`foreign ${parts.length} X`);
    }
    if (address === "/tip/files/part" && isTroubled(8)) {
      const [status, told] = answer();
      return [status, { ...told, next: below(length + 1), whole: false }];
    }
    if (isTroubled(20)) return [404, { error: "unknown" }];
    return null;
  };
  const made = begin(source.text, { plays });
  const { server, hands } = made;
  memory = made.memory;
  let { upload } = made;
  upload.source = source;
  let line = new Line();
  line.add(upload);
  for (let turns = 0; !upload.isOver; turns += 1) {
    assert.ok(turns < 4000, "it does not end");
    await turn();
    pass(1000);
    if (isTroubled(30)) source.text = source.text.replace(/./g, (one) => (chance(3) ? "x" : one));
    if (isTroubled(20)) hands.forget();
    if (isTroubled(25)) {
      upload.hold();
      await turn();
      upload.retry();
      line.add(upload);
    }
    if (isTroubled(30) && memory.rows.size) {
      // The old page is gone with all that it had not kept; what it still does reaches nobody.
      const [row] = [...memory.rows.values()].slice(-1);
      upload.hold();
      for (let n = 0; n < 20; n += 1) await turn();
      upload = new Upload(upload.id + 1, source, length, { ...made.given, onChange() {} }, row);
      line = new Line();
      if (!upload.isOver) line.add(upload);
    }
  }
  return { upload, server, source, length };
}

test("whatever happens on the way, no key seals two contents, and what is whole is the file", async () => {
  const ends = {};
  for (let seed = 0; seed < 400; seed += 1) {
    const { upload, server, source, length } = await live(seed);
    ends[upload.state] = (ends[upload.state] || 0) + 1;
    if (upload.state !== "whole") {
      assert.deepEqual([upload.state, upload.reason], ["failed", "refused"], `seed ${seed}`);
      continue;
    }
    const { identity } = upload.lock;
    const parts = server.stored.get(upload.ticket);
    const whole = [...upload.sha256].map((letter, n) => `${identity} ${n} ${letter}`);
    assert.deepEqual(parts, whole, `seed ${seed}`);
    assert.equal(upload.sha256.length, length);
    assert.equal(upload.blob, `blob of ${upload.ticket}`);
    assert.ok(source.text === upload.sha256 || source.text.includes("x"), `seed ${seed}`);
  }
  assert.ok(ends.whole > 300, JSON.stringify(ends));
});

test("a file goes part by part, once, and each state is shown", async () => {
  const { upload, server, memory, shown, hands } = begin("abc");
  assert.deepEqual([upload.state, upload.share, upload.isOver], ["queued", 0, false]);
  await gone(upload);
  assert.deepEqual(
    server.sent().map(({ number, digest }) => [number, digest]),
    [
      [0, "key1 0 a"],
      [1, "key1 1 b"],
      [2, "key1 2 c"],
    ],
  );
  assert.deepEqual([...new Set(shown)], ["moving", "whole"]);
  assert.deepEqual([upload.sha256, upload.blob, upload.share], ["abc", "blob of ticket1", 1]);
  assert.equal(memory.rows.get("ticket1").sha256, "abc");
  assert.equal(memory.rows.get("ticket1").keep, "keep of ticket1");
  assert.equal(hands.calls.filter((job) => job === "part").length, 3);
  // The worker knows each file by its own number.
  assert.deepEqual([...new Set(hands.ids)], [7]);
  assert.equal(hands.calls.at(-1), "close");
  // Nothing is asked that is known: a new ticket has no part, and the last answer said that it is whole.
  assert.deepEqual(server.to("/tip/files/next"), []);
  assert.deepEqual(
    server.to("/tip/files/ticket").map(({ content }) => content),
    [{ proof: "proof", size: 30 }],
  );
});

test("once it is over nothing of it listens or ticks any more, however its line broke", async () => {
  const before = window.listening;
  let lost = 3;
  const plays = (address) => (address === "/tip/files/part" && lost-- > 0 ? [0] : null);
  const { upload } = begin("abc", { plays });
  await gone(upload);
  assert.deepEqual([upload.state, window.listening, timers.size], ["whole", before, 0]);
});

test("how far it is, is shown part by part", async () => {
  const shares = [];
  const { upload } = begin("abcd");
  upload.onChange = () => shares.push(upload.share);
  await gone(upload);
  assert.deepEqual([...new Set(shares)], [0, 0.25, 0.5, 0.75, 1]);
});

test("a part goes with its ticket, its number and its digest, without a cookie, and from no cache", async () => {
  const { upload, server } = begin("ab");
  await gone(upload);
  const [{ options }] = server.to("/tip/files/part").slice(1);
  const { signal, ...rest } = options;
  assert.ok(signal instanceof AbortSignal);
  assert.deepEqual(rest, {
    method: "POST",
    headers: {
      "Content-Type": "application/octet-stream",
      Accept: "application/json",
      "Dengshao-Ticket": "ticket1",
      "Dengshao-Part": "1",
      "Dengshao-Digest": "key1 1 b",
    },
    body: new Uint8Array(1),
    credentials: "omit",
    cache: "no-store",
  });
});

// What the server has, of four parts of which two were sent: all that were sent, or all but the last.
for (const [next, key] of [
  [0, "key2"],
  [1, "key1"],
  [2, "key1"],
  [3, "key2"],
  [4, "key2"],
]) {
  test(`of a file of which two parts were sent the server says ${next}: ${key}`, async () => {
    const { upload, server, hands, memory } = begin("abcd");
    hands.jobs.open({ id: 0, source: { text: "" } });
    server.stored.set(
      "old",
      [..."abcd"].slice(0, next).map((letter, n) => `key1 ${n} ${letter}`),
    );
    upload.begin({
      ticket: "old",
      lock: { identity: "key1" },
      done: 1,
      prefix: { parts: 2, digest: "ab", sealed: "key1 1 b" },
      blob: "blob of old",
    });
    memory.rows.set("old", {});
    await gone(upload);
    assert.deepEqual([upload.state, upload.lock.identity, upload.sha256], ["whole", key, "abcd"]);
    const isAnew = key === "key2";
    assert.equal(memory.rows.has("old"), !isAnew);
    assert.deepEqual(
      server.to("/tip/files/drop").map(({ content }) => content.ticket),
      isAnew ? ["old"] : [],
    );
    assert.equal(server.sent().length, isAnew ? 4 : 4 - next);
  });
}

// What the server, the line or the worker may say at the second part, and what comes of it.
const REFUSALS = [
  ["full", [507, { error: "full" }], ["failed", "full"]],
  ["too big", [413, { error: "too_big" }], ["failed", "tooBig"]],
  ["a store that is away", [507, { error: "away" }], ["whole", ""], "broken"],
  ["busy", [429, { error: "busy" }], ["whole", ""], "broken"],
  ["a part too soon", [409, { error: "part" }], ["whole", ""], "broken"],
  ["a proof that is too old", [400, { error: "challenge" }], ["whole", ""]],
  ["an error of its own", [500, { error: "unknown" }], ["whole", ""], "broken"],
  ["no JSON", [200, undefined], ["whole", ""], "broken"],
  ["no answer", [0], ["whole", ""], "broken"],
  ["unknown", [404, { error: "unknown" }], ["whole", ""], "anew"],
];
for (const [name, answer, end, way] of REFUSALS) {
  test(`at a part comes ${name}: ${end[0]}`, async () => {
    let isPlayed = false;
    const plays = (address, { number }) => {
      if (isPlayed || address !== "/tip/files/part" || number !== 1) return null;
      isPlayed = true;
      if (answer.length > 1 && answer[1] === undefined)
        return [
          200,
          {
            toJSON: 0,
            get next() {
              throw new SyntaxError("no JSON");
            },
          },
        ];
      return answer;
    };
    const { upload, shown, server } = begin("abc", { plays });
    await gone(upload);
    assert.deepEqual([upload.state, upload.reason], end);
    assert.equal(shown.includes("broken"), way === "broken");
    assert.equal(upload.renewals, way === "anew" ? 1 : 0);
    if (end[0] !== "whole") return;
    assert.equal(upload.lock.identity, way === "anew" ? "key2" : "key1");
    // What stands is asked for before anything goes again; under a new ticket it is known.
    assert.equal(server.to("/tip/files/next").length, way === "anew" ? 0 : 1);
  });
}

test("a store that stays away is asked four times, and the file then fails and may go again", async () => {
  let isAway = true;
  const plays = (address, { number }) =>
    isAway && address === "/tip/files/part" && number === 1 ? [507, { error: "away" }] : null;
  const { upload, server } = begin("abc", { plays });
  await gone(upload);
  assert.deepEqual([upload.state, upload.reason], ["failed", "away"]);
  assert.equal(server.sent().filter(({ number }) => number === 1).length, 4);
  isAway = false;
  upload.retry();
  await gone(upload);
  assert.deepEqual([upload.state, upload.lock.identity], ["whole", "key1"]);
});

for (const [message, reason] of [
  ["Unreadable", "unreadable"],
  ["anything", "worker"],
]) {
  test(`a worker that fails with ${message} ends it: ${reason}`, async () => {
    const { upload, hands } = begin("abc");
    hands.jobs.part = () => {
      throw new Error(message);
    };
    await gone(upload);
    assert.deepEqual([upload.state, upload.reason], ["failed", reason]);
  });
}

test("what was opened by another worker is opened anew, under the same key", async () => {
  const { upload, server, hands } = begin("abc");
  const { part } = hands.jobs;
  let isPlayed = false;
  hands.jobs.part = (wanted) => {
    if (wanted.number === 1 && !isPlayed) {
      isPlayed = true;
      hands.forget();
    }
    return part(wanted);
  };
  await gone(upload);
  assert.deepEqual([upload.state, upload.lock.identity], ["whole", "key1"]);
  assert.equal(upload.renewals, 0);
  assert.equal(server.to("/tip/files/ticket").length, 1);
});

test("it is begun anew three times, and then told", async () => {
  const plays = (address) => (address === "/tip/files/part" ? [404, { error: "unknown" }] : null);
  const { upload, server } = begin("abc", { plays });
  await gone(upload);
  assert.deepEqual([upload.state, upload.reason], ["failed", "refused"]);
  assert.equal(server.to("/tip/files/ticket").length, 4);
  assert.equal(server.to("/tip/files/drop").length, 4);
});

test("after each try that fails it waits longer, and begins with little again", async () => {
  const waits = [];
  let lost = 3;
  const plays = (address) => (address === "/tip/files/part" && lost-- > 0 ? [0] : null);
  const { upload } = begin("ab", { plays });
  upload.waiting.rest = async (milliseconds) => waits.push(milliseconds);
  await gone(upload);
  // Between two parts that are lost the server is asked, and answers: that counts.
  assert.deepEqual(waits, [1000, 1000, 1000]);
});

test("waits double up to a minute, the patience for a part up to sixteen", () => {
  const tries = [0, 1, 2, 3, 4, 5, 6, 7, 20];
  assert.deepEqual(tries.map(waitFor), [1000, 2000, 4000, 8000, 16000, 32000, 60000, 60000, 60000]);
  const minutes = tries.map((n) => patienceFor(n) / 60000);
  assert.deepEqual(minutes, [2, 4, 8, 16, 16, 16, 16, 16, 16]);
});

for (const [name, wake] of [
  ["its time", () => pass(5000)],
  ["the line is back", () => window.dispatchEvent(new Event("online"))],
  ["a press", (waiting) => waiting.end()],
]) {
  test(`a wait ends by ${name}, once`, async () => {
    timers.clear();
    const waiting = new Waiting();
    let isOver = false;
    waiting.rest(5000).then(() => (isOver = true));
    pass(4999);
    await turn();
    assert.equal(isOver, false);
    wake(waiting);
    await turn();
    assert.equal(isOver, true);
    // What ended the one does not end the next.
    let isNextOver = false;
    waiting.rest(5000).then(() => (isNextOver = true));
    pass(4999);
    await turn();
    assert.equal(isNextOver, false);
    waiting.end();
  });
}

test("halted while a part is on its way it hangs up, and goes on with that part", async () => {
  const aborted = [];
  const { upload, server } = begin("abc");
  const fetched = globalThis.fetch;
  globalThis.fetch = (address, options) => {
    if (address !== "/tip/files/part" || aborted.length) return fetched(address, options);
    return new Promise((_resolve, reject) => {
      options.signal.addEventListener("abort", () => {
        aborted.push(options.headers["Dengshao-Part"]);
        reject(new TypeError("aborted"));
      });
      setImmediate(() => upload.hold());
    });
  };
  upload.go();
  await until(() => aborted.length);
  for (let n = 0; n < 10; n += 1) await turn();
  assert.deepEqual([aborted, upload.state, upload.isOver], [["0"], "paused", false]);
  assert.equal(server.sent().length, 0);
  upload.retry();
  assert.deepEqual([upload.state, upload.isHeld], ["queued", false]);
  await gone(upload);
  assert.deepEqual([upload.state, upload.lock.identity], ["whole", "key1"]);
  assert.deepEqual(
    server.sent().map(({ number }) => number),
    [0, 1, 2],
  );
});

for (const name of ["the line is said to be gone", "nothing comes for too long"]) {
  test(`a part is given up where ${name}`, async () => {
    let hung = 0;
    const { upload, shown } = begin("ab");
    const fetched = globalThis.fetch;
    globalThis.fetch = (address, options) => {
      if (address !== "/tip/files/part" || hung) return fetched(address, options);
      hung += 1;
      return new Promise((_resolve, reject) => {
        options.signal.addEventListener("abort", () => reject(new TypeError("aborted")));
        setImmediate(() => {
          if (name === "nothing comes for too long") pass(120000);
          else window.dispatchEvent(new Event("offline"));
        });
      });
    };
    upload.go();
    // As fast as it goes, and no clock beside those above.
    for (let n = 0; n < 60 && !shown.includes("broken"); n += 1) await turn();
    assert.ok(shown.includes("broken"));
    await until(() => upload.isOver);
    assert.equal(upload.state, "whole");
  });
}

test("what was dropped is gone everywhere, and no word of it is kept or shown", async () => {
  const { upload, server, memory, hands } = begin("abcd");
  upload.go();
  await until(() => server.sent().length === 2);
  upload.drop();
  const before = server.sent().length;
  for (let n = 0; n < 60; n += 1) await turn();
  assert.deepEqual([upload.state, upload.isOver], ["dropped", true]);
  assert.equal(memory.rows.size, 0);
  assert.equal(server.sent().length, before);
  assert.deepEqual(
    server.to("/tip/files/drop").map(({ content }) => content.ticket),
    ["ticket1"],
  );
  assert.equal(hands.calls.at(-1), "close");
  upload.set("moving");
  assert.equal(upload.state, "dropped");
  upload.hold();
  assert.equal(upload.state, "dropped");
});

test("what is over is not halted", async () => {
  const { upload } = begin("a");
  await gone(upload);
  upload.hold();
  assert.equal(upload.state, "whole");
});

// What a whole file is when the server misses it: asked once; the second time it hangs on another tip.
for (const [name, plays, isAnew] of [
  ["stands there whole", () => null, false],
  ["stands there in parts", () => [200, { next: 1, whole: false, keep: "k" }], true],
  ["is unknown", () => [404, { error: "unknown" }], true],
]) {
  test(`a file that the server is said to miss ${name}`, async () => {
    const { upload, server } = begin("abc");
    await gone(upload);
    timers.clear();
    const fetched = globalThis.fetch;
    globalThis.fetch = async (address, options) => {
      const [status, answer] = (address === "/tip/files/next" && plays()) || [0];
      if (!status) return fetched(address, options);
      return { ok: status < 400, status, json: async () => answer };
    };
    await upload.recheck();
    assert.equal(upload.state, isAnew ? "queued" : "whole");
    assert.equal(upload.ticket, isAnew ? "" : "ticket1");
    if (!isAnew) {
      const asked = server.asked.length;
      await upload.recheck();
      assert.deepEqual([upload.state, upload.ticket], ["queued", ""]);
      // It was asked once already: the ticket is given up, and nothing more.
      assert.deepEqual(
        server.asked.slice(asked).map(({ address }) => address),
        ["/tip/files/drop"],
      );
    }
  });
}

test("nobody begins a file anew because the line broke or the server failed", async () => {
  for (const answer of [[0], [500, { error: "unknown" }]]) {
    const { upload } = begin("abc");
    await gone(upload);
    globalThis.fetch = async () => {
      if (!answer[0]) throw new TypeError("no network");
      return { ok: false, status: answer[0], json: async () => answer[1] };
    };
    await assert.rejects(upload.recheck());
    assert.deepEqual([upload.state, upload.ticket], ["whole", "ticket1"]);
  }
});

test("only what is whole is looked after", async () => {
  const { upload, server } = begin("abc");
  await upload.recheck();
  assert.deepEqual([server.asked, upload.state], [[], "queued"]);
});

test("a ticket is there before its turn comes, and no part goes before", async () => {
  const { upload, server, memory } = begin("abc");
  upload.reserve();
  await until(() => memory.rows.size);
  assert.deepEqual([upload.state, upload.ticket], ["queued", "ticket1"]);
  assert.deepEqual(server.sent(), []);
});

test("what an earlier page had sent whole needs neither line nor worker", async () => {
  const saved = { ticket: "old", sha256: "abc", lock: { identity: "key" }, blob: "blob" };
  const { upload, server, hands } = begin("abc", { saved });
  upload.reserve();
  await gone(upload);
  assert.deepEqual([upload.state, upload.share, upload.blob], ["whole", 1, "blob"]);
  assert.deepEqual([server.asked, hands.calls], [[], []]);
});

test("uploads go one after the other, each with a ticket at once, and none twice", async () => {
  timers.clear();
  const line = new Line();
  const server = serve(2);
  const hands = worker();
  const memory = tab();
  const given = { run: hands.run, proof: new Proofs(hands.run), memory, onChange() {} };
  const uploads = [1, 2, 3].map((id) => new Upload(id, { text: "ab" }, 2, given));
  uploads.forEach((upload) => line.add(upload));
  uploads.forEach((upload) => line.add(upload));
  uploads[1].hold();
  await until(() => uploads[2].isOver && !line.now);
  assert.deepEqual(
    uploads.map(({ state }) => state),
    ["whole", "paused", "whole"],
  );
  assert.equal(server.stored.size, 3);
  const tickets = server.sent().map(({ ticket }) => ticket);
  assert.deepEqual(
    tickets,
    [uploads[0], uploads[0], uploads[2], uploads[2]].map((one) => one.ticket),
  );
  // Once it was empty it begins again.
  uploads[1].retry();
  line.add(uploads[1]);
  await until(() => uploads[1].isOver);
  assert.equal(uploads[1].state, "whole");
});

test("each address of a file is asked with the words that it takes", async () => {
  const { to } = serve(1);
  await askTicket("proof", 12);
  await askNext("ticket1");
  await dropFile("ticket1");
  const said = ["ticket", "next", "drop"].map((name) => to(`/tip/files/${name}`)[0].content);
  assert.deepEqual(said, [
    { proof: "proof", size: 12 },
    { ticket: "ticket1" },
    { ticket: "ticket1" },
  ]);
});

// Plays a tab's storage, and a worker that locks a box so that only its own key opens it.
function storage() {
  globalThis.document = new EventTarget();
  const rows = new Map();
  globalThis.window.sessionStorage = {
    getItem: (name) => rows.get(name) ?? null,
    setItem: (name, value) => rows.set(name, value),
    removeItem: (name) => rows.delete(name),
  };
  const jobs = {
    lockState: ({ keep, content }) => JSON.stringify({ keep, content }),
    openState: ({ keep, box }) => {
      const kept = JSON.parse(box);
      if (kept.keep !== keep) throw new Error("another key");
      return kept.content;
    },
  };
  const run = async (job, content) => {
    await turn();
    return jobs[job](content);
  };
  return { rows, memory: new Memory("tip", run) };
}

const STATE = {
  ticket: "ticket1",
  keep: "keep of ticket1",
  lock: { identity: "key" },
  done: 1,
  prefix: { parts: 1, digest: "a", sealed: "s" },
  sha256: "",
  blob: "b",
};
const OWN = { item: { name: "a.pdf" }, role: "kept", name: "a.pdf", type: "t", sourceSize: 3 };
const uploadOf = (more) => ({ ...STATE, state: "moving", describe: () => OWN, ...more });

test("what a tab keeps of an upload comes back whole, by its ticket", async () => {
  const { memory } = storage();
  const { stored } = serve(3);
  stored.set("ticket1", []).set("ticket2", []);
  await memory.save(uploadOf());
  await memory.save(uploadOf({ ticket: "ticket2", keep: "keep of ticket2", blob: "other" }));
  await memory.save(uploadOf({ done: 2 }));
  assert.equal(memory.rows.length, 2);
  const { found, lost } = await memory.recall();
  assert.equal(lost, 0);
  const both = Object.fromEntries(found.map((one) => [one.ticket, one]));
  assert.deepEqual(both.ticket1, { ...STATE, ...OWN, done: 2 });
  assert.deepEqual(both.ticket2, {
    ...STATE,
    ...OWN,
    ticket: "ticket2",
    keep: "keep of ticket2",
    blob: "other",
  });
});

for (const [name, change] of [
  ["no ticket", { ticket: "" }],
  ["no key for it", { keep: "" }],
  ["nothing to say of it", { describe: undefined }],
]) {
  test(`of an upload with ${name} nothing is kept`, async () => {
    const { memory, rows } = storage();
    await memory.save(uploadOf(change));
    assert.equal(rows.size, 0);
  });
}

for (const [name, act] of [
  ["was dropped", (upload) => (upload.state = "dropped")],
  ["was begun anew", (upload) => (upload.ticket = "ticket9")],
  ["was wiped", (_upload, memory) => memory.wipe()],
  ["was left", () => document.dispatchEvent(new Event("leave"))],
]) {
  test(`nothing is kept of what ${name} while it was being locked`, async () => {
    const { memory, rows } = storage();
    const upload = uploadOf();
    const saved = memory.save(upload);
    act(upload, memory);
    await saved;
    assert.equal(rows.size, 0);
  });
}

test("after leaving nothing is kept any more", async () => {
  const { memory, rows } = storage();
  await memory.save(uploadOf());
  document.dispatchEvent(new Event("leave"));
  await memory.save(uploadOf());
  assert.equal(rows.size, 0);
});

for (const [name, answer, isKept] of [
  ["is unknown to the server", [404, { error: "unknown" }], false],
  ["the server fails at", [500, { error: "unknown" }], true],
  ["no line leads to", [0], true],
]) {
  test(`a ticket that ${name} is counted as lost, and ${isKept ? "kept" : "forgotten"}`, async () => {
    const { memory } = storage();
    const { stored } = serve(3, (address, { ticket }) =>
      address === "/tip/files/next" && ticket === "ticket1" ? answer : null,
    );
    stored.set("ticket2", []);
    await memory.save(uploadOf());
    await memory.save(uploadOf({ ticket: "ticket2", keep: "keep of ticket2" }));
    const { found, lost } = await memory.recall();
    assert.deepEqual([found.map(({ ticket }) => ticket), lost], [["ticket2"], 1]);
    assert.deepEqual(
      memory.rows.map(({ ticket }) => ticket),
      isKept ? ["ticket1", "ticket2"] : ["ticket2"],
    );
    memory.forget({ ticket: "ticket2" });
    memory.forget({ ticket: "" });
    assert.equal(memory.rows.length, isKept ? 1 : 0);
  });
}

test("a storage that holds something else, or is blocked, keeps nothing and harms nothing", async () => {
  const { memory, rows } = storage();
  rows.set("dengshao.files.tip", '{"ticket": "x"}');
  assert.deepEqual(memory.rows, []);
  Object.defineProperty(window, "sessionStorage", {
    configurable: true,
    get() {
      throw new Error("SecurityError");
    },
  });
  await memory.save(uploadOf());
  assert.deepEqual(memory.rows, []);
  Reflect.deleteProperty(window, "sessionStorage");
});
