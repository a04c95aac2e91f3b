// What one page sends, against a server and a worker made of functions: `node --test`.

import assert from "node:assert/strict";
import { test } from "node:test";
import { Fresh } from "../../admin/browser/reporter/sealing/fresh.js";
import { Later, Session } from "../../admin/browser/reporter/sealing/session.js";
import { Unsealable } from "../../admin/browser/reporter/sealing/workshop.js";

const FORM = { fields: { category: "A4", what: "words" }, contact: "", website: "" };
const MORE = { fields: { category: "A4", what: "more words" }, contact: "", website: "" };
const STORED = [200, { stored: true, lane: "" }];
const LOST = [0];
const KNOWN = [200, { known: true, token: "t", messages: [], unit: { id: "police" } }];
const UNKNOWN = [200, { known: false }];

// Plays the worker: receipts and references are counted, so that a new one can be told from an old.
function worker(changes) {
  const counts = { newReceipt: 0, sealTip: 0, sealSupplement: 0, solve: 0 };
  const jobs = {
    newReceipt: () => ({
      digits: `digits ${counts.newReceipt}`,
      receipt: `receipt ${counts.newReceipt}`,
    }),
    sealTip: ({ digits, fields }) => ({
      lookup: `lookup of ${digits}`,
      reference: `reference ${counts.sealTip}`,
      label: "label",
      sealed: fields.what,
    }),
    sealSupplement: ({ fields }) => ({ letter: { kind: "supplement", sealed: fields.what } }),
    solve: () => `proof ${counts.solve}`,
    ...changes,
  };
  const run = async (job, content) => {
    counts[job] += 1;
    return jobs[job](content);
  };
  return { run, counts };
}

// Plays the server: each address answers as it is told to, one answer after the other. The last one
// of a list stays. [0] is a lost line.
function serve(plays) {
  const asked = [];
  const answers = {
    "/tip/routes.json": [[200, { units: {} }]],
    "/keys.json": [[200, { keys: [] }]],
    "/tip/challenge": [[200, { salt: "s" }]],
    "/tip/sealed": [STORED],
    "/mailbox/thread": [UNKNOWN],
    "/mailbox/sealed": [[200, { stored: true }]],
    ...plays,
  };
  globalThis.fetch = async (address, options) => {
    asked.push({ address, content: options.body && JSON.parse(options.body), options });
    const list = answers[address];
    const [status, content] = list.length > 1 ? list.shift() : list[0];
    if (!status) throw new TypeError("no network");
    return {
      ok: status < 400,
      status,
      json: async () => {
        if (content === undefined) throw new SyntaxError("no JSON");
        return content;
      },
    };
  };
  const sent = (address) =>
    asked.filter((one) => one.address === address).map((one) => one.content);
  return { asked, sent };
}

function begin(plays, changes, isPractice = false) {
  const server = serve(plays);
  const { run, counts } = worker(changes);
  return { ...server, counts, session: new Session(run, { isPractice }) };
}

const fails = (promise, expected) => assert.rejects(promise, expected);

test("a tip is sent once, with a proof, and its receipt is given", async () => {
  const { session, sent } = begin({});
  const result = await session.send(FORM);
  assert.deepEqual(result, { receipts: ["receipt 1"], isSupplement: false, lane: "" });
  const [tip] = sent("/tip/sealed");
  assert.equal(tip.proof, "proof 1");
  assert.equal(tip.website, "");
  assert.equal(tip.sealed, "words");
  assert.deepEqual(sent("/mailbox/thread"), []);
});

test("requests carry no cookie and are never cached", async () => {
  const { session, asked } = begin({});
  await session.send(FORM);
  for (const { options } of asked) {
    assert.deepEqual([options.credentials, options.cache], ["omit", "no-store"]);
  }
});

