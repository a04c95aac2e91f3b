// A field for files on as much of a page as Node needs, with a worker and a server made of functions.

import { Block } from "../../admin/browser/reporter/files/block.js";
import { Field } from "../../admin/browser/reporter/files/field.js";
import { make, openPage, read } from "./dom.mjs";

export const MIB = 1048576;
const turn = () => new Promise((resolve) => setImmediate(resolve));
export const settle = async () => {
  for (let n = 0; n < 60; n += 1) await turn();
};

// Each sentence says its own name, so that none can stand in another's place unnoticed.
const NAMES =
  "photo noName list sealed sealedLater original originalWarning keep pause goOn retry drop".split(
    " ",
  );
NAMES.push(
  ..."chooseAgain progress undecided failed whole wholeClean wholeKept renewed nameGoes ask".split(
    " ",
  ),
);
NAMES.push(
  ..."askKind noOriginal looking cleaning again moving broken paused queued waiting wait".split(
    " ",
  ),
);
NAMES.push(
  ..."faultChoose faultAgain faultFailed savedClean savedKept savedOriginal notSaved".split(" "),
);
NAMES.push(..."practised lost plainAgain".split(" "));
const table = (...keys) => Object.fromEntries(keys.map((key) => [key, `because ${key}`]));
export const WORDS = {
  ...Object.fromEntries(NAMES.map((name) => [name, `<${name}>`])),
  photo: "photo{number}",
  progress: "{name} {percent}%",
  undecided: "undecided {reason}",
  failed: "failed {reason}",
  notSaved: "not saved {reason}",
  uncleaned: table("kind", "broken", "large", "browser", "spoils"),
  reasons: table(
    "empty",
    "tooMany",
    "tooBig",
    "tooMuch",
    "unreadable",
    "worker",
    "full",
    "refused",
  ),
  limits: { most: 3, fileMb: 5, tipMb: 8, plainMb: 2 },
};

export const fileOf = (name, size = 5) => {
  const words = name.padEnd(40, "x").slice(0, size);
  const file = Object.assign(new Blob([words]), { name, words, lastModified: 7 });
  return size > 40 ? Object.defineProperty(file, "size", { value: size }) : file;
};

// Plays the worker: a name says what the file is; a photo is cleaned into other bytes.
const KINDS = { jpg: "image/jpeg", png: "image/png", pdf: "application/pdf" };
export const kindOf = (name) => KINDS[name.split(".").pop()] || "application/octet-stream";
export function hands(more = {}) {
  const sources = new Map();
  const jobs = {
    look: async ({ file }) => ({ type: kindOf(file.name), mark: `mark of ${file.name}` }),
    clean: async ({ file, type }) => ({
      blob: Object.assign(
        new Blob(["clean"], { type: type === "image/png" ? type : "image/jpeg" }),
        // Read at once: how long a Blob takes is no matter of turns.
        { words: "clean" },
      ),
      file,
    }),
    digests: async ({ sources: all }) =>
      Promise.all(all.map(async (one) => `digest of ${one.words.slice(0, 9)}`)),
    open: async ({ id, source, length, lock }) => {
      sources.set(id, source);
      return {
        lock: lock || { identity: `key ${id}` },
        size: length + 100,
        parts: 1,
        isSame: true,
      };
    },
    part: async () => ({ bytes: new Uint8Array(1), digest: "d", prefix: "p" }),
    digest: async ({ id }) => `whole ${(sources.get(id).words ?? "of a pack").slice(0, 9)}`,
    close: () => {},
    solve: () => "proof",
    lockState: ({ content }) => JSON.stringify(content),
    openState: ({ box }) => JSON.parse(box),
    ...more,
  };
  const asked = [];
  const run = async (job, content) => {
    asked.push([job, content]);
    await turn();
    return jobs[job](content);
  };
  return { run, asked, jobs };
}

export function serve(plays = {}) {
  let tickets = 0;
  const asked = [];
  const answers = {
    "/tip/challenge": () => [200, {}],
    "/tip/files/ticket": () => {
      tickets += 1;
      return [200, { ticket: `ticket ${tickets}`, keep: "k", blob: `blob ${tickets}` }];
    },
    "/tip/files/next": () => [200, { next: 1, whole: true, keep: "k" }],
    "/tip/files/part": () => [200, { next: 1, whole: true }],
    "/tip/files/drop": () => [200, {}],
    ...plays,
  };
  globalThis.fetch = async (address, { body } = {}) => {
    const content = typeof body === "string" ? JSON.parse(body) : {};
    asked.push([address, content]);
    await turn();
    const [status, answer] = answers[address](content);
    return { ok: status < 400, status, json: async () => answer };
  };
  return {
    asked,
    dropped: () =>
      asked.filter(([one]) => one === "/tip/files/drop").map(([, { ticket }]) => ticket),
  };
}

export function begin({
  jobs,
  plays,
  rows = [],
  lost = 0,
  words = WORDS,
  isPractice = false,
} = {}) {
  openPage(make("div", { id: "files-block" }, make("input", { type: "file" })));
  const server = serve(plays);
  const worker = hands(jobs);
  const forgotten = [];
  const memory = {
    recall: async () => ({ found: rows, lost }),
    saved: [],
    save: async (upload) => memory.saved.push(upload.describe && upload.describe()),
    forget: ({ ticket }) => forgotten.push(ticket),
    wipe: () => forgotten.push("all"),
  };
  const root = document.getElementById("files-block");
  root.querySelector("input").files = [];
  const block = new Block(root, words);
  const field = new Field({
    run: worker.run,
    words,
    limits: words.limits,
    memory,
    proof: { take: async () => "proof" },
    isPractice,
    onChange: (item) => block.show(item),
  });
  block.bind(field);
  block.listen();
  const rowsShown = () => block.list.children.map((node) => read(node));
  const stateOf = (n) => {
    const row = block.rows.get(field.items[n]);
    return row.state.textContent;
  };
  return { root, block, field, memory, forgotten, rowsShown, stateOf, ...server, ...worker };
}
