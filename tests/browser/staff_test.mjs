// What a member's tab does with keys: kept, taken away, held against what the form hands out; and what
// single keys do, on as much of a page as Node needs: `node --test`.

import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { afterEach, mock, test } from "node:test";
import { chacha20poly1305 } from "@noble/ciphers/chacha.js";
import { base64nopad } from "@scure/base";
import { Encrypter, Stanza } from "age-encryption";
import { make, openPage, read } from "./dom.mjs";

const meta = () => make("meta", { name: "csrf-token" });
openPage(meta());
const channels = [];
window.BroadcastChannel = globalThis.BroadcastChannel = class {
  constructor(name) {
    this.name = name;
    this.said = [];
    channels.push(this);
  }

  postMessage(message) {
    this.said.push(message);
  }
};
const keyring = await import("../../admin/browser/signin/keyring.js");
const { keysOf, isLocked, wordsOf } = await import("../../admin/browser/desk/unit_keys.js");
const { bindKeys } = await import("../../admin/browser/desk/keys.js");
const { putDraft, takeDraft, forgetDrafts, keepDraftsOf } = await import(
  "../../admin/browser/signin/draft_store.js"
);
const { openKeyring } = await import("../../admin/browser/signin/open.js");
const { wrap, unwrap } = await import("../../admin/browser/signin/wrapped.js");
const remembered = await import("../../admin/browser/signin/remembered.js");
const { Opener } = await import("../../admin/browser/signin/opening.js");
const { checkMoved } = await import("../../admin/browser/signin/renewal/checking.js");
const { remainingHolders, makeNextKey } = await import(
  "../../admin/browser/signin/renewal/making.js"
);
const { readFields, readLabel } = await import("../../admin/browser/desk/readable.js");
const { fingerprint, rosterMac } = await import("../../admin/browser/shared/sealing/member.js");
const { openWith, sealTo, seedOf, newIdentity, recipientOf } = await import(
  "../../admin/browser/shared/sealing/age.js"
);
const { split, join } = await import("../../admin/browser/signin/members/halves.js");

afterEach(() => mock.timers.reset());
const turn = () => new Promise((resolve) => setImmediate(resolve));
const settle = async () => {
  for (let n = 0; n < 30; n += 1) await turn();
};

function storage() {
  const rows = new Map();
  return {
    rows,
    getItem: (name) => rows.get(name) ?? null,
    setItem: (name, value) => rows.set(name, String(value)),
    removeItem: (name) => rows.delete(name),
  };
}

const WRAP = Buffer.alloc(32, 9).toString("base64");
const OWN = {
  identity: "i",
  identities: ["i"],
  recipient: "age1pq1one",
  recovery: "age1pq1two",
  keyIds: [7],
};
const SENTENCES = Object.fromEntries(
  "no_key old_key_only offline lock_unchecked lock_false lock_false_do"
    .split(" ")
    .map((name) => [name, `say ${name}`]),
);
const WORDS = {
  sentences: { ...SENTENCES, fingerprint: "ours: %(found)s", lock_offered: "theirs: %(found)s" },
};

// A tab of the desk; `answers` are the server's, `units` what its member has opened.
async function tab({ answers = {}, units = { police: OWN }, isOpen = true } = {}) {
  openPage(
    meta(),
    ...["alarm", "lock-alarm", "locked"].map((id) => make("p", { id, hidden: "" })),
    make("button", { id: "unlock" }),
    make("div", { class: "desk-bar", "data-ends-in": "", "data-ends": "%(n)s minutes left" }),
    make("form", { id: "desk-lock" }),
    make("form", { id: "desk-sign-out" }),
  );
  globalThis.sessionStorage = storage();
  globalThis.localStorage = storage();
  const gone = [];
  globalThis.location = {
    pathname: "/desk/tips/R",
    search: "?a=b",
    assign: (address) => gone.push(address),
  };
  const asked = [];
  const all = {
    "/desk/session.json": [200, { wrap_key: WRAP }],
    "/desk/offered.json": [
      200,
      { units: { police: { recipients: [OWN.recipient, OWN.recovery] } } },
    ],
    "/desk/lock": [200, {}],
    ...answers,
  };
  globalThis.fetch = async (address, options) => {
    asked.push([address, options]);
    await turn();
    const [status, content] = all[address] ?? [404];
    if (!status) throw new TypeError("no network");
    const type = content === undefined ? "text/html" : "application/json";
    return {
      ok: status < 400,
      status,
      headers: new Map([["Content-Type", type]]),
      json: async () => content,
    };
  };
  if (isOpen) await keyring.save({ name: "member", recipient: "r", units }, WRAP);
  const at = (id) => document.getElementById(id);
  const said = (id) => (at(id).hidden ? [] : read(at(id)));
  return { at, said, asked, gone, all, addresses: () => asked.map(([address]) => address) };
}

// ---- The keys of a page's unit.

test("the unit's keys come with the name of whose they are, and the form's are looked at", async () => {
  const it = await tab();
  assert.deepEqual(await keysOf("police", WORDS), { holder: "member", ...OWN });
  await settle();
  assert.deepEqual(
    [it.said("alarm"), it.said("lock-alarm"), it.at("lock-alarm").dataset.looked],
    [[], [], "yes"],
  );
  assert.deepEqual(it.addresses(), ["/desk/session.json", "/desk/offered.json"]);
  assert.equal(isLocked(), true === false);
});