test("what was prepared is used, and not made twice", async () => {
  const { session, asked, counts } = begin({});
  await session.prepare();
  await session.send(FORM);
  assert.deepEqual(counts, { newReceipt: 1, sealTip: 1, sealSupplement: 0, solve: 1 });
  assert.equal(asked.length, 4);
});

test("preparing that fails is no failure: sending tries again", async () => {
  const { session, sent } = begin({
    "/tip/challenge": [LOST, [200, {}]],
    "/keys.json": [LOST, [200, { keys: [] }]],
  });
  await session.prepare();
  await session.send(FORM);
  assert.equal(sent("/tip/sealed").length, 1);
});

for (const [name, lost] of [
  ["a lost line", LOST],
  ["an answer cut short", [200]],
  ["a proxy's page", [502]],
  ["a busy server", [503, { error: "busy" }]],
]) {
  test(`after ${name} the very same bytes go under the same receipt`, async () => {
    const { session, sent, counts } = begin({ "/tip/sealed": [lost, STORED] });
    await fails(session.send(FORM), /./);
    assert.ok(session.mayBeStored);
    const { receipts } = await session.send(FORM);
    assert.deepEqual(receipts, ["receipt 1"]);
    const [first, second] = sent("/tip/sealed");
    assert.deepEqual(first, second);
    assert.equal(counts.sealTip, 1);
  });
}

test("changed words after a lost answer, not known there: sealed anew under the same receipt", async () => {
  const { session, sent } = begin({ "/tip/sealed": [LOST, STORED] });
  await fails(session.send(FORM), { name: "Offline" });
  const { receipts, isSupplement } = await session.send(MORE);
  assert.deepEqual([receipts, isSupplement], [["receipt 1"], false]);
  const [first, second] = sent("/tip/sealed");
  assert.equal(first.lookup, second.lookup);
  assert.equal(second.sealed, "more words");
  assert.deepEqual(sent("/mailbox/thread"), [{ lookup: first.lookup }]);
});

test("changed words after a lost answer, known there: a supplement", async () => {
  const { session, sent } = begin({ "/tip/sealed": [LOST], "/mailbox/thread": [KNOWN] });
  await fails(session.send(FORM), { name: "Offline" });
  const result = await session.send(MORE);
  assert.deepEqual(result, { receipts: ["receipt 1"], isSupplement: true, lane: "" });
  assert.equal(sent("/tip/sealed").length, 1);
  const [letter] = sent("/mailbox/sealed");
  assert.equal(letter.lookup, sent("/tip/sealed")[0].lookup);
  assert.deepEqual([letter.kind, letter.token, letter.sealed], ["supplement", "t", "more words"]);
});

test("other words lie there already: the new ones are a supplement", async () => {
  const { session, sent } = begin({
    "/tip/sealed": [LOST, [409, { error: "other_words" }]],
    "/mailbox/thread": [UNKNOWN, KNOWN],
  });
  await fails(session.send(FORM), { name: "Offline" });
  const { isSupplement } = await session.send(MORE);
  assert.ok(isSupplement);
  assert.equal(sent("/mailbox/sealed")[0].sealed, "more words");
});

// Gives the blobs that a supplement names, and the tickets beside it, after the lost tip of `first`.
async function supplementOf(plays, first, second) {
  const { session, sent } = begin(
    { "/mailbox/thread": [UNKNOWN, KNOWN], ...plays },
    {
      sealSupplement: ({ files }) => ({
        letter: { kind: "supplement", sealed: files.map(({ blob }) => blob) },
      }),
    },
  );
  await fails(session.send({ ...FORM, files: first }), { name: "Offline" });
  await session.send({ ...MORE, files: second });
  const [{ sealed, files }] = sent("/mailbox/sealed");
  return { sealed, files };
}

const ONE = { entries: [{ blob: "a" }], tickets: ["ticket a"] };
const TWO = { entries: [{ blob: "a" }, { blob: "b" }], tickets: ["ticket a", "ticket b"] };

