// One visit with scripts, against a server made of functions: `node --test`.

import assert from "node:assert/strict";
import { mock, test } from "node:test";
import { lastSeen } from "../../../admin/browser/mailbox/seen.js";
import { Offline, Refused } from "../../../admin/browser/mailbox/server.js";
import { Visit } from "../../../admin/browser/mailbox/session.js";
import { isAble } from "../../../admin/browser/shared/form/able.js";
import { checkReader, checkUnit, FalseKey } from "../../../admin/browser/shared/sealing/locks.js";

// What is told a while later is told when a test says so.
mock.timers.enable({ apis: ["setTimeout"] });
const aWhileLater = async () => {
  mock.timers.tick(4000);
  await new Promise((resolve) => setImmediate(resolve));
};

// The fingerprint of these two is what admin/sealing/member.py makes of them.
const UNIT = { id: "police", recipients: ["age1pq1one", "age1pq1two"] };
const KEYS = [{ unit: "police", fingerprint: "d147 ecd6 0221 ba29 532d 9bd3 2ea6 53e3" }];
const CLOSED = { id: "", recipients: [] };
const ANSWER = { known: true, messages: [], unit: UNIT, token: "t" };
const ABLE = {
  BigInt: () => 0,
  TransformStream: class {},
  ReadableStream: class {},
  TextEncoder: class {},
  HTMLTemplateElement: class {},
  fetch: () => 0,
  crypto: { getRandomValues: () => 0 },
};

const tools = () => {
  let sealed = 0;
  return {
    derive: () => ({ lookup: "bytes" }),
    toHex: () => "ab",
    checkReader,
    openThread: async () => [{ number: 2, side: "staff", trouble: "" }],
    sealSeen: (_talk, _reference, seen) => ({ length: 68, seen }),
    blankSeen: () => ({ length: 68, seen: null }),
    toBase64: (box) => box,
    sealLetter: async (_keys, answer, kind, body) => {
      sealed += 1;
      return { kind, number: answer.messages.length + 1, body, sealed };
    },
  };
};

// What was told of what was seen. `isDeaf`: no such word ever arrives.
let told = [];
let isDeaf = false;

// Plays the server: each entry of `plays` answers one request; the site's keys are `keys`.
function serve(plays, keys = KEYS, retiring = undefined) {
  const asked = [];
  told = [];
  globalThis.fetch = async (address, options) => {
    if (address === "/keys.json") return { ok: true, json: async () => ({ keys, retiring }) };
    if (address === "/mailbox/seen") {
      told.push(JSON.parse(options.body));
      if (isDeaf) throw new TypeError("no network");
      return { ok: true, status: 200, json: async () => ({ noted: true }) };
    }
    asked.push([address, JSON.parse(options.body), options]);
    const [status, content] = plays.shift();
    if (status === 0) throw new TypeError("no network");
    return { ok: status < 400, status, json: async () => content };
  };
  return asked;
}

async function opened(
  plays,
  { answer = ANSWER, keys = KEYS, retiring = undefined, broken = {} } = {},
) {
  const asked = serve([[200, answer], ...plays], keys, retiring);
  const visit = new Visit({ ...tools(), ...broken }, "/mailbox/", "typed", "digits", "site");
  await visit.look();
  return { asked, visit };
}

test("an unknown receipt gives no entries", async () => {
  serve([[200, { ...ANSWER, known: false }]]);
  const visit = new Visit(tools(), "/mailbox/", "typed", "digits", "site");
  assert.equal(await visit.look(), null);
});

const TWO = [
  { number: 1, direction: "reporter", digest: "aa" },
  { number: 2, direction: "staff", digest: "bb" },
];

test("each look tells what was seen, and one that finds nothing tells as much", async () => {
  await opened([], { answer: { ...ANSWER, messages: TWO } });
  // Whoever watches the line learns nothing from when it is told: not before, whatever was opened.
  assert.deepEqual(told, []);
  await aWhileLater();
  // The last: those of earlier tests were waiting, too.
  const { lookup, seen: known } = told.pop();
  assert.equal(lookup, "ab");
  assert.deepEqual([known.seen.number, known.seen.digest], [2, "bb"]);
  assert.match(known.seen.day, /^\d{4}-\d\d-\d\d$/);

  await opened([], { answer: { ...ANSWER, known: false } });
  await aWhileLater();
  const { seen: unknown } = told.pop();
  assert.deepEqual(unknown, { length: 68, seen: null });
});