test("of a unit whose keys are not here it is told so", async () => {
  const it = await tab();
  assert.equal(await keysOf("drugs", WORDS), null);
  await settle();
  assert.deepEqual([it.said("alarm"), it.said("lock-alarm")], [["say no_key"], []]);
  assert.ok(!it.addresses().includes("/desk/offered.json"));
});

test("who has only an older key is told of that, and of no false key, for there is none to compare", async () => {
  const old = { identities: ["old"], keyIds: [6], isOldOnly: true };
  const it = await tab({ units: { police: old } });
  assert.deepEqual(await keysOf("police", WORDS), { holder: "member", ...old });
  await settle();
  assert.deepEqual([it.said("alarm"), it.said("lock-alarm")], [["say old_key_only"], []]);
  assert.deepEqual(
    [it.at("lock-alarm").dataset.looked, it.addresses()],
    [undefined, ["/desk/session.json"]],
  );
});

for (const isNeeded of [true, false]) {
  test(`a tab without keys ${isNeeded ? "leads to unlocking" : "says nothing where none is needed"}`, async () => {
    const it = await tab({ isOpen: false });
    assert.equal(await keysOf("police", WORDS, isNeeded ? undefined : { isNeeded }), null);
    assert.deepEqual(
      [it.at("locked").hidden, isLocked(), it.said("alarm")],
      [!isNeeded, isNeeded, []],
    );
    it.at("unlock").click();
    await settle();
    assert.deepEqual(it.gone, isNeeded ? ["/desk/unlock"] : []);
    if (isNeeded) assert.equal(keyring.wayBack(), "/desk/tips/R?a=b");
  });
}

test("without the server nobody says that keys are missing", async () => {
  for (const answer of [[0], [500, { error: "x" }]]) {
    const it = await tab({ answers: { "/desk/session.json": answer } });
    assert.equal(await keysOf("police", WORDS), null);
    assert.deepEqual([it.said("alarm"), keyring.isKept()], [["say offline"], true]);
  }
});

test("what a page says stands in its attribute", () => {
  assert.deepEqual(wordsOf({ dataset: { words: '{"a":1}' } }), { a: 1 });
});

// What the form hands out, one reader at a time.
const { recipient: one, recovery: two } = OWN;
for (const [name, recipients, alarm] of [
  ["both keys", [one, two], []],
  ["none", [], []],
  ["another key", ["age1pq1x", two], "false"],
  ["another recovery key", [one, "age1pq1x"], "false"],
  ["the first alone", [one], "false"],
  ["one reader more", [one, two, "age1pq1x"], "false"],
  ["both the other way round", [two, one], "false"],
]) {
  test(`a form that seals to ${name}: ${alarm || "nothing to tell"}`, async () => {
    const it = await tab({
      answers: { "/desk/offered.json": [200, { units: { police: { recipients } } }] },
    });
    await keysOf("police", WORDS);
    await settle();
    const theirs = fingerprint("police", recipients[0], recipients.slice(1).join(" "));
    const ours = fingerprint("police", one, two);
    assert.deepEqual(
      it.said("lock-alarm"),
      alarm && alarm.length
        ? ["say lock_false", "say lock_false_do", `ours: ${ours}`, `theirs: ${theirs}`]
        : [],
    );
  });
}

test("a form that cannot be looked at is told of as that", async () => {
  for (const answer of [[0], [500, {}], [200, { units: {} }], [200, undefined]]) {
    const it = await tab({ answers: { "/desk/offered.json": answer } });
    await keysOf("police", WORDS);
    await settle();
    assert.deepEqual(it.said("lock-alarm"), ["say lock_unchecked"]);
    const tags = it
      .at("lock-alarm")
      .querySelectorAll("p, b")
      .map(({ tagName }) => tagName);
    assert.deepEqual(tags, ["P", "B"]);
  }
});

// ---- Keys between pages.

test("kept keys open with the session's key alone, and are forgotten where it is another", async () => {
  const it = await tab();
  assert.deepEqual((await keyring.load()).units, { police: OWN });
  assert.ok(![...sessionStorage.rows.values()].join().includes("age1pq1one"));
  it.all["/desk/session.json"] = [200, { wrap_key: Buffer.alloc(32).toString("base64") }];
  assert.equal(await keyring.load(), null);
  assert.equal(keyring.isKept(), false);
});

for (const [status, isKept] of [
  [401, false],
  [423, false],
  [403, true],
  [500, true],
]) {
  test(`where the server answers ${status} the keys ${isKept ? "stay" : "go"}`, async () => {
    const it = await tab({ answers: { "/desk/session.json": [status, {}] } });
    sessionStorage.setItem(keyring.TRACES, "x");
    if (isKept) await assert.rejects(keyring.load(), { status });
    else assert.equal(await keyring.load(), null);
    assert.deepEqual(
      [keyring.isKept(), sessionStorage.getItem(keyring.TRACES) !== null],
      [isKept, isKept],
    );
    assert.deepEqual(it.gone, []);
  });
}

const MINUTE = 60000;
for (const [minutes, isOpen] of [
  [0, true],
  [14.99, true],
  [15, false],
  [-14.99, true],
  [-15, false],
  [NaN, false],
]) {
  test(`touched ${minutes} minutes ago, a tab ${isOpen ? "opens" : "locks"}`, async () => {
    const it = await tab();
    localStorage.setItem("dengshao.touched", String(Date.now() - minutes * MINUTE));
    if (Number.isNaN(minutes)) localStorage.removeItem("dengshao.touched");
    assert.equal((await keyring.load()) !== null, isOpen);
    assert.deepEqual([it.gone, keyring.isKept()], [isOpen ? [] : ["/desk/unlock"], isOpen]);
    assert.equal(it.addresses().includes("/desk/lock"), !isOpen);
  });
}