test("a supplement to the tip that is known names the files that are new", async () => {
  const plays = { "/tip/sealed": [LOST], "/mailbox/thread": [KNOWN] };
  assert.deepEqual(await supplementOf(plays, ONE, TWO), { sealed: ["b"], files: TWO.tickets });
});

test("a supplement to other words, which came late, names every file that hangs on it", async () => {
  const plays = { "/tip/sealed": [LOST, [409, { error: "other_words" }]] };
  assert.deepEqual(await supplementOf(plays, ONE, TWO), { sealed: ["a", "b"], files: TWO.tickets });
});

test("words changed back after a supplement that failed are the tip that is known", async () => {
  const { session, sent } = begin({
    "/tip/sealed": [LOST, STORED],
    "/mailbox/thread": [KNOWN],
    "/mailbox/sealed": [LOST],
  });
  await fails(session.send(FORM), { name: "Offline" });
  await fails(session.send(MORE), { name: "Offline" });
  const { isSupplement } = await session.send(FORM);
  assert.equal(isSupplement, false);
  const [first, second] = sent("/tip/sealed");
  assert.deepEqual(first, second);
});

test("a supplement whose answer is lost is sent again as it was", async () => {
  const { session, sent } = begin({
    "/tip/sealed": [LOST],
    "/mailbox/thread": [KNOWN],
    "/mailbox/sealed": [LOST, [200, { stored: true }]],
  });
  await fails(session.send(FORM), { name: "Offline" });
  await fails(session.send(MORE), { name: "Offline" });
  await session.send(MORE);
  const [first, second] = sent("/mailbox/sealed");
  assert.deepEqual(first, second);
});

for (const reason of ["number_taken", "token", "purged"]) {
  test(`a supplement refused for ${reason} is made anew by itself`, async () => {
    const { session, counts } = begin({
      "/tip/sealed": [LOST],
      "/mailbox/thread": [KNOWN],
      "/mailbox/sealed": [
        [409, { error: reason }],
        [200, { stored: true }],
      ],
    });
    await fails(session.send(FORM), { name: "Offline" });
    await session.send(MORE);
    assert.equal(counts.sealSupplement, 2);
  });
}

test("words that the unit may not have become a tip of their own, with a receipt of its own", async () => {
  const { session, sent } = begin(
    { "/tip/sealed": [LOST, STORED], "/mailbox/thread": [KNOWN] },
    { sealSupplement: () => ({ apart: true }) },
  );
  await fails(session.send(FORM), { name: "Offline" });
  const { receipts, isSupplement } = await session.send(MORE);
  assert.deepEqual([receipts, isSupplement], [["receipt 2", "receipt 1"], false]);
  assert.notEqual(sent("/tip/sealed")[0].lookup, sent("/tip/sealed")[1].lookup);
  assert.deepEqual(sent("/mailbox/sealed"), []);
});

test("a tip of its own whose answer is lost keeps both receipts", async () => {
  const { session } = begin(
    { "/tip/sealed": [LOST, LOST, STORED], "/mailbox/thread": [KNOWN] },
    { sealSupplement: () => ({ apart: true }) },
  );
  await fails(session.send(FORM), { name: "Offline" });
  await fails(session.send(MORE), { name: "Offline" });
  const { receipts } = await session.send(MORE);
  assert.deepEqual(receipts, ["receipt 2", "receipt 1"]);
});

test("a unit that can read no more words is told", async () => {
  const { session } = begin(
    { "/tip/sealed": [LOST], "/mailbox/thread": [KNOWN] },
    { sealSupplement: () => ({ closed: true }) },
  );
  await fails(session.send(FORM), { name: "Offline" });
  await fails(session.send(MORE), Later);
});

test("a contact cannot be changed once it may be stored, and cannot be lost in silence", async () => {
  const { session } = begin({ "/tip/sealed": [LOST], "/mailbox/thread": [KNOWN] });
  await fails(session.send(FORM), { name: "Offline" });
  await fails(session.send({ ...MORE, contact: "010" }), { name: "ContactChanged" });
  const { isSupplement } = await session.send(MORE);
  assert.ok(isSupplement);
});