test("nobody waits for that word, and neither a lost one nor one that fails harms anything", async () => {
  for (const broken of [
    {},
    {
      sealSeen: () => {
        throw new Error("no");
      },
    },
  ]) {
    isDeaf = true;
    const { visit } = await opened([], { broken });
    await aWhileLater();
    isDeaf = false;
    assert.equal(visit.answer.known, true);
  }
});

test("what comes after a gap does not count as seen", () => {
  const entry = (number, trouble = "", side = "staff") => ({ number, side, trouble });
  const cases = [
    [[entry(1), entry(2, "", "reporter"), entry(3)], 3],
    [[entry(1), entry(2, "missing"), entry(3)], 1],
    [[entry(1), entry(2, "changed", "reporter"), entry(3)], 1],
    [[entry(1, "misplaced"), entry(2)], 0],
    [[], 0],
  ];
  for (const [entries, number] of cases) {
    const messages = entries.map((one) => ({
      number: one.number,
      direction: one.side,
      digest: "cc",
    }));
    const seen = lastSeen(entries, messages, "2026-11-30");
    assert.deepEqual(seen, { number, day: "2026-11-30", digest: number ? "cc" : "" });
  }
});

test("requests carry no credentials and are never cached", async () => {
  const { asked } = await opened([]);
  assert.equal(asked[0][2].credentials, "omit");
  assert.equal(asked[0][2].cache, "no-store");
  assert.deepEqual(asked[0][1], { lookup: "ab" });
});

test("where another message came first it looks again, numbers anew and tries once more", async () => {
  const later = { ...ANSWER, messages: [{}], token: "u" };
  const plays = [
    [409, { error: "number_taken" }],
    [200, later],
    [200, { stored: true }],
  ];
  const { asked, visit } = await opened(plays);
  await visit.send("message", "words");
  const [first, , second] = asked.slice(1).map(([, content]) => content);
  assert.deepEqual([first.number, first.token], [1, "t"]);
  assert.deepEqual([second.number, second.token], [2, "u"]);
});

test("it tries once more only", async () => {
  const taken = [409, { error: "number_taken" }];
  const { asked, visit } = await opened([taken, [200, ANSWER], taken]);
  await assert.rejects(visit.send("message", "words"), Refused);
  assert.equal(asked.length, 4);
});

test("only what a second try can mend is tried again, whatever else the server says", async () => {
  const REASONS = ["number_taken", "token", "unit_open"];
  const others = [
    "purged",
    "unknown",
    "unit_closed",
    "talk_full",
    "full_today",
    "share_used",
    "marked",
  ];
  for (const error of [...REASONS, ...others]) {
    const again = REASONS.includes(error);
    const { asked, visit } = await opened([
      [409, { error }],
      [200, { ...ANSWER, token: "u" }],
      [200, { stored: true }],
    ]);
    const sent = visit.send("message", "words");
    if (again) assert.equal(await sent, true);
    else await assert.rejects(sent, { reason: error });
    assert.deepEqual(
      asked.slice(1).map(([address]) => address),
      again ? ["/mailbox/sealed", "/mailbox/thread", "/mailbox/sealed"] : ["/mailbox/sealed"],
      error,
    );
  }
});

test("a letter goes whole: its words and kind under the seal, its files beside it", async () => {
  for (const kind of ["message", "danger", "withdraw"]) {
    const { asked, visit } = await opened([[200, { stored: true }]]);
    assert.equal(await visit.send(kind, "words", ["one", "two"]), true);
    assert.deepEqual(asked[1].slice(0, 2), [
      "/mailbox/sealed",
      {
        lookup: "ab",
        token: "t",
        kind,
        number: 1,
        body: "words",
        sealed: 1,
        files: ["one", "two"],
      },
    ]);
  }
});

test("tried once more, it still names its files", async () => {
  const { asked, visit } = await opened([
    [409, { error: "number_taken" }],
    [200, ANSWER],
    [200, { stored: true }],
  ]);
  await visit.send("message", "words", ["one"]);
  assert.deepEqual(
    [1, 3].map((n) => asked[n][1].files),
    [["one"], ["one"]],
  );
});

test("a letter without files names none", async () => {
  const { asked, visit } = await opened([[200, { stored: true }]]);
  await visit.send("message", "words");
  assert.ok(!("files" in asked[1][1]));
});

// Whether words may lie at the server, by how a press ended, and by how the one before it had.
const LOST = [0];
const BUSY = [503, { error: "busy" }];
const STORED = [200, { stored: true }];
const ENDS = [
  [[], false],
  [[LOST], true],
  [[[200, undefined]], true],
  [[[409, { error: "purged" }]], false],
  [[BUSY], false],
  [[LOST, [409, { error: "purged" }]], true],
  [[LOST, STORED], false],
];
for (const [plays, expected] of ENDS) {
  const name = JSON.stringify(plays);
  test(`after ${name} the words may ${expected ? "" : "not "}be stored`, async () => {
    const { visit } = await opened(plays.slice());
    for (const _ of plays) await visit.send("message", "words").catch(() => {});
    assert.equal(visit.mayBeStored, expected);
  });
}