test("the way back leads to a page of the desk, once", async () => {
  await tab();
  const back = (way) => {
    sessionStorage.setItem("dengshao.back", way);
    return keyring.wayBack();
  };
  for (const way of ["/desk/", "/desk/tips/R?a=b&c=%E5", "/desk/admin/unit.html"])
    assert.equal(back(way), way);
  for (const way of [
    "",
    "/",
    "/tip/",
    "//x.example/desk/",
    "/desk/unlock",
    "/desk/sign-in",
    "https://x/desk/",
    "/desk/a b",
    "/desk/#x",
    "x/desk/",
  ])
    assert.equal(back(way), null, way);
  back("/desk/");
  assert.equal(keyring.wayBack(), null);
});

// Watching begins once in a page, and the module knows whether it is leaving: each of these has its own.
let copies = 0;
async function watched({ endsIn = "", keeper } = {}) {
  copies += 1;
  mock.timers.reset();
  mock.timers.enable({ apis: ["Date", "setInterval", "setTimeout"], now: 1e12 });
  window.BroadcastChannel = BroadcastChannel;
  const own = await import(`../../admin/browser/signin/keyring.js?copy=${copies}`);
  const it = await tab({ isOpen: false });
  await own.save({ name: "member", units: {} }, WRAP);
  document.querySelector(".desk-bar").dataset.endsIn = endsIn;
  if (keeper) own.beforeLock(keeper);
  own.watch();
  return { ...it, own, channel: channels.at(-1) };
}

test("after fifteen idle minutes all tabs of this browser lock, and not before", async () => {
  const it = await watched();
  sessionStorage.setItem(it.own.TRACES, "x");
  for (let n = 0; n < 59; n += 1) mock.timers.tick(15000);
  assert.deepEqual([it.channel.said, it.own.isKept()], [[], true]);
  mock.timers.tick(15000);
  assert.deepEqual(
    [it.channel.name, it.channel.said, it.own.isKept(), sessionStorage.getItem(it.own.TRACES)],
    ["dengshao", ["lock"], false, null],
  );
  await settle();
  assert.deepEqual(
    [it.gone, sessionStorage.getItem("dengshao.back")],
    [["/desk/unlock"], "/desk/tips/R?a=b"],
  );
  // Once.
  mock.timers.tick(15000);
  await settle();
  assert.equal(it.gone.length, 1);
});

for (const name of ["keydown", "pointerdown", "wheel", "touchstart"]) {
  test(`${name} counts as being there`, async () => {
    const it = await watched();
    for (let n = 0; n < 59; n += 1) mock.timers.tick(15000);
    document.dispatchEvent(new Event(name));
    mock.timers.tick(15000);
    assert.deepEqual(it.channel.said, []);
  });
}

test("the first key after a long sleep locks, and does not count", async () => {
  for (const [target, name] of [
    [() => document, "keydown"],
    [() => document, "visibilitychange"],
    [() => window, "focus"],
  ]) {
    const it = await watched();
    mock.timers.setTime(1e12 + 16 * MINUTE);
    target().dispatchEvent(new Event(name));
    assert.deepEqual(it.channel.said, ["lock"], name);
    assert.equal(localStorage.getItem("dengshao.touched"), String(1e12));
  }
});

test("who types for long stays signed in: the server is asked after four minutes, and then again", async () => {
  const it = await watched();
  it.asked.length = 0;
  const type = () => document.dispatchEvent(new Event("keydown"));
  for (const [minutes, times] of [
    [4, 1],
    [0.01, 1],
    [3.99, 1],
    [0.01, 2],
  ]) {
    mock.timers.setTime(Date.now() + minutes * MINUTE + (minutes === 4 ? 1 : 0));
    type();
    assert.equal(
      it.addresses().filter((one) => one === "/desk/session.json").length,
      times,
      String(minutes),
    );
  }
});

test("what was typed is kept before the tab goes, and nothing waits for it longer than two seconds", async () => {
  let kept = 0;
  for (const keeper of [
    async () => (kept += 1),
    async () => {
      throw new Error("no");
    },
    () => new Promise(() => {}),
  ]) {
    const it = await watched({ keeper });
    const form = document.getElementById("desk-lock");
    const event = new Event("submit", { cancelable: true });
    form.dispatchEvent(event);
    assert.equal(event.defaultPrevented, true);
    await settle();
    const hangs = keeper.toString().includes("new Promise");
    assert.equal(it.gone.length, hangs ? 0 : 1);
    mock.timers.tick(2000);
    await settle();
    assert.deepEqual([it.gone, it.addresses().at(-1)], [["/desk/unlock"], "/desk/lock"]);
  }
  assert.equal(kept, 1);
});

test("a server out of reach holds no lock back", async () => {
  const it = await watched();
  it.all["/desk/lock"] = [0];
  await it.own.lock();
  assert.deepEqual([it.gone, it.own.isKept()], [["/desk/unlock"], false]);
});

test("locked in another tab, this one goes too; signed out there, it takes no draft along", async () => {
  for (const [data, isKept] of [
    ["lock", true],
    ["sign-out", false],
  ]) {
    let kept = 0;
    const it = await watched({ keeper: async () => (kept += 1) });
    putDraft("member", "/desk/a", "sealed");
    it.channel.onmessage({ data });
    await settle();
    assert.deepEqual([it.gone, it.own.isKept(), kept], [["/desk/unlock"], false, isKept ? 1 : 0]);
    assert.equal(takeDraft("member", "/desk/a"), isKept ? "sealed" : null);
  }
});

