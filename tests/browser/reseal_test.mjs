// The re-sealing's loop and its pure half, against a server made of functions: `node --test`.

import assert from "node:assert/strict";
import { test } from "node:test";
import { fromBase64, toBase64, toUtf8 } from "../../admin/browser/shared/bytes.js";
import {
  identityFromSeed,
  newIdentity,
  openWith,
  recipientOf,
  sealTo,
  seedOf,
} from "../../admin/browser/shared/sealing/age.js";
import { rosterMac, successorMac } from "../../admin/browser/shared/sealing/member.js";
import { labelBytes, tipBytes } from "../../admin/browser/shared/sealing/tip.js";
import { join } from "../../admin/browser/signin/members/halves.js";
import { resealBundle, resealFile } from "../../admin/browser/signin/renewal/bundle.js";
import { checkMoved } from "../../admin/browser/signin/renewal/checking.js";
import { compare } from "../../admin/browser/signin/renewal/contents.js";
import { makeNextKey, remainingHolders, solve } from "../../admin/browser/signin/renewal/making.js";
import { reseal } from "../../admin/browser/signin/renewal/reseal.js";

const conflict = () => Object.assign(new Error("409"), { status: 409 });

// Plays the server: `tips` is what hangs on the old key; `fail` may throw at one call.
// It counts up to `most`.
function server(tips, { fail = () => {}, confirmed = true, to = "new", most = 1000 } = {}) {
  const left = new Set(tips);
  const told = [];
  const io = {
    next: async (skip) => {
      fail("next");
      const shown = [...left].slice(0, 2 + skip);
      const counted = { left: Math.min(left.size, most), more: left.size > most };
      return { to, confirmed, ...counted, tips: shown, shift_notes: [] };
    },
    read: async (reference) => {
      fail("read", reference);
      if (!left.has(reference)) throw conflict();
      return { reference };
    },
    move: async (reference) => {
      fail("move", reference);
      if (!left.delete(reference)) throw conflict();
    },
    seal: async (bundle) => bundle,
    rest: async () => {},
    wait: async () => told.push("wait"),
    shuffle: (list) => list,
    tell: (state, { left: n, more }) => told.push([state, more ? `${n}+` : n]),
  };
  return { io, left, told };
}

test("all of it is moved, and how much is left is told on the way", async () => {
  const { io, left, told } = server(["a", "b", "c"]);
  assert.equal(await reseal("new", io), "done");
  assert.equal(left.size, 0);
  assert.deepEqual(
    told.filter(([state]) => state === "working").map(([, n]) => n),
    [3, 2, 1],
  );
});

test("what the server stopped counting is not counted down until it can be counted", async () => {
  const { io, told } = server(["a", "b", "c", "d", "e"], { most: 3 });
  assert.equal(await reseal("new", io), "done");
  const numbers = told.filter(([state]) => state === "working").map(([, n]) => n);
  assert.deepEqual(numbers, ["3+", "3+", 3, 2, 1]);
});

test("two browsers at once move each tip once, and both come to an end", async () => {
  const { io, left } = server(["a", "b", "c", "d", "e"]);
  const ends = await Promise.all([reseal("new", io), reseal("new", io)]);
  assert.deepEqual(ends, ["done", "done"]);
  assert.equal(left.size, 0);
});

test("a lost line and a server in trouble are waited for, and nothing is left behind", async () => {
  const faults = [new TypeError("lost"), Object.assign(new Error("503"), { status: 503 })];
  const { io, left, told } = server(["a", "b"], {
    fail: (call) => {
      if (call === "move" && faults.length) throw faults.shift();
    },
  });
  assert.equal(await reseal("new", io), "done");
  assert.equal(left.size, 0);
  assert.equal(told.filter((one) => one === "wait").length, 2);
});

test("what does not open for this member is left to another, and holds nothing back", async () => {
  const { io, left, told } = server(["shut", "b", "c", "d"], {
    fail: (call, reference) => {
      if (call === "read" && reference === "shut") throw new Error("NotOpened");
    },
  });
  assert.equal(await reseal("new", io), "stuck");
  assert.deepEqual([...left], ["shut"]);
  assert.equal(told.at(-1)[0], "stuck");
});

test("nothing is sealed to a key that the unit has replaced since, nor to one unconfirmed", async () => {
  const stale = server(["a"], { to: "newer" });
  assert.equal(await reseal("new", stale.io), "stale");
  const waiting = server(["a"], { confirmed: false });
  let turns = 0;
  waiting.io.wait = async () => {
    turns += 1;
    if (turns === 3) waiting.left.clear();
  };
  assert.equal(await reseal("new", waiting.io), "done");
  assert.equal(turns, 3);
});

