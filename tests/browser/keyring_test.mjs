// What a member's tab does with keys: kept, taken away, and held against what the form hands out:
// `node --test`.

import assert from "node:assert/strict";
import { afterEach, mock, test } from "node:test";
import { channels, keyring, OWN, settle, tab, WORDS, WRAP } from "./desk_tab.mjs";

// After the tab is there: they look at it once they are loaded.
const { keysOf, isLocked, wordsOf } = await import("../../admin/browser/desk/unit_keys.js");
const { putDraft, takeDraft } = await import("../../admin/browser/signin/draft_store.js");
const { fingerprint } = await import("../../admin/browser/shared/sealing/member.js");

afterEach(() => mock.timers.reset());

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
    mock.timers.enable({ apis: ["Date"], now: 1e12 });
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