test("of other words nothing is known to be stored, whatever became of those before", async () => {
  const { visit } = await opened([LOST, BUSY]);
  await assert.rejects(visit.send("message", "words"), Offline);
  await assert.rejects(visit.send("message", "other words"), Refused);
  assert.equal(visit.mayBeStored, false);
});

test("the same words of another kind are another letter", async () => {
  const { asked, visit } = await opened([LOST, STORED]);
  await assert.rejects(visit.send("message", "words"), Offline);
  await visit.send("danger", "words");
  assert.deepEqual(
    asked.slice(1).map(([, { kind }]) => kind),
    ["message", "danger"],
  );
});

test("a browser that knows of no line sends nothing, and nothing counts as stored", async () => {
  const { asked, visit } = await opened([]);
  const own = Object.getOwnPropertyDescriptor(globalThis, "navigator");
  const fetched = globalThis.fetch;
  Object.defineProperty(globalThis, "navigator", { value: { onLine: false }, configurable: true });
  globalThis.fetch = async (address, options) => {
    if (address === "/app/hold.js") throw new TypeError("no network");
    return fetched(address, options);
  };
  await assert.rejects(visit.send("message", "words"), Offline);
  Object.defineProperty(globalThis, "navigator", own || { value: undefined, configurable: true });
  assert.deepEqual([asked.length, visit.mayBeStored], [1, false]);
});

// What becomes of a letter whose tip has no mark yet, or that fails otherwise.
for (const [name, kind, expected] of [
  ["Unmarked", "danger", "the mark alone"],
  ["Unmarked", "message", "told"],
  ["Unmarked", "withdraw", "told"],
  ["Strayed", "danger", "told"],
]) {
  test(`${kind} where sealing fails with ${name}: ${expected}`, async () => {
    const sealLetter = async () => {
      throw Object.assign(new Error(name), { name });
    };
    const { asked, visit } = await opened([STORED], { broken: { sealLetter } });
    if (expected === "told") {
      await assert.rejects(visit.send(kind, "words"), { name });
      assert.equal(asked.length, 1);
      return;
    }
    assert.equal(await visit.send(kind, "words"), false);
    const { lookup, token, ...mark } = asked[1][1];
    assert.deepEqual([lookup, token], ["ab", "t"]);
    assert.deepEqual(mark, { kind: "danger", number: 0, digest: "", sealed: "" });
  });
}

test("whether a tip may lie where it is said to is asked with the receipt's own key", async () => {
  const seen = [];
  const { visit } = await opened([], {
    broken: {
      checkMark: (...given) => seen.push(given),
      derive: () => ({ lookup: 1, talk: "talk" }),
    },
  });
  visit.checkMark();
  assert.deepEqual(seen, [["talk", ANSWER]]);
});

test("a token of yesterday is renewed by itself", async () => {
  const plays = [
    [400, { error: "token" }],
    [200, { ...ANSWER, token: "u" }],
    [200, {}],
  ];
  const { asked, visit } = await opened(plays);
  await visit.send("message", "words");
  assert.equal(asked[3][1].token, "u");
});

test("a lost answer is asked for again with the very same letter", async () => {
  const { asked, visit } = await opened([[0], [200, { stored: true }]]);
  await assert.rejects(visit.send("message", "words"), Offline);
  await visit.send("message", "words");
  assert.deepEqual(asked[1][1], asked[2][1]);
});

test("other words after a lost answer are another letter", async () => {
  const { asked, visit } = await opened([[0], [200, { stored: true }]]);
  await assert.rejects(visit.send("message", "words"), Offline);
  await visit.send("message", "more words");
  assert.notDeepEqual(asked[1][1], asked[2][1]);
});

test("the same words sent again later are a second letter", async () => {
  const { asked, visit } = await opened([
    [200, {}],
    [200, ANSWER],
    [200, {}],
  ]);
  await visit.send("message", "words");
  await visit.look();
  await visit.send("message", "words");
  assert.notEqual(asked[1][1].sealed, asked[3][1].sealed);
});

const FALSE = {
  "a list without this key": [{ unit: "police", fingerprint: "0000" }],
  "the fingerprint under another unit's name": [{ ...KEYS[0], unit: "drugs" }],
  "an empty list": [],
};