test("signing out forgets keys, drafts and the way back, here and in all tabs", async () => {
  const it = await watched();
  putDraft("member", "/desk/a", "sealed");
  sessionStorage.setItem("dengshao.back", "/desk/a");
  const event = new Event("submit", { cancelable: true });
  document.getElementById("desk-sign-out").dispatchEvent(event);
  assert.equal(event.defaultPrevented, false);
  assert.deepEqual([[...sessionStorage.rows.keys()], it.channel.said], [[], ["sign-out"]]);
});

test("a page that the browser kept whole shows nothing once the keys are gone", async () => {
  for (const [persisted, isForgotten, goes] of [
    [true, true, true],
    [true, false, false],
    [false, true, false],
  ]) {
    const it = await watched();
    if (isForgotten) it.own.forget();
    window.dispatchEvent(Object.assign(new Event("pageshow"), { persisted }));
    await settle();
    assert.equal(it.gone.length === 1, goes);
  }
});

test("a sign-in that ends is told a quarter of an hour before, minute by minute, and left in time", async () => {
  const it = await watched({ endsIn: String(20 * 60) });
  const told = () => document.getElementById("session-ends")?.textContent ?? "";
  const at = (left) => {
    mock.timers.setTime(1e12 + (20 * 60 - left) * 1000);
    localStorage.setItem("dengshao.touched", String(Date.now()));
    document.dispatchEvent(new Event("visibilitychange"));
    return told();
  };
  assert.deepEqual(
    [at(901), at(900), at(841), at(840), at(61), at(60)],
    [
      "",
      "15 minutes left",
      "15 minutes left",
      "14 minutes left",
      "2 minutes left",
      "1 minutes left",
    ],
  );
  assert.equal(document.querySelectorAll("#session-ends").length, 1);
  const note = document.getElementById("session-ends");
  assert.deepEqual([note.getAttribute("role"), note.className], ["status", "notice no-print"]);
  const [before] = note.childNodes;
  at(60);
  await settle();
  assert.equal(note.childNodes[0], before);
  assert.deepEqual(it.gone, []);
  at(59.9);
  await settle();
  assert.deepEqual([it.gone, it.own.isKept()], [["/desk/unlock"], true]);
});

test("a page that does not say when its sign-in ends never tells", async () => {
  const it = await watched();
  mock.timers.setTime(1e12 + 14 * MINUTE);
  document.dispatchEvent(new Event("visibilitychange"));
  assert.deepEqual([document.getElementById("session-ends"), it.gone], [null, []]);
});

// ---- What rests sealed.

test("what was wrapped opens under its key alone, and two wraps are not alike", async () => {
  const value = { a: ["字"] };
  const [sealed, other] = [await wrap(value, WRAP), await wrap(value, WRAP)];
  assert.notEqual(sealed, other);
  assert.deepEqual(await unwrap(sealed, WRAP), value);
  assert.equal(await unwrap(sealed, Buffer.alloc(32).toString("base64")), null);
  const [iv, box] = sealed.split(".");
  assert.equal(await unwrap(`${iv}.${other.split(".")[1]}`, WRAP), null);
  assert.equal(await unwrap(`${iv}.${box.slice(0, -4)}`, WRAP), null);
});

test("an identity opens by one stanza of our own work alone, under its own salt", async () => {
  const key = new Uint8Array(32).fill(4);
  const salt = new Uint8Array(16).fill(6);
  const identity = await newIdentity();
  const seal = async (...stanzas) => {
    const encrypter = new Encrypter();
    encrypter.addRecipient({
      wrapFileKey: (fileKey) =>
        stanzas.map((args) => {
          const box = chacha20poly1305(key, new Uint8Array(12)).encrypt(fileKey);
          return new Stanza(["scrypt", ...args], box);
        }),
    });
    return Buffer.from(await encrypter.encrypt(new TextEncoder().encode(identity))).toString(
      "base64",
    );
  };
  const open = async (sealed, own = key) =>
    openKeyring(
      { name: "a", recipient: await recipientOf(identity), sealed_identity: sealed, units: [] },
      salt,
      own,
    );
  const [own, other] = [salt, new Uint8Array(16)].map((bytes) => base64nopad.encode(bytes));
  assert.deepEqual(await open(await seal([own, "17"])), {
    name: "a",
    recipient: await recipientOf(identity),
    units: {},
  });
  for (const stanzas of [
    [[own, "16"]],
    [[own, "18"]],
    [[other, "17"]],
    [[own, "17", "x"]],
    [
      [own, "17"],
      [own, "17"],
    ],
    [
      [own, "17"],
      [other, "17"],
    ],
  ])
    await assert.rejects(open(await seal(...stanzas)), { name: "WrongSecret" });
  await assert.rejects(open(await seal([own, "17"]), salt), { name: /.*/ });
  await assert.rejects(
    openKeyring(
      {
        name: "a",
        recipient: await recipientOf(await newIdentity()),
        sealed_identity: await seal([own, "17"]),
        units: [],
      },
      salt,
      key,
    ),
    { name: "KeysChanged", what: "member" },
  );
});

