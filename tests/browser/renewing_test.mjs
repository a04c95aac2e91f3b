// Who keeps a new key, and who looks whether what was moved is the same: `node --test`.

import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { test } from "node:test";
import { tab } from "./desk_tab.mjs";
import { make } from "./dom.mjs";

// After the tab is there: they look at it once they are loaded.
const { checkMoved } = await import("../../admin/browser/signin/renewal/checking.js");
const { remainingHolders, makeNextKey } = await import(
  "../../admin/browser/signin/renewal/making.js"
);
const { fingerprint, rosterMac } = await import("../../admin/browser/shared/sealing/member.js");
const { openWith, sealTo, seedOf, newIdentity, recipientOf } = await import(
  "../../admin/browser/shared/sealing/age.js"
);
const { split, join } = await import("../../admin/browser/signin/members/halves.js");

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