test("a contact that was sent before may stand there still", async () => {
  const { session } = begin({ "/tip/sealed": [LOST], "/mailbox/thread": [KNOWN] });
  await fails(session.send({ ...FORM, contact: "010" }), { name: "Offline" });
  const { isSupplement } = await session.send({ ...MORE, contact: "010" });
  assert.ok(isSupplement);
});

const MENDED = {
  challenge: { counts: { solve: 2, sealTip: 1 }, published: 1 },
  reference_taken: { counts: { solve: 1, sealTip: 2 }, published: 1 },
  unit_closed: { counts: { solve: 1, sealTip: 2 }, published: 2 },
};

for (const [error, expected] of Object.entries(MENDED)) {
  test(`${error} is mended without another press`, async () => {
    const { session, sent, counts } = begin({ "/tip/sealed": [[409, { error }], STORED] });
    const { receipts } = await session.send(FORM);
    assert.deepEqual(receipts, ["receipt 1"]);
    assert.equal(counts.solve, expected.counts.solve);
    assert.equal(counts.sealTip, expected.counts.sealTip);
    assert.equal(sent("/tip/routes.json").length, expected.published);
    // It lies there now: whatever fails from here on, the plain way is not even offered.
    assert.ok(!session.isUnsent);
  });
}

test("an answer that does not say stored counts as none, and may be stored", async () => {
  const { session } = begin({ "/tip/sealed": [[200, {}]] });
  await fails(session.send(FORM), { name: "Offline" });
  assert.ok(session.mayBeStored);
  assert.ok(!session.isUnsent);
});

const REFUSALS = [
  [400, "bad"],
  [507, "no_room"],
];
for (const [status, error] of REFUSALS) {
  test(`after a refusal it is known that nothing was stored: ${error}`, async () => {
    const { session } = begin({ "/tip/sealed": [[status, { error }]] });
    await fails(session.send(FORM), { name: "Refused" });
    assert.ok(!session.mayBeStored);
  });
}

test("words added to a tip that stands apart are told so", async () => {
  const apart = [
    200,
    { ...UNKNOWN[1], known: true, token: "t", unit: { recipients: ["k"] }, apart: true },
  ];
  const plays = { "/tip/sealed": [[409, { error: "other_words" }]], "/mailbox/thread": [apart] };
  const { session } = begin(plays, { sealSupplement: () => ({ letter: { kind: "supplement" } }) });
  const { isSupplement, lane } = await session.send(FORM);
  assert.deepEqual([isSupplement, lane], [true, "machine"]);
});

test("what cannot be mended ends", async () => {
  const { session, sent } = begin({ "/tip/sealed": [[400, { error: "challenge" }]] });
  await fails(session.send(FORM), { name: "Refused", reason: "challenge" });
  assert.equal(sent("/tip/sealed").length, 5);
});

for (const name of ["FalseKey", "FalseRoutes", "NoUnit"]) {
  test(`after ${name} the next press asks for the keys again`, async () => {
    const refuse = () => {
      throw new Unsealable(name);
    };
    const { session, sent } = begin({}, { sealTip: refuse });
    await fails(session.send(FORM), { name });
    await fails(session.send(FORM), { name });
    assert.equal(sent("/keys.json").length, 2);
    assert.deepEqual(sent("/tip/sealed"), []);
  });
}

test("a site that publishes no list of keys has none", async () => {
  let given = null;
  const seal = ({ keys }) => {
    given = keys;
    return { sealed: "" };
  };
  const { session } = begin({ "/keys.json": [[404]] }, { sealTip: seal });
  await session.send(FORM);
  assert.deepEqual(given, []);
});