for (const name of Object.keys(FALSE)) {
  test(`nothing is sent to a key that nobody confirmed: ${name}`, async () => {
    const { asked, visit } = await opened([], { keys: FALSE[name] });
    await assert.rejects(visit.send("message", "words"), FalseKey);
    await assert.rejects(visit.send("danger", "words"), FalseKey);
    assert.equal(asked.length, 1);
  });
}

test("nothing is sent to keys of which one was exchanged, is missing, or is one more", async () => {
  const [own, recovery] = UNIT.recipients;
  const false_ = [[own, "age1pq1false"], [own], [own, recovery, "age1pq1reader"], [recovery, own]];
  for (const recipients of false_) {
    const answer = { ...ANSWER, unit: { id: "police", recipients } };
    const { asked, visit } = await opened([], { answer });
    await assert.rejects(visit.send("message", "words"), FalseKey);
    assert.equal(asked.length, 1);
  }
});

test("a key that is exchanged before the second try is noticed too", async () => {
  const unit = { id: "police", recipients: ["age1pq1false", "age1pq1two"] };
  const plays = [
    [409, { error: "number_taken" }],
    [200, { ...ANSWER, unit }],
  ];
  const { asked, visit } = await opened(plays);
  await assert.rejects(visit.send("message", "words"), FalseKey);
  assert.equal(asked.length, 3);
});

test("without the list of keys nothing is sent", async () => {
  const { asked, visit } = await opened([], { keys: null });
  await assert.rejects(visit.send("message", "words"), Offline);
  assert.equal(asked.length, 1);
});

test("where no key is there a call for protection is a mark without a word", async () => {
  const answer = { ...ANSWER, unit: CLOSED };
  const { asked, visit } = await opened([[200, { stored: true }]], { answer });
  assert.equal(await visit.send("danger", "words"), false);
  const { kind, sealed, digest, number } = asked[1][1];
  assert.deepEqual(
    { kind, sealed, digest, number },
    { kind: "danger", sealed: "", digest: "", number: 0 },
  );
  assert.ok(!JSON.stringify(asked).includes("words"));
});

test("where no key is there other words are not sent", async () => {
  for (const kind of ["message", "withdraw"]) {
    const { asked, visit } = await opened([], { answer: { ...ANSWER, unit: CLOSED } });
    await assert.rejects(visit.send(kind, "words"), { reason: "unit_closed" });
    assert.equal(asked.length, 1);
  }
});

test("a unit that opened meanwhile gets the words", async () => {
  const answer = { ...ANSWER, unit: CLOSED };
  const plays = [
    [409, { error: "unit_open" }],
    [200, ANSWER],
    [200, { stored: true }],
  ];
  const { asked, visit } = await opened(plays, { answer });
  assert.equal(await visit.send("danger", "words"), true);
  assert.equal(asked[3][1].sealed, 1);
});

test("an answer that is no JSON counts as none", async () => {
  globalThis.fetch = async () => ({ ok: true, json: async () => JSON.parse("<html>") });
  const visit = new Visit(tools(), "/mailbox/", "typed", "digits", "site");
  await assert.rejects(visit.look(), Offline);
});

test("a browser is able only with all that sealing needs", () => {
  assert.equal(isAble(ABLE), true);
  for (const name of Object.keys(ABLE)) {
    assert.equal(isAble({ ...ABLE, [name]: undefined }), false, name);
  }
});

const RETIRING = [{ ...KEYS[0], until: "2026-12-30" }];
const NEW = { unit: "police", fingerprint: `${"0000 ".repeat(7)}0000` };

test("a key that retires takes words for a stored tip up to its day, and never a new tip", () => {
  const keys = [NEW, ...RETIRING];
  checkReader(UNIT, keys, "2026-12-30");
  assert.throws(() => checkReader(UNIT, keys, "2026-12-31"), FalseKey);
  assert.throws(() => checkUnit(UNIT, keys), FalseKey);
  checkUnit(UNIT, KEYS);
});

test("the mailbox seals to a key that retires, as the site publishes it", async () => {
  const { asked, visit } = await opened([[200, { stored: true }]], {
    keys: [NEW],
    retiring: [{ ...KEYS[0], until: "9999-12-31" }],
  });
  await visit.send("message", "words");
  assert.equal(asked.length, 2);
});

test("of a key past its day the mailbox says that it fits nothing", async () => {
  const { visit } = await opened([], {
    keys: [NEW],
    retiring: [{ ...KEYS[0], until: "2026-01-01" }],
  });
  await assert.rejects(visit.send("message", "words"), FalseKey);
});