test("a draft is given once, to whose it is, for the page that it was typed on", async () => {
  await tab();
  putDraft("a", "/one", "1");
  putDraft("a", "/two", "2");
  assert.deepEqual([takeDraft("b", "/one"), takeDraft("a", "/three")], [null, null]);
  assert.deepEqual(
    [takeDraft("a", "/one"), takeDraft("a", "/one"), takeDraft("a", "/two")],
    ["1", null, "2"],
  );
  assert.equal(sessionStorage.rows.has("dengshao.drafts"), false);
  putDraft("a", "/one", "1");
  putDraft("b", "/two", "2");
  assert.deepEqual([takeDraft("a", "/one"), takeDraft("b", "/two")], [null, "2"]);
  putDraft("a", "/one", "1");
  keepDraftsOf("a");
  assert.equal(takeDraft("a", "/one"), "1");
  putDraft("a", "/one", "1");
  keepDraftsOf("b");
  assert.equal(takeDraft("a", "/one"), null);
  putDraft("a", "/one", "1");
  forgetDrafts();
  assert.equal(takeDraft("a", "/one"), null);
  sessionStorage.setItem("dengshao.drafts", "{");
  assert.equal(takeDraft("a", "/one"), null);
});

test("codes are kept by name, the last one first, and forgotten one by one", async () => {
  await tab();
  const { codeOf, forgetCode, isSealed, lastName, remember } = remembered;
  assert.deepEqual([lastName(), codeOf("a"), isSealed("a")], ["", "", false]);
  remember("a", "code a");
  remember("b", "code b");
  assert.deepEqual(
    [lastName(), codeOf("a"), codeOf("b"), isSealed("b")],
    ["b", "code a", "code b", false],
  );
  forgetCode("a");
  assert.deepEqual([lastName(), codeOf("a"), codeOf("b")], ["b", "", "code b"]);
  remember("a", "code a");
  forgetCode("a");
  assert.deepEqual([lastName(), codeOf("b")], ["", "code b"]);
  forgetCode("b");
  assert.equal(localStorage.rows.has("dengshao.codes"), false);
  localStorage.setItem("dengshao.codes", "{");
  assert.deepEqual([lastName(), codeOf("a")], ["", ""]);
});

function authenticator(secret) {
  const asked = [];
  Object.defineProperty(globalThis, "navigator", {
    configurable: true,
    value: {
      credentials: {
        get: async ({ publicKey }) => {
          asked.push(publicKey);
          const bytes = Uint8Array.of(1, 2, 255).buffer;
          const response = { authenticatorData: bytes, signature: bytes, clientDataJSON: bytes };
          const results = secret && { first: secret.buffer };
          return {
            id: "id",
            rawId: bytes,
            type: "public-key",
            response,
            getClientExtensionResults: () => ({
              prf: secret === undefined ? undefined : { results },
            }),
          };
        },
      },
    },
  });
  return asked;
}

test("a code under a passkey's secret opens with that secret alone, for its own name", async () => {
  await tab();
  const { codeOf, isSealed, openSealed, rememberSealed } = remembered;
  const secret = new Uint8Array(32).fill(5);
  await rememberSealed("a", "code a", { credential: "AQL_", secret });
  assert.deepEqual([codeOf("a"), isSealed("a")], ["", true]);
  assert.ok(!localStorage.getItem("dengshao.codes").includes("code a"));
  const [asked] = [authenticator(secret)];
  assert.equal(await openSealed("a"), "code a");
  assert.deepEqual(asked[0].allowCredentials, [
    { id: Uint8Array.of(1, 2, 255), type: "public-key" },
  ]);
  assert.equal(
    new TextDecoder().decode(asked[0].extensions.prf.eval.first),
    "dengshao member code v1",
  );
  authenticator(new Uint8Array(32).fill(6));
  await assert.rejects(openSealed("a"));
  for (const none of [null, undefined]) {
    authenticator(none);
    await assert.rejects(openSealed("a"), /no secret/);
  }
  // Under another name it is another box.
  const kept = JSON.parse(localStorage.getItem("dengshao.codes"));
  kept.codes.b = kept.codes.a;
  localStorage.setItem("dengshao.codes", JSON.stringify(kept));
  authenticator(secret);
  await assert.rejects(openSealed("b"));
  await assert.rejects(rememberSealed("c", "code", { credential: "x", secret: null }), /no secret/);
});

// ---- Signing in and unlocking.

function opener(answers) {
  const jobs = [];
  globalThis.Worker = class {
    postMessage(job) {
      jobs.push(job);
      queueMicrotask(() => this.onmessage({ data: { result: `${job.job} of ${job.salt}` } }));
    }
  };
  return tab({ answers, isOpen: false }).then((it) => ({ ...it, jobs, opener: new Opener() }));
}

test("the two sums are of their own salts, and only the proof is posted", async () => {
  const it = await opener({
    "/desk/sign-in/salt?name=a%20%26b": [200, { salt: "proof salt", seal: "00" }],
    "/desk/sign-in": [200, { csrf: "new token", next: "/desk/", second: null }],
    "/desk/keyring.json": [200, { sealed_identity: "", wrap_key: WRAP, units: [], name: "a" }],
    "/desk/sign-out": [200, {}],
  });
  const secrets = { name: "a &b", passphrase: "words", code: "code" };
  const error = await it.opener.signIn(secrets, () => assert.fail()).catch((caught) => caught);
  assert.deepEqual(it.jobs, [
    { job: "signIn", passphrase: "words", code: "code", salt: "proof salt" },
    { job: "seal", passphrase: "words", code: "code", salt: "00" },
  ]);
  const posted = it.asked.filter(([, { method }]) => method === "POST");
  assert.deepEqual(
    posted.map(([address, { body }]) => [address, JSON.parse(body)]),
    [
      ["/desk/sign-in", { name: "a &b", auth: "signIn of proof salt" }],
      ["/desk/sign-out", {}],
    ],
  );
  // The server took the words for right and its keys do not open: somebody changed them.
  assert.deepEqual([error.name, error.what], ["KeysChanged", "identity"]);
  assert.equal(document.querySelector("meta").content, "new token");
  assert.equal(posted[1][1].headers["X-CSRFToken"], "new token");
  assert.ok(!JSON.stringify(it.asked).includes("words"));
});