test("practice posts nothing and still makes a receipt", async () => {
  const { session, asked, counts } = begin({}, {}, true);
  await session.prepare();
  const { receipts } = await session.send(FORM);
  assert.deepEqual(receipts, ["receipt 1"]);
  assert.equal(counts.sealTip, 1);
  assert.deepEqual(
    asked.map((one) => one.options.method || "GET"),
    ["GET", "GET"],
  );
});

// Whether it is known, after a press that ended like this, that nothing was stored.
const ENDS = [
  [
    "the worker fails",
    {
      sealTip: () => {
        throw new Error("broken");
      },
    },
    {},
    true,
  ],
  ["the server does not know the address", {}, { "/tip/sealed": [[404]] }, true],
  ["the line is lost before anything was sent", {}, { "/keys.json": [LOST] }, true],
  ["the answer is lost", {}, { "/tip/sealed": [LOST] }, false],
  ["the server is busy", {}, { "/tip/sealed": [[503, { error: "busy" }]] }, false],
  ["the server refuses", {}, { "/tip/sealed": [[400, { error: "unknown" }]] }, true],
  ["the server refuses at the last", {}, { "/tip/sealed": [[499, { error: "unknown" }]] }, true],
  ["the server fails", {}, { "/tip/sealed": [[500, { error: "unknown" }]] }, false],
  ["another page answers", {}, { "/tip/sealed": [[200, { stored: false }]] }, false],
];

for (const [name, changes, plays, expected] of ENDS) {
  test(`${name}: it is ${expected ? "" : "not "}known to be unsent`, async () => {
    const { session } = begin(plays, changes);
    await fails(session.send(FORM), /./);
    assert.equal(session.isUnsent, expected);
  });
}

test("a tip that is looked at by nobody yet says so, and any other says nothing", async () => {
  for (const [answer, lane] of [
    [{ stored: true, lane: "machine" }, "machine"],
    [{ stored: true, lane: "" }, ""],
    [{ stored: true }, ""],
  ]) {
    const { session } = begin({ "/tip/sealed": [[200, answer]] });
    assert.equal((await session.send(FORM)).lane, lane);
  }
});

test("the page hears of a receipt before anything is posted under it", async () => {
  const { session, sent } = begin({});
  const heard = [];
  session.onPost = async (receipt) => heard.push([receipt.receipt, sent("/tip/sealed").length]);
  await session.send(FORM);
  assert.deepEqual(heard, [["receipt 1", 0]]);
});

test("a receipt of an earlier page is used again: what lies there gets a supplement", async () => {
  const plays = { "/tip/sealed": [[409, { error: "other_words" }]], "/mailbox/thread": [KNOWN] };
  const { session, counts } = begin(plays);
  session.resume({ digits: "digits 9", receipt: "receipt 9" });
  assert.ok(!session.isUnsent);
  const { receipts, isSupplement } = await session.send(FORM);
  assert.deepEqual([receipts, isSupplement, counts.newReceipt], [["receipt 9"], true, 0]);
});

test("what was sealed before an earlier page's receipt came back never goes out under it", async () => {
  const plays = { "/tip/challenge": [LOST, [200, { salt: "s" }]] };
  const { session, sent } = begin(plays);
  await fails(session.send(FORM), { name: "Offline" });
  session.resume({ digits: "digits 9", receipt: "receipt 9" });
  const { receipts } = await session.send(FORM);
  assert.deepEqual(receipts, ["receipt 9"]);
  assert.deepEqual(
    sent("/tip/sealed").map(({ lookup }) => lookup),
    ["lookup of digits 9"],
  );
});

test("no failure makes words unsent that may be stored", async () => {
  let isBroken = false;
  const seal = ({ fields }) => {
    if (isBroken) throw new Error("broken");
    return { lookup: "l", sealed: fields.what };
  };
  const { session } = begin({ "/tip/sealed": [LOST] }, { sealTip: seal });
  await fails(session.send(FORM), { name: "Offline" });
  isBroken = true;
  const error = await session.send(MORE).catch((caught) => caught);
  assert.equal(error.message, "broken");
  assert.ok(!session.isUnsent);
});

