// What rests sealed on a member's computer, and how keys are opened there: `node --test`.

import assert from "node:assert/strict";
import { test } from "node:test";
import { chacha20poly1305 } from "@noble/ciphers/chacha.js";
import { base64nopad } from "@scure/base";
import { Encrypter, Stanza } from "age-encryption";
import { tab, WRAP } from "./desk_tab.mjs";

// After the tab is there: they look at it once they are loaded.
const { putDraft, takeDraft, forgetDrafts, keepDraftsOf } = await import(
  "../../admin/browser/signin/draft_store.js"
);
const { openKeyring } = await import("../../admin/browser/signin/open.js");
const { wrap, unwrap } = await import("../../admin/browser/signin/wrapped.js");
const remembered = await import("../../admin/browser/signin/remembered.js");
const { Opener } = await import("../../admin/browser/signin/opening.js");
const { newIdentity, recipientOf } = await import("../../admin/browser/shared/sealing/age.js");

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
  const open = async (sealed, own = key, more = {}) =>
    openKeyring(
      {
        name: "a",
        recipient: await recipientOf(identity),
        sealed_identity: sealed,
        units: [],
        ...more,
      },
      salt,
      own,
    );
  const [own, other] = [salt, new Uint8Array(16)].map((bytes) => base64nopad.encode(bytes));
  assert.deepEqual(await open(await seal([own, "17"])), {
    name: "a",
    recipient: await recipientOf(identity),
    units: {},
  });
  // A dispatcher's tab alone keeps it.
  const kept = await open(await seal([own, "17"]), key, { reads_labels: true });
  assert.equal(kept.own, identity);
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