test("the second factor is asked for where the server wants one, and not else", async () => {
  for (const second of [null, { way: "code" }]) {
    const it = await opener({
      "/desk/sign-in/salt?name=a": [200, { salt: "s", seal: "00" }],
      "/desk/sign-in": [200, { csrf: "t", next: "/desk/", second }],
      "/desk/keyring.json": [500, {}],
      "/desk/sign-out": [0],
    });
    const shown = [];
    await assert.rejects(
      it.opener.signIn(
        { name: "a", passphrase: "p", code: "c" },
        async (asked) => shown.push(asked) && {},
      ),
      { name: "DeskRefused", status: 500 },
    );
    assert.deepEqual(shown, second ? [second] : []);
    assert.equal(it.addresses().at(-1), "/desk/sign-out");
  }
});

test("unlocking shows the same secret, and leaves nobody signed out", async () => {
  const it = await opener({
    "/desk/sign-in/salt?name=a": [200, { salt: "s", seal: "00" }],
    "/desk/unlock": [200, {}],
    "/desk/keyring.json": [500, {}],
  });
  await assert.rejects(it.opener.unlock({ name: "a", passphrase: "p", code: "c" }), {
    status: 500,
  });
  assert.deepEqual(it.addresses(), [
    "/desk/sign-in/salt?name=a",
    "/desk/unlock",
    "/desk/keyring.json",
  ]);
  assert.deepEqual(JSON.parse(it.asked[1][1].body), { auth: "signIn of s" });
});

// ---- Single keys.

function desk(target = make("body")) {
  openPage(target);
  globalThis.localStorage = storage();
  const pressed = [];
  const showList = bindKeys(
    { c: () => pressed.push("c"), "/": () => pressed.push("/") },
    {
      title: "keys",
      close: "close",
      off: "turn off",
      rows: [
        ["c", "claim"],
        ["/", "search"],
      ],
    },
  );
  const dialog = document.querySelector("dialog");
  dialog.showModal = () => {
    dialog.open = true;
    pressed.push("list");
  };
  dialog.close = () => {
    dialog.open = false;
  };
  const press = (key, more = {}) => {
    const event = Object.assign(new Event("keydown", { cancelable: true, bubbles: true }), {
      key,
      ctrlKey: false,
      altKey: false,
      metaKey: false,
      isComposing: false,
      ...more,
    });
    if (more.isHeld) event.preventDefault();
    pressed.length = 0;
    target.dispatchEvent(event);
    assert.equal(event.defaultPrevented, pressed.length > 0 || Boolean(more.isHeld));
    return pressed.slice();
  };
  return { dialog, press, showList, pressed, box: dialog.querySelector("input") };
}

test("each key does what it is bound to, and none does anything else", () => {
  const { press } = desk();
  assert.deepEqual([press("c"), press("/"), press("?")], [["c"], ["/"], ["list"]]);
  const again = desk();
  for (const key of ["x", "C", "toString", "constructor", "__proto__"])
    assert.deepEqual(again.press(key), [], key);
});

for (const more of [
  { ctrlKey: true },
  { altKey: true },
  { metaKey: true },
  { isComposing: true },
  { isHeld: true },
]) {
  test(`with ${Object.keys(more)} no key acts`, () => {
    const { press } = desk();
    assert.deepEqual([press("c", more), press("?", more)], [[], []]);
  });
}

for (const [name, attributes, acts] of [
  ["textarea", {}, false],
  ["select", {}, false],
  ["div", { contenteditable: "" }, false],
  ["input", { type: "text" }, false],
  ["input", { type: "search" }, false],
  ["input", {}, false],
  ["input", { type: "checkbox" }, true],
  ["input", { type: "radio" }, true],
  ["input", { type: "button" }, true],
  ["input", { type: "submit" }, true],
  ["input", { type: "file" }, true],
  ["button", { type: "submit" }, true],
  ["a", {}, true],
]) {
  test(`in ${name} ${JSON.stringify(attributes)} a key ${acts ? "acts" : "is typed"}`, () => {
    assert.deepEqual(desk(make(name, attributes)).press("c"), acts ? ["c"] : []);
  });
}

test("beside an open dialog, or where nothing is focused, keys know what to do", () => {
  const { press, dialog } = desk();
  dialog.open = true;
  assert.deepEqual(press("c"), []);
  const { press: other } = desk();
  document.removeEventListener = () => {};
  // The document itself is no element that one could type into.
  const event = Object.assign(new Event("keydown", { cancelable: true }), { key: "c" });
  document.dispatchEvent(event);
  assert.equal(event.defaultPrevented, true);
  assert.deepEqual(other("c"), ["c"]);
});

test("turned off, no key acts but the one that shows the list; turned on, all do", () => {
  const { press, box, dialog } = desk();
  const turn_ = (checked) => {
    box.checked = checked;
    box.dispatchEvent(new Event("change"));
  };
  turn_(true);
  assert.equal(localStorage.getItem("dengshao.keys-off"), "yes");
  assert.deepEqual([press("c"), press("?")], [[], ["list"]]);
  dialog.open = false;
  turn_(false);
  assert.deepEqual([localStorage.getItem("dengshao.keys-off"), press("c")], [null, ["c"]]);
});

