// The form's page as far as scripts look for it, with a worker and a server made of functions.

import { Entry } from "../../admin/browser/reporter/sealing/entry.js";
import * as notices from "../../admin/browser/reporter/sealing/notices.js";
import { Page } from "../../admin/browser/reporter/sealing/page.js";
import { Result } from "../../admin/browser/reporter/sealing/result.js";
import { FormData, make, openPage, read, template } from "./dom.mjs";

globalThis.FormData = FormData;
export const turn = () => new Promise((resolve) => setImmediate(resolve));
export const settle = async () => {
  for (let n = 0; n < 30; n += 1) await turn();
};

const WORDS = [
  "wait",
  "summary",
  "refused",
  "busy",
  "failed",
  "unsure",
  "cut",
  "cut-unsure",
  "no-contact",
  "contact-excluded",
  "contact-changed",
  "later",
  "unable",
  "sealed-here",
  "files-cut",
  "files-unable",
  "asked",
  "wrong-group",
  "no-group",
  "one-of-two",
  "two-of-two",
];
export const sentences = Object.fromEntries(WORDS.map((name) => [`data-${name}`, `say ${name}`]));
sentences["data-asked"] = "type group {number}";

const slot = (name, attributes = {}, ...children) =>
  make("p", { "data-slot": name, ...attributes }, ...children);

export const stored = () =>
  template(
    "stored",
    make("h1", { "data-slot": "title", "data-closed": "all done" }, "stored"),
    slot("supplement", {}, "a supplement"),
    slot("lane", {}, "looked at later"),
    make("ul", { "data-slot": "files", hidden: "" }),
    slot("which", { hidden: "" }),
    make("ol", { "data-slot": "receipt" }),
    slot("unkept", { hidden: "" }, "not kept"),
    make(
      "form",
      { "data-slot": "open" },
      make("p", { id: "group-hint" }),
      make("div", { class: "field" }, make("input", { id: "group" })),
      make("button", { "data-print": "", hidden: "" }, "print"),
    ),
    slot("closed", { hidden: "" }, "closed"),
  );

// All that the page's template has, as far as scripts look for it.
function openForm({ isPractice = false, files = true, young = "" } = {}) {
  const form = make(
    "form",
    { ...(isPractice ? { "data-practice": "" } : { "data-draft": "ticket key" }) },
    make("div", { class: "field" }, make("textarea", { name: "what", id: "what", value: "words" })),
    make(
      "details",
      {},
      make(
        "div",
        { class: "field" },
        make("input", { name: "contact", id: "contact", type: "text", value: "me" }),
      ),
    ),
    make("input", { name: "category", type: "hidden", value: "A4" }),
    ...(files
      ? [
          make(
            "div",
            { id: "files-block", "data-limits": "ten files" },
            make("input", { type: "file" }),
          ),
        ]
      : []),
    make("p", { id: "way" }),
    make("button", { type: "submit" }),
    make("button", { class: "plain-offer", hidden: "" }),
  );
  const main = make(
    "main",
    { id: "main" },
    make("h1"),
    make("p", { id: "alarm", hidden: "" }),
    form,
  );
  const page = openPage(
    main,
    make("p", { id: "files-limits" }),
    make(
      "div",
      { id: "seal", ...sentences },
      make("p", { "data-field": "what", "data-missing": "write something" }),
    ),
    stored(),
    ...["false-key", "false-routes", "strayed", "no-room", "instead", "nobody"].map((id) =>
      template(id, make("p", {}, `told: ${id}`)),
    ),
  );
  if (young) form.append(make("input", { name: "page", type: "hidden", value: young }));
  const input = form.querySelector("[type=file]");
  if (input) input.files = [];
  return { page, form, main };
}

// Plays workers; `jobs` are those that a test asks for. A job that throws an Error says its name.
export function workers(jobs) {
  const all = {
    newReceipt: () => ({ digits: "digits", receipt: "111111222222" }),
    sealTip: ({ fields, contact }) => ({ lookup: "l", sealed: fields.what, contact }),
    solve: () => "proof",
    trySealing: () => true,
    ...jobs,
  };
  const made = [];
  globalThis.Worker = class {
    constructor(address) {
      this.address = address;
      made.push(this);
      queueMicrotask(() => this.onmessage({ data: { isReady: true } }));
    }

    async postMessage({ id, job, content }) {
      await turn();
      try {
        this.onmessage({ data: { id, result: await all[job](content) } });
      } catch (error) {
        this.onmessage({ data: { id, error: error.name } });
      }
    }

    terminate() {
      this.isOver = true;
    }
  };
  return made;
}

export const named = (name) => () => {
  throw Object.assign(new Error(name), { name });
};

// Plays the server, and the scripts that come; `lost` are addresses to which no line leads.
export function serve(answers = {}, lost = []) {
  const asked = [];
  const all = {
    "/tip/routes.json": [200, { units: {} }],
    "/keys.json": [200, { keys: [], routes: "r" }],
    "/tip/challenge": [200, {}],
    "/tip/sealed": [200, { stored: true, lane: "" }],
    ...answers,
  };
  globalThis.fetch = async (address, { body }) => {
    asked.push([address, body && JSON.parse(body)]);
    await turn();
    if (lost.includes(address) || !all[address][0]) throw new TypeError("no network");
    const [status, content] = all[address];
    return { ok: status < 400, status, json: async () => content ?? JSON.parse("x") };
  };
  // A script comes in its own time, and leaves what it makes only then.
  const brings = {
    "/app/seal-send.js": () => {
      window.DengshaoPage = Page;
    },
    "/app/seal-result.js": () => {
      window.DengshaoNotices = notices;
      window.DengshaoResult = Result;
    },
  };
  window.DengshaoLoad = {
    arrive: (address, done) => done(lost.includes(address) ? "cut" : "", address),
    load: async (address, isThere, done) => {
      asked.push([address]);
      await turn();
      if (lost.includes(address)) done("cut");
      else {
        brings[address]?.();
        done(isThere() ? "" : "unable");
      }
    },
  };
  return { asked, lost, brings, sent: (address) => asked.filter(([one]) => one === address) };
}

export function open({ jobs, answers, lost, ...how } = {}) {
  const there = openForm(how);
  const server = serve(answers, lost);
  const made = workers(jobs);
  const entry = new Entry(there.form);
  server.brings["/app/draft.js"] = () => {
    window.DengshaoDraft = { Keeping };
  };
  const Keeping = class {
    receipt = null;
    receipts = null;
    saved = [];

    constructor(form, onReceipt) {
      Object.assign(this, { form, onReceipt });
    }

    start() {
      this.isStarted = true;
    }

    async save() {
      this.saved.push(this.receipt);
    }
  };
  const press = async () => {
    const event = new Event("submit", { cancelable: true, bubbles: true });
    there.form.dispatchEvent(event);
    await settle();
    return event;
  };
  const summary = () => {
    const found = there.page.getElementById("error-summary");
    return found ? read(found).slice(1) : [];
  };
  const cut = () => there.form.querySelectorAll(".cut").flatMap(read);
  return {
    ...there,
    ...server,
    made,
    entry,
    press,
    summary,
    cut,
    way: there.page.getElementById("way"),
    alarm: there.page.getElementById("alarm"),
    plain: there.form.querySelector(".plain-offer"),
  };
}
