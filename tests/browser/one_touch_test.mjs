// What one touch seals and opens, and what is posted meanwhile: `node --test`.

import assert from "node:assert/strict";
import { createHash, createHmac } from "node:crypto";
import { test } from "node:test";
import { Decrypter, Encrypter, webauthn } from "age-encryption";
import { settle, tab, WRAP } from "./desk_tab.mjs";

// After the tab is there: they look at it once they are loaded.
const { makeTouch, openOwn, sealOwn, useTouch } = await import(
  "../../admin/browser/signin/one_touch/sealed.js"
);
const { touchIn, touchToUnlock } = await import("../../admin/browser/signin/opening.js");
const { sentenceFor } = await import("../../admin/browser/signin/one_touch/page.js");
const { newIdentity, recipientOf } = await import("../../admin/browser/shared/sealing/age.js");

const base64 = (bytes) => Buffer.from(bytes).toString("base64");
const OPTIONS = { challenge: "AQID", rpId: "localhost", userVerification: "required" };

// An authenticator as far as browsers show it: its secrets are what WebAuthn says that they are, an
// HMAC of each input's hash. `asked` holds what it was asked for.
function authenticator({ secret = "one", gives = true, flags = 0x05 } = {}) {
  const asked = [];
  const prf = (input) =>
    createHmac("sha256", secret)
      .update(createHash("sha256").update("WebAuthn PRF\0").update(input).digest())
      .digest();
  const answer = (publicKey, response) => ({
    id: "AQL_",
    rawId: Uint8Array.of(1, 2, 255).buffer,
    type: "public-key",
    response: { clientDataJSON: Uint8Array.of(1).buffer, ...response },
    getClientExtensionResults: () => {
      const { first, second } = publicKey.extensions.prf.eval;
      const results = { first: prf(first), second: second && prf(second) };
      return gives ? { prf: { enabled: true, results } } : {};
    },
  });
  const data = new Uint8Array(37);
  data[32] = flags;
  const credentials = {
    create: async ({ publicKey }) => {
      asked.push(publicKey);
      return answer(publicKey, {
        attestationObject: Uint8Array.of(1).buffer,
        getTransports: () => ["internal"],
        getAuthenticatorData: () => data.buffer,
      });
    },
    get: async ({ publicKey }) => {
      asked.push(publicKey);
      const signed = { authenticatorData: data.buffer, signature: data.buffer };
      return answer(publicKey, { ...signed, userHandle: Uint8Array.of(7).buffer });
    },
  };
  Object.defineProperty(globalThis, "navigator", { configurable: true, value: { credentials } });
  return asked;
}

const ours = { name: "张三", identity: "AGE-SECRET-KEY-PQ-1X" };

test("age's own WebAuthn identity opens what we seal, by a touch of its own", async () => {
  const asked = authenticator();
  const { key } = await useTouch(OPTIONS);
  const sealed = await sealOwn(ours, key);
  const decrypter = new Decrypter();
  decrypter.addIdentity(new webauthn.WebAuthnIdentity({ rpId: "localhost" }));
  assert.deepEqual(JSON.parse(await decrypter.decrypt(sealed, "text")), ours);
  assert.deepEqual(asked[0].extensions, asked[1].extensions);
  assert.equal(asked[1].userVerification, "required");
});

test("we open what age's own WebAuthn recipient seals to our question", async (t) => {
  authenticator();
  const { key } = await useTouch(OPTIONS);
  // It takes its question by chance: here chance is ours.
  const chance = t.mock.method(crypto, "getRandomValues", (bytes) => {
    new TextEncoder().encodeInto("dengshao touch 1", bytes);
    return bytes;
  });
  const encrypter = new Encrypter();
  encrypter.addRecipient(new webauthn.WebAuthnRecipient({ rpId: "localhost" }));
  const sealed = await encrypter.encrypt(JSON.stringify(ours));
  chance.mock.restore();
  assert.deepEqual(await openOwn(sealed, key), ours);
  // By chance of its own it is another question, which ours does not answer.
  const other = new Encrypter();
  other.addRecipient(new webauthn.WebAuthnRecipient({ rpId: "localhost" }));
  await assert.rejects(openOwn(await other.encrypt(JSON.stringify(ours)), key), {
    name: "KeysChanged",
  });
});

test("another passkey's secret opens nothing, nor does a changed file or one sealed to two", async () => {
  authenticator({ secret: "other" });
  const theirs = (await useTouch(OPTIONS)).key;
  authenticator();
  const { key } = await useTouch(OPTIONS);
  const sealed = await sealOwn(ours, key);
  assert.ok(!Buffer.from(sealed).includes("AGE-SECRET"));
  const [header, line] = Buffer.from(sealed).toString("latin1").split("\n");
  const doubled = Buffer.from(sealed)
    .toString("latin1")
    .replace(`${header}\n`, `${header}\n${line}\n${"A".repeat(43)}\n`);
  const changed = Uint8Array.from(sealed);
  changed[changed.length - 1] ^= 1;
  for (const [bytes, opener] of [
    [sealed, theirs],
    [changed, key],
    [Buffer.from(doubled, "latin1"), key],
    [new Uint8Array(4), key],
  ])
    await assert.rejects(openOwn(bytes, opener), { name: "KeysChanged", what: "identity" });
});

test("a new passkey says whether it gives a secret, and whether it travels", async () => {
  const asked = authenticator();
  const options = { ...OPTIONS, user: { id: "AQ", name: "a" } };
  const kinds = async (kind) => {
    authenticator(kind);
    const { gives, travels } = await makeTouch(options);
    return [gives, travels];
  };
  const made = await makeTouch(options);
  assert.equal(
    asked[0].extensions.prf.eval.second.length,
    asked[0].extensions.prf.eval.first.length,
  );
  assert.deepEqual(made.posted.clientExtensionResults, {});
  assert.ok(!JSON.stringify(made.posted).includes("prf"));
  assert.deepEqual(await kinds({}), [true, false]);
  assert.deepEqual(await kinds({ gives: false }), [false, false]);
  assert.deepEqual(await kinds({ flags: 0x0d }), [true, true]);
});