test("the list shows each key with its word, opens by a press, and closes", () => {
  const { dialog, showList, pressed } = desk();
  assert.deepEqual(read(dialog), ["keys", "c", "claim", "/", "search", " ", "turn off", "close"]);
  assert.equal(dialog.getAttribute("aria-labelledby"), dialog.querySelector("h2").id);
  assert.equal(dialog.querySelector("input").type, "checkbox");
  showList();
  assert.deepEqual(pressed, ["list"]);
  // Open, it is not opened again.
  showList();
  assert.deepEqual(pressed, ["list"]);
  dialog.querySelector("button").click();
  assert.equal(dialog.open, false);
});

// ---- Words of what was opened.

test("each field is told in the page's words, in its order, and what nobody knows comes last", () => {
  const words = {
    fields: [
      ["a", "A"],
      ["b", "B"],
      ["c", "C"],
    ],
    choices: { a: { x: "X", y: "Y" } },
  };
  const fields = { z: "unknown", c: "", b: "toString", a: ["x", "y", "q", 5, ""] };
  assert.deepEqual(readFields(fields, words), [
    ["a", "A", "X、Y、q"],
    ["b", "B", "toString"],
    ["z", "z", "unknown"],
  ]);
  assert.deepEqual(readFields({ a: "toString" }, words), [["a", "A", "toString"]]);
  assert.deepEqual(readFields({}, words), []);
  const label = { category: "x", township: "t", flags: ["f", "g"] };
  const told = readLabel(label, {
    fields: [],
    choices: { category: { x: "X" }, township: { t: "T" } },
    flags: { f: "F" },
  });
  assert.deepEqual([told.category, told.township], ["X", "T"]);
});

// ---- Keys renewed.

test("who checks what was moved finishes, and tells of what differs", async () => {
  const conflict = (status) => async () => {
    throw Object.assign(new Error(String(status)), { status });
  };
  const base = {
    solve: async () => "proof",
    read: async (reference) => ({ reference, must_compare: true }),
    compare: async () => ({ verdict: "same", compared: "c", content_mac: "m" }),
    confirm: async () => ({}),
    doubt: async () => ({}),
  };
  const check = async (more, rounds = [["a", "b"], []], to = 7) => {
    const told = [];
    const calls = [];
    const left = rounds.slice();
    const io = { ...base, ...more, tell: (...said) => told.push(said) };
    for (const name of ["confirm", "doubt"]) {
      const own = io[name];
      io[name] = (...given) => calls.push([name, ...given]) && own(...given);
    }
    io.next = async () => ({
      tips: left.length > 1 ? left.shift() : left[0],
      to,
      riddle: "r",
      words: { checking: "%(n)s left", differs: "%(n)s differ", checked: "all the same" },
    });
    return { differing: await checkMoved({ keyId: 7 }, io), told, calls };
  };
  const same = { proof: "proof", compared: "c", content_mac: "m" };
  assert.deepEqual(await check({}), {
    differing: 0,
    told: [
      ["checking", "2 left"],
      ["checking", "1 left"],
      ["checked", "all the same"],
    ],
    calls: [
      ["confirm", "a", same],
      ["confirm", "b", same],
    ],
  });
  assert.deepEqual(await check({ compare: async () => ({ verdict: "other" }) }, [["a"], []]), {
    differing: 1,
    told: [
      ["checking", "1 left"],
      ["differs", "1 differ"],
    ],
    calls: [["doubt", "a", { proof: "proof" }]],
  });
  // Nothing to look at, or for another key: nothing is said.
  assert.deepEqual(await check({}, [[]]), { differing: 0, told: [], calls: [] });
  assert.deepEqual(await check({}, [["a"], []], 8), { differing: 0, told: [], calls: [] });
  // The same that was looked at already is not looked at again.
  assert.equal((await check({}, [["a"], ["a"]])).calls.length, 1);
  // Settled meanwhile by another browser.
  for (const status of [404, 409]) {
    for (const more of [{ read: conflict(status) }, { confirm: conflict(status) }])
      assert.equal((await check(more, [["a"], []])).differing, 0);
  }
  // Other content than the mover told of.
  assert.equal((await check({ confirm: conflict(422) }, [["a"], []])).differing, 1);
  await assert.rejects(check({ read: conflict(500) }));
  // Left to a colleague who still holds the old key, where it must be compared with that.
  const blind = { compare: async () => ({ verdict: "same", compared: "", content_mac: "m" }) };
  assert.deepEqual((await check(blind, [["a"], []])).calls, []);
  const free = { ...blind, read: async () => ({ must_compare: false }) };
  assert.equal((await check(free, [["a"], []])).calls.length, 1);
});

