// The whole field for files, as the page gets it: `node --test`.

import assert from "node:assert/strict";
import { afterEach, test } from "node:test";
import { startFiles } from "../../admin/browser/reporter/files/start.js";
import { fileOf, hands, serve, settle, WORDS } from "./chosen.mjs";
import { FormData, make, openPage, read } from "./dom.mjs";

// What one test began ends before the next has a server of its own.
afterEach(settle);

async function started({
  answers = {},
  lost = 0,
  rows = [],
  jobs,
  lang = "zh-CN",
  words = WORDS,
  ...options
} = {}) {
  const form = make(
    "form",
    {},
    make("input", { type: "radio", name: "official", value: "no", checked: "" }),
    make("input", { type: "checkbox", name: "exclude", value: "town" }),
  );
  const root = make("div", { id: "files-block" }, make("input", { type: "file" }));
  openPage(root, form);
  globalThis.location = { pathname: `${lang === "en" ? "/en" : ""}/tip/` };
  root.querySelector("input").files = [];
  const server = serve({ "/tip/files/next": () => [404, { error: "unknown" }], ...answers });
  const fetched = globalThis.fetch;
  const addresses = [];
  globalThis.fetch = async (address, given) => {
    if (!address.includes("/tip/files/words")) return fetched(address, given);
    addresses.push(address);
    return { ok: true, status: 200, json: async () => structuredClone(words) };
  };
  const worker = hands(jobs);
  globalThis.Worker = class {
    constructor(address) {
      addresses.push(address);
      queueMicrotask(() => this.onmessage({ data: { isReady: true } }));
    }

    async postMessage({ id, job, content }) {
      try {
        this.onmessage({ data: { id, result: await worker.jobs[job](content) } });
      } catch (error) {
        this.onmessage({ data: { id, error: error.name } });
      }
    }

    terminate() {
      addresses.push("terminated");
    }
  };
  window.DengshaoLoad = { arrive: (address, done) => done("", address) };
  const store = new Map(rows.length ? [["dengshao.files.tip", JSON.stringify(rows)]] : []);
  window.sessionStorage = {
    getItem: (name) => store.get(name) ?? null,
    setItem: (name, value) => store.set(name, value),
    removeItem: (name) => store.delete(name),
  };
  globalThis.FormData = FormData;
  const files = await startFiles(root, { place: "tip", ...options, ...(options.form && { form }) });
  return { files, root, form, addresses, store, ...server };
}

test("the page's words come from their own address, in its language and for whom it is", async () => {
  for (const [how, address] of [
    [{}, "/tip/files/words"],
    [{ lang: "en" }, "/en/tip/files/words"],
    [{ isYoung: true }, "/tip/files/words?page=young"],
  ]) {
    const { addresses, root } = await started(how);
    assert.deepEqual(addresses, [address, "/app/files-worker.js"]);
    assert.equal(root.dataset.ready, "yes");
  }
});

test("the answers decide whether files travel together, but not while they are on their way", async () => {
  const { files, form } = await started({ form: true });
  const [official, exclude] = form.children;
  const change = (value, isExcluded) => {
    official.value = value;
    exclude.checked = isExcluded;
    form.dispatchEvent(new Event("change"));
    return files.field.isPacked;
  };
  assert.equal(files.field.isPacked, false);
  assert.deepEqual(
    [change("yes", false), change("no", true), change("unclear", true), change("unclear", false)],
    [true, false, true, false],
  );
  files.hold(true);
  assert.equal(change("yes", false), false);
  files.hold(false);
  assert.equal(files.field.isPacked, true);
});

test("a letter's files are asked once whether they travel together", async () => {
  for (const isPacked of [true, false])
    assert.equal(
      (await started({ isPacked: async () => isPacked })).files.field.isPacked,
      isPacked,
    );
  assert.equal((await started()).files.field.isPacked, false);
});

test("what is lost of an earlier page is told, and in practice nothing is looked for", async () => {
  const rows = [{ ticket: "old", box: "{}" }];
  const lost = await started({ rows });
  assert.ok(read(lost.root).includes("<lost>"));
  const none = await started();
  assert.ok(!read(none.root).includes("<lost>"));
  const practice = await started({ rows, isPractice: true });
  assert.ok(!read(practice.root).includes("<lost>"));
});

test("only the form's page offers the plain way for what no browser cleans", async () => {
  for (const [form, note] of [
    [true, "<askKind>"],
    [false, "<ask>"],
  ]) {
    const { files, root } = await started({ form });
    await files.field.add([fileOf("a.pdf")]);
    assert.ok(read(root).includes(note));
  }
});

test("what a page asks of its files is answered by its field", async () => {
  const { files, root, addresses, store } = await started();
  assert.equal(files.isEmpty, true);
  assert.equal(files.words.wait, "<wait>");
  let waits = 0;
  assert.deepEqual(await files.collect(() => (waits += 1)), { entries: [], tickets: [] });
  assert.equal(waits, 0);
  files.field.add([fileOf("a.jpg")]);
  assert.equal(files.isEmpty, false);
  const { entries } = await files.collect(() => (waits += 1));
  assert.deepEqual([entries.length, waits, files.faults()], [1, 1, []]);
  assert.deepEqual(files.outcome(entries), [{ name: "photo1.jpg", text: "<savedClean>" }]);
  assert.equal(store.size, 1);
  files.wipe();
  assert.deepEqual([files.isEmpty, root.querySelector("ul").children, store.size], [true, [], 0]);
  assert.equal(addresses.at(-1), "terminated");
});

test("given back, the files stand in the plain field again, and nothing of them at the server", async () => {
  for (const [name, transfer, expected] of [
    [
      "a browser that fills the field",
      class {
        items = { add: (file) => this.files.push(file) };
        files = [];
      },
      true,
    ],
    [
      "one that will not",
      class {
        items = { add() {} };
        files = [];
      },
      false,
    ],
    [
      "one that cannot",
      class {
        constructor() {
          throw new Error("no");
        }
      },
      false,
    ],
  ]) {
    globalThis.DataTransfer = transfer;
    const { files, root, dropped } = await started();
    await files.field.add([fileOf("a.jpg")]);
    await files.collect(() => {});
    assert.equal(files.release(), expected, name);
    await settle();
    assert.deepEqual([dropped(), root.children.length], [["ticket 1"], 1]);
    if (expected)
      assert.deepEqual(
        root.querySelector("input").files.map((file) => file.name),
        ["a.jpg"],
      );
    // Where there was none, nothing failed to come back.
    assert.equal((await started()).files.release(), !name.includes("cannot") || true);
  }
});