async function key() {
  const [identity, recovery] = [await newIdentity(), await newIdentity()];
  return {
    identity,
    recovery,
    recipients: [await recipientOf(identity), await recipientOf(recovery)],
  };
}

async function story() {
  const [old, next] = [await key(), await key()];
  const reporter = await newIdentity();
  const fields = { category: "A1", what: "words", when: "now", minor: "yes", township: "shili" };
  const to = await recipientOf(reporter);
  const talk = new Uint8Array(32);
  const words = tipBytes({ reference: "0123A-BCXYZ", fields, reporter: to, talk });
  const seal = async (recipients, bytes) => toBase64(await sealTo(recipients, bytes));
  const stranger = await key();
  const bundle = {
    old: "1",
    reference: "0123A-BCXYZ",
    length: 3,
    sealed: await seal(old.recipients, words),
    label: await seal(
      [old.recipients[0]],
      labelBytes({ category: "A1", township: "shili", flags: ["minor", "danger"] }),
    ),
    messages: {
      1: await seal(old.recipients, toUtf8("reporter")),
      2: await seal([to, ...old.recipients], toUtf8("staff")),
      3: await seal(stranger.recipients, toUtf8("for nobody here")),
    },
    notes: { 1: await seal(old.recipients, toUtf8("note")) },
  };
  return { old, next, reporter, bundle };
}

const unitOf = (old, { identity, recipients: [recipient, recovery] }, holdsAll = true) => ({
  identities: [old],
  identity,
  recipient,
  recovery,
  holdsAll,
});

const read = async (identity, file) => toBase64(await openWith(identity, fromBase64(file)));

test("a bundle is sealed to the new key, file by file, byte for byte, and the reporter still reads", async () => {
  const { old, next, reporter, bundle } = await story();
  const anew = await resealBundle(unitOf(old.identity, next), bundle);
  const pairs = [
    [bundle.sealed, anew.sealed],
    [bundle.label, anew.label],
    [bundle.messages[1], anew.messages[1]],
    [bundle.messages[2], anew.messages[2]],
    [bundle.notes[1], anew.notes[1]],
  ];
  for (const [before, after] of pairs) {
    assert.equal(await read(next.identity, after), await read(old.identity, before));
    assert.equal(after.length, before.length);
    await assert.rejects(read(old.identity, after));
  }
  await read(reporter, anew.messages[2]);
  assert.equal(anew.messages[3], bundle.messages[3]);
  assert.deepEqual([anew.old, anew.length], ["1", 3]);
});

const moved = (bundle, anew) => ({ reference: bundle.reference, now: anew, kept: bundle });

test("a second browser finds what was sealed anew to be the same, by the mover's word", async () => {
  const { old, next, bundle } = await story();
  const anew = await resealBundle(unitOf(old.identity, next), bundle);
  const second = { identity: next.identity, identities: [next.identity, old.identity] };
  const same = { verdict: "same", compared: true, content_mac: anew.content_mac };
  assert.deepEqual(await compare(second, moved(bundle, anew)), same);
  // Who was handed the new key alone opens the new one, and can't compare.
  const newcomer = { identity: next.identity, identities: [next.identity] };
  const word = { verdict: "same", compared: false, content_mac: anew.content_mac };
  assert.deepEqual(await compare(newcomer, moved(bundle, anew)), word);
});

test("a second browser finds out what a mover changed, swapped or spoilt", async () => {
  const { old, next, bundle } = await story();
  const anew = await resealBundle(unitOf(old.identity, next), bundle);
  const second = { identity: next.identity, identities: [next.identity, old.identity] };
  const seal = async (words) => toBase64(await sealTo(next.recipients, words));
  const other = tipBytes({
    reference: bundle.reference,
    fields: { what: "else" },
    reporter: "r",
    talk: new Uint8Array(32),
  });
  const changes = {
    "other words": { sealed: await seal(other) },
    "another message": { messages: { ...anew.messages, 1: await seal(toUtf8("REPORTER")) } },
    "a message that opens for nobody": { messages: { ...anew.messages, 1: anew.messages[3] } },
    "another note": { notes: { 1: await seal(toUtf8("else")) } },
    "no label": { label: "" },
    "another label": { label: toBase64(await sealTo([next.recipients[0]], toUtf8("x"))) },
  };
  for (const [name, change] of Object.entries(changes)) {
    const { verdict } = await compare(second, moved(bundle, { ...anew, ...change }));
    assert.equal(verdict, "changed", name);
  }
  const stranger = await key();
  const junk = toBase64(await sealTo(stranger.recipients, other));
  const { verdict } = await compare(second, moved(bundle, { ...anew, sealed: junk }));
  assert.equal(verdict, "unopened");
});