test("in a page it asks its own addresses, and says what differs where everybody sees it", async () => {
  const identity = await newIdentity();
  const sealed = await sealTo([await recipientOf(identity)], Uint8Array.of(1, 2, 3));
  const riddle = Buffer.from(sealed).toString("base64");
  let verdict = "same";
  const jobs = [];
  globalThis.Worker = class {
    postMessage(job) {
      jobs.push(job);
      queueMicrotask(() =>
        this.onmessage({ data: { result: { verdict, compared: "c", content_mac: "m" } } }),
      );
    }
  };
  const words = { checking: "%(n)s left", differs: "%(n)s differ", checked: "all the same" };
  for (const [answer, state, sentence, hasPlace] of [
    ["same", "checked", "all the same", true],
    ["other", "differs", "1 differ", true],
    ["other", "differs", "", false],
  ]) {
    verdict = answer;
    const it = await tab({ isOpen: false });
    const notice = make("div", { class: "notice" }, make("p", { id: "checking" }));
    if (hasPlace) document.body.append(notice);
    let rounds = 0;
    Object.defineProperty(it.all, "/desk/reseal/moved/next.json", {
      get() {
        rounds += 1;
        return [200, { tips: rounds > 1 ? [] : ["R"], words, riddle, to: 7 }];
      },
    });
    const both = { reference: "R", must_compare: true };
    it.all["/desk/reseal/moved/R.json"] = [200, both];
    it.all["/desk/reseal/moved/R"] = [200, {}];
    it.all["/desk/reseal/moved/R/doubt"] = [200, {}];
    const unit = { keyId: 7, identity, identities: [identity] };
    assert.equal(await checkMoved(unit), answer === "same" ? 0 : 1);
    const place = notice.children[0];
    const isTold = hasPlace ? state : undefined;
    assert.deepEqual([place.dataset.state, place.textContent], [isTold, sentence]);
    assert.equal(notice.classList.contains("notice--danger"), hasPlace && answer === "other");
    const asked = { job: "compare", both, unit: { identity, identities: [identity] } };
    assert.deepEqual(jobs.pop(), asked);
    const posted = it.asked.filter(([, { method }]) => method === "POST");
    const proof = createHash("sha256")
      .update(Uint8Array.of(1, 2, 3))
      .digest("hex");
    assert.deepEqual(
      posted.map(([address, { body }]) => [address, JSON.parse(body)]),
      answer === "same"
        ? [["/desk/reseal/moved/R", { proof, compared: "c", content_mac: "m" }]]
        : [["/desk/reseal/moved/R/doubt", { proof }]],
    );
  }
});

test("the new key is for each holder of the old roster but the suspended, and for the sheet", async () => {
  const identity = await newIdentity();
  const unit = { identity, recipient: await recipientOf(identity), recovery: "age1pq1sheet" };
  const holders = await Promise.all([newIdentity(), newIdentity(), newIdentity()]);
  const names = ["me", "other", "gone"];
  const recipients = await Promise.all(holders.map((one) => recipientOf(one)));
  const roster = [["", unit.recovery], ...names.map((name, n) => [name, recipients[n]])];
  const told = {
    recipient: unit.recipient,
    recovery: unit.recovery,
    roster,
    roster_mac: rosterMac(seedOf(identity), roster),
    suspended: ["gone"],
  };
  const left = remainingHolders(unit, told, "me");
  assert.deepEqual(left, [
    ["me", recipients[0]],
    ["other", recipients[1]],
  ]);
  const fewer = roster.slice(0, 3);
  const more = roster.concat([["stranger", recipients[0]]]);
  for (const change of [
    { recipient: recipients[0] },
    { recovery: recipients[0] },
    { roster: fewer },
    { roster: more },
    { roster_mac: told.roster_mac.replace(/^./, (first) => (first === "0" ? "1" : "0")) },
    { suspended: ["me"] },
  ])
    assert.throws(() => remainingHolders(unit, { ...told, ...change }, "me"), {
      name: "RosterChanged",
    });
  assert.throws(() => remainingHolders(unit, told, "stranger"), { name: "RosterChanged" });
  const made = await makeNextKey("police", left, seedOf(identity));
  assert.deepEqual(Object.keys(made.posted.grants), ["me", "other"]);
  for (const [n, name] of ["me", "other"].entries()) {
    const opened = await openWith(
      holders[n],
      new Uint8Array(Buffer.from(made.posted.grants[name], "base64")),
    );
    assert.equal(new TextDecoder().decode(opened), made.identity);
  }
  const mac = rosterMac(seedOf(made.identity), [...left, ["", made.posted.recovery]]);
  assert.equal(made.posted.roster_mac, mac);
  assert.equal(
    made.fingerprint,
    fingerprint("police", made.posted.recipient, made.posted.recovery),
  );
});

test("halves of a sheet join in any grouping and case, and a slip of the pen is noticed anywhere", () => {
  const seed = Uint8Array.from({ length: 32 }, (_, n) => 7 * n);
  const random = Uint8Array.from({ length: 32 }, (_, n) => 251 - 5 * n);
  const [first, second] = split(seed, random);
  assert.deepEqual(join(first, second), seed);
  assert.deepEqual(
    join(
      first.toLowerCase().replace(/ /g, "-"),
      second.replace(/ /g, "").replace(/0/g, "O").replace(/1/g, "l"),
    ),
    seed,
  );
  const plain = first.replace(/ /g, "");
  assert.equal(plain.length, 56);
  for (let n = 0; n < plain.length; n += 1) {
    const other = plain.slice(0, n) + (plain[n] === "7" ? "8" : "7") + plain.slice(n + 1);
    assert.throws(() => join(other, second), { name: /.*/, message: /half/ }, String(n));
  }
  for (const wrong of ["", plain.slice(1), `${plain}0`, `U${plain.slice(1)}`])
    assert.throws(() => join(wrong, second), /half/);
  for (const size of [31, 33]) {
    assert.throws(() => split(new Uint8Array(size), random), /32/);
    assert.throws(() => split(seed, new Uint8Array(size)), /32/);
  }
});