test("after wiping nothing of the receipt is left", async () => {
  const { session } = begin({});
  await session.send(FORM);
  session.wipe();
  assert.ok(!JSON.stringify(session).includes("receipt 1"));
  assert.ok(!JSON.stringify(session).includes("words"));
});

test("what is too old is made anew, what is fresh is kept, what failed is not", async () => {
  let now = 0;
  let made = 0;
  const make = async () => {
    made += 1;
    if (made === 1) throw new Error("not yet");
    return made;
  };
  const fresh = new Fresh(make, 10, () => now);
  await fails(fresh.get(), /not yet/);
  assert.equal(await fresh.get(), 2);
  now = 10 * 60000 - 1;
  assert.equal(await fresh.get(), 2);
  now = 10 * 60000;
  assert.equal(await fresh.get(), 3);
  fresh.drop();
  assert.equal(await fresh.get(), 4);
});

const file = (blob) => ({ name: `${blob}.jpg`, blob, offset: 0 });
const withFiles = (form, ...blobs) => ({
  ...form,
  files: { entries: blobs.map(file), tickets: blobs.map((blob) => `ticket ${blob}`) },
});
const SEALS_FILES = {
  sealTip: ({ digits, files }) => ({
    lookup: `lookup of ${digits}`,
    reference: "reference",
    label: "label",
    sealed: files.map(({ blob }) => blob).join(),
  }),
  sealSupplement: ({ files }) => ({
    letter: { kind: "supplement", sealed: files.map(({ blob }) => blob).join() },
  }),
};

test("files stand inside the seal, and their tickets beside it", async () => {
  const { session, sent } = begin({}, SEALS_FILES);
  await session.send(withFiles(FORM, "a", "b"));
  const [tip] = sent("/tip/sealed");
  assert.equal(tip.sealed, "a,b");
  assert.deepEqual(tip.files, ["ticket a", "ticket b"]);
});

test("a tip without files names none", async () => {
  const { session, sent } = begin({});
  await session.send(withFiles(FORM));
  assert.ok(!("files" in sent("/tip/sealed")[0]));
});

test("the same files after a lost answer are the same tip", async () => {
  const { session, sent } = begin({ "/tip/sealed": [LOST, STORED] }, SEALS_FILES);
  await fails(session.send(withFiles(FORM, "a")), { name: "Offline" });
  await session.send(withFiles(FORM, "a"));
  const [first, second] = sent("/tip/sealed");
  assert.deepEqual(first, second);
});

test("a file added after a lost answer, known there: a supplement that names the new one alone", async () => {
  const plays = { "/tip/sealed": [LOST], "/mailbox/thread": [KNOWN] };
  const { session, sent } = begin(plays, SEALS_FILES);
  await fails(session.send(withFiles(FORM, "a")), { name: "Offline" });
  const { isSupplement } = await session.send(withFiles(FORM, "a", "b"));
  assert.ok(isSupplement);
  const [letter] = sent("/mailbox/sealed");
  assert.equal(letter.sealed, "b");
  assert.deepEqual(letter.files, ["ticket a", "ticket b"]);
});

test("a file that the server misses is for the page to bring again; the tip is sealed anew then", async () => {
  const refusal = [409, { error: "files" }];
  const { session, sent } = begin({ "/tip/sealed": [refusal, STORED] }, SEALS_FILES);
  await fails(session.send(withFiles(FORM, "a")), { name: "Refused", reason: "files" });
  assert.ok(!session.mayBeStored);
  await session.send(withFiles(FORM, "c"));
  assert.deepEqual(
    sent("/tip/sealed").map(({ sealed }) => sealed),
    ["a", "c"],
  );
  assert.deepEqual(sent("/mailbox/thread"), []);
});