test("what differs is told of and doubted, what is the same confirmed, and the rest left alone", async () => {
  const verdicts = { same: "same", bad: "changed", shut: "unopened", new: "same", lied: "same" };
  const left = new Set([...Object.keys(verdicts), "gone"]);
  const told = [];
  const calls = [];
  const words = { checking: "%(n)s", differs: "%(n)s differ", checked: "ok" };
  const refuse = (status) => Promise.reject(Object.assign(new Error(), { status }));
  const io = {
    next: async () => ({ tips: [...left], words, riddle: "r", to: "1" }),
    solve: async () => "p",
    read: async (reference) =>
      reference === "gone" ? refuse(404) : { reference, must_compare: true },
    compare: async ({ reference }) => ({
      verdict: verdicts[reference],
      compared: reference !== "new",
      content_mac: "m",
    }),
    confirm: async (reference) => {
      calls.push(["confirm", reference]);
      if (reference === "lied") return refuse(422);
      left.delete(reference);
      return {};
    },
    doubt: async (reference) => calls.push(["doubt", reference]),
    tell: (state, sentence) => told.push([state, sentence]),
  };
  assert.equal(await checkMoved({ keyId: "1" }, io), 3);
  assert.deepEqual(calls, [
    ["confirm", "same"],
    ["doubt", "bad"],
    ["doubt", "shut"],
    ["confirm", "lied"],
  ]);
  assert.deepEqual(told.at(-1), ["differs", "3 differ"]);
});

test("the recovery sheet makes the label anew from the words", async () => {
  const { old, next, bundle } = await story();
  const anew = await resealBundle(unitOf(old.recovery, next), bundle);
  assert.equal(await read(next.identity, anew.label), await read(old.identity, bundle.label));
});

test("junk moves as it is, and its label is unclear", async () => {
  for (const junk of ["no JSON", '{"v":1,"kind":"tip","fields":null}', '{"v":1,"kind":"label"}']) {
    const { old, next, bundle } = await story();
    const sealed = toBase64(await sealTo(old.recipients, toUtf8(junk)));
    const anew = await resealBundle(unitOf(old.recovery, next), {
      ...bundle,
      sealed,
      messages: {},
    });
    assert.equal(await read(next.identity, anew.sealed), toBase64(toUtf8(junk)));
    const label = JSON.parse(atob(await read(next.identity, anew.label)));
    assert.deepEqual([label.category, label.township, label.flags], ["unclear", "unclear", []]);
  }
});

test("who may lack a key leaves a tip alone whose message does not open", async () => {
  const { old, next, bundle } = await story();
  await assert.rejects(resealBundle(unitOf(old.identity, next, false), bundle), /does not open/);
  await assert.rejects(resealBundle(unitOf(await newIdentity(), next), bundle), /does not open/);
  await assert.rejects(
    resealFile(unitOf(await newIdentity(), next), bundle.sealed),
    /does not open/,
  );
});

test("the new key is vouched for, handed to the remaining holders, and its sheet joins", async () => {
  const old = await key();
  const [recipient, recovery] = old.recipients;
  const [ada, bo] = [await key(), await key()];
  const roster = [
    ["", recovery],
    ["ada", ada.recipients[0]],
    ["bo", bo.recipients[0]],
  ];
  const seed = seedOf(old.identity);
  const told = {
    recipient,
    recovery,
    roster,
    roster_mac: rosterMac(seed, roster),
    suspended: ["bo"],
  };
  const unit = { identity: old.identity, recipient, recovery };
  const holders = remainingHolders(unit, told, "ada");
  assert.deepEqual(holders, [["ada", ada.recipients[0]]]);
  for (const forged of [
    { roster: roster.concat([["eve", bo.recipients[0]]]) },
    { roster: roster.slice(0, 2) },
    { recovery: bo.recipients[1] },
    { roster_mac: "0".repeat(64) },
    { suspended: ["ada"] },
  ]) {
    assert.throws(() => remainingHolders(unit, { ...told, ...forged }, "ada"), /roster/);
  }
  const made = await makeNextKey("police", holders, seed);
  const granted = await openWith(ada.identity, fromBase64(made.posted.grants.ada));
  assert.equal(new TextDecoder().decode(granted), made.identity);
  const joined = identityFromSeed(join(...made.halves));
  assert.equal(await recipientOf(joined), made.posted.recovery);
  const vouch = successorMac(seed, "police", made.posted.recipient, made.posted.recovery);
  assert.equal(made.posted.vouch, vouch);
});

test("a riddle is answered by a hash, which opens nothing", async () => {
  const old = await key();
  const riddle = toBase64(await sealTo([old.recipients[0]], toUtf8("answer")));
  assert.match(await solve(old.identity, riddle), /^[0-9a-f]{64}$/);
  await assert.rejects(solve(await newIdentity(), riddle));
});