// A server that answers as ours does, or as `changed` says; the member's identity is a real one.
async function server(changed = {}) {
  const asked = authenticator();
  const { key } = await useTouch(OPTIONS);
  const identity = await newIdentity();
  const own = { name: "张三", identity, ...changed.own };
  const sealed = base64(await sealOwn(own, changed.key ?? key));
  const recipient = await recipientOf(identity);
  const keyring = { name: "张三", recipient, wrap_key: WRAP, units: [], ...changed.keyring };
  const it = await tab({
    isOpen: false,
    answers: {
      "/desk/sign-in/touch/options": [200, { ...OPTIONS, ...changed.options }],
      "/desk/sign-in/touch": [200, { csrf: "new token", next: "/desk/", sealed }],
      "/desk/unlock/touch": [200, { unlocked: true, sealed }],
      "/desk/keyring.json": [200, keyring],
      "/desk/sign-out": [200, {}],
      ...changed.answers,
    },
  });
  asked.length = 0;
  return { ...it, touches: asked, identity };
}

test("a touch signs in and opens, and what is posted holds no secret", async () => {
  const it = await server({ options: { allowCredentials: [{ id: "AQ", type: "public-key" }] } });
  assert.deepEqual(await touchIn(), { next: "/desk/" });
  assert.deepEqual(it.addresses(), [
    "/desk/sign-in/touch/options",
    "/desk/sign-in/touch",
    "/desk/keyring.json",
  ]);
  assert.equal(document.querySelector("meta").content, "new token");
  const { credential } = JSON.parse(it.asked[1][1].body);
  assert.deepEqual(credential.clientExtensionResults, {});
  assert.deepEqual(Object.keys(credential.response).sort(), [
    "authenticatorData",
    "clientDataJSON",
    "signature",
    "userHandle",
  ]);
  // Whose passkey it is says the authenticator: the server's choice is not heard.
  assert.deepEqual(it.touches[0].allowCredentials, []);
  assert.ok(sessionStorage.getItem("dengshao.keyring"));
  assert.ok(!sessionStorage.getItem("dengshao.keyring").includes(it.identity));
});

// What a server may answer that lies, each with what shows it.
const LIES = {
  "another's sealed identity": async () => ({ key: new Uint8Array(32).fill(3) }),
  "another's name": async () => ({ keyring: { name: "李四" } }),
  "another's keys": async () => ({
    keyring: { recipient: await recipientOf(await newIdentity()) },
  }),
  "a name sealed with another": async () => ({ own: { name: "李四" } }),
};

for (const [lie, made] of Object.entries(LIES)) {
  test(`a server that answers ${lie} is noticed, and nobody stays signed in`, async () => {
    const it = await server(await made());
    await assert.rejects(touchIn(), { name: "KeysChanged" });
    await settle();
    assert.equal(it.addresses().at(-1), "/desk/sign-out");
    assert.equal(sessionStorage.getItem("dengshao.keyring"), null);
    const again = await server(await made());
    await assert.rejects(touchToUnlock("张三"), { name: "KeysChanged" });
    assert.equal(sessionStorage.getItem("dengshao.keyring"), null);
    assert.ok(!again.addresses().includes("/desk/sign-out"));
  });
}

test("a tab is unlocked by its own member's passkey alone", async () => {
  const allowCredentials = [{ id: "AQL_", type: "public-key" }];
  const it = await server({ options: { allowCredentials } });
  await touchToUnlock("张三");
  assert.deepEqual(it.addresses(), [
    "/desk/sign-in/touch/options",
    "/desk/unlock/touch",
    "/desk/keyring.json",
  ]);
  assert.equal(it.touches[0].allowCredentials.length, 1);
  await assert.rejects(touchToUnlock("李四"), { name: "KeysChanged" });
});

test("where no secret comes, nothing is posted; a refusal and a dead line open nothing", async () => {
  const it = await server();
  authenticator({ gives: false });
  await assert.rejects(touchIn(), { name: "NoSecret" });
  assert.deepEqual(it.addresses(), ["/desk/sign-in/touch/options"]);
  for (const answer of [[401, { error: "gone" }], [0]]) {
    await server({ answers: { "/desk/sign-in/touch": answer } });
    await assert.rejects(touchIn());
    assert.equal(sessionStorage.getItem("dengshao.keyring"), null);
  }
  // Cut between the two: signed in at the server, opened nowhere, and so signed out again.
  const cut = await server({ answers: { "/desk/keyring.json": [0] } });
  await assert.rejects(touchIn(), { name: "TypeError" });
  assert.equal(cut.addresses().at(-1), "/desk/sign-out");
});

test("each failure has its sentence", () => {
  const words = new Proxy({}, { get: (_, name) => name });
  const cases = [
    [{ name: "KeysChanged" }, "keys_changed"],
    [{ name: "NoSecret" }, "no_secret"],
    [new DOMException("", "NotAllowedError"), "not_shown"],
    [{ name: "DeskRefused", status: 401 }, "signed_out"],
    [{ name: "DeskRefused", status: 401, sentence: "said" }, "said"],
    [{ name: "DeskRefused", status: 500 }, "no_server"],
    [{ name: "TypeError" }, "no_server"],
  ];
  assert.deepEqual(
    cases.map(([error]) => sentenceFor(error, words)),
    cases.map(([, sentence]) => sentence),
  );
});
