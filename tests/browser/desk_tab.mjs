// A tab of the desk as far as scripts look for it, and what its member has opened.

import { make, openPage, read } from "./dom.mjs";

const meta = () => make("meta", { name: "csrf-token" });
openPage(meta());
export const channels = [];
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

export const keyring = await import("../../admin/browser/signin/keyring.js");

export const turn = () => new Promise((resolve) => setImmediate(resolve));
export const settle = async () => {
  for (let n = 0; n < 30; n += 1) await turn();
};

export function storage() {
  const rows = new Map();
  return {
    rows,
    getItem: (name) => rows.get(name) ?? null,
    setItem: (name, value) => rows.set(name, String(value)),
    removeItem: (name) => rows.delete(name),
  };
}

export const WRAP = Buffer.alloc(32, 9).toString("base64");
export const OWN = {
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
export const WORDS = {
  sentences: { ...SENTENCES, fingerprint: "ours: %(found)s", lock_offered: "theirs: %(found)s" },
};

// A tab of the desk; `answers` are the server's, `units` what its member has opened.
export async function tab({ answers = {}, units = { police: OWN }, isOpen = true } = {}) {
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
