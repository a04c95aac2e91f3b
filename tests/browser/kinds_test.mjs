// What the words sound like is asked, and an official is not passed by unseen: `node --test`.

import assert from "node:assert/strict";
import { test } from "node:test";
import { callKinds } from "../../admin/browser/reporter/kinds/call.js";
import { startKinds } from "../../admin/browser/reporter/kinds/kinds.js";
import { passedBy } from "../../admin/browser/reporter/kinds/officials.js";
import { weight } from "../../admin/browser/reporter/kinds/wordings.js";
import { make, openPage, read, template } from "./dom.mjs";

for (const [words, text, expected] of [
  ["套路贷|放贷", "有人放贷", 2],
  ["套路贷|放贷", "套路贷，放贷", 5],
  ["套路贷", "没有", 0],
  ["now|tonight", "it happens now", 3],
  ["now", "i know them", 0],
]) {
  test(`"${text}" speaks of "${words}" by ${expected}`, () => {
    assert.equal(weight(words, text), expected);
  });
}

const KINDS = [
  ["unclear", "Not sure"],
  ["A4", "Sand"],
  ["A6", "Loans"],
  ["B1", "Drugs"],
];
const WORDS = {
  kinds: { A4: "沙场|挖沙", A6: "放贷|套路贷" },
  aids: "to",
  asks: { minor: "孩子", official: "村主任", gone: "x" },
};

const aid = (name, words) => make("details", { "data-aid": name }, `${words} ${name}`);

// The form as far as the script looks for it; `chosen` is a kind that a link chose.
async function open({ chosen = "unclear", what = "", isCut = false, isShown = false } = {}) {
  const list = make("select", { id: "category", name: "category" });
  list.options = KINDS.map(([value, name]) => Object.assign(make("option", {}, name), { value }));
  Object.defineProperty(list, "selectedOptions", {
    get: () => list.options.filter(({ value }) => value === list.value),
  });
  list.value = chosen;
  const button = (kind) => make("button", { "data-kind": kind, hidden: "" }, kind);
  const form = make(
    "form",
    {},
    make("textarea", { id: "what", value: what }),
    make(
      "div",
      { id: "kind", "data-like": "like {kind}?", "data-chosen": "as {kind}." },
      make(
        "div",
        { class: "notice", hidden: "" },
        make("p"),
        ...["yes", "other", "unclear"].map(button),
      ),
    ),
    make("select", { id: "township" }),
    make("input", { id: "place", type: "text" }),
    make(
      "fieldset",
      { id: "official" },
      make("input", { type: "radio", name: "official", id: "official-0", value: "yes" }),
      make("input", { type: "radio", name: "official", value: "unclear", checked: "" }),
    ),
    make(
      "details",
      { id: "further" },
      list,
      make("input", { id: "kind-find", type: "text" }),
      make("div", { id: "kind-found", "data-none": "none" }),
      make("fieldset", { id: "minor" }),
      make("fieldset", { id: "basis" }),
      make("textarea", { name: "who" }),
    ),
    make("p", { id: "step-offer", hidden: "" }),
  );
  const place = (name) => make("div", { "data-aid": name });
  const stored = template("stored", place("ways"), place("back"));
  const shown = make(
    "main",
    {},
    ...(isShown ? [make("ol", { id: "receipt" }), place("ways"), place("back")] : [form]),
  );
  const page = openPage(stored, shown);
  for (const one of form.querySelectorAll("button"))
    one.getClientRects = () => (one.hidden ? [] : [1]);
  const asked = [];
  const line = { isCut };
  globalThis.fetch = async (address) => {
    asked.push(address);
    if (line.isCut) throw new TypeError("no network");
    return { ok: true, status: 200, json: async () => WORDS };
  };
  globalThis.location = { hash: "", pathname: "/tip/" };
  // The script that hears of kinds comes at once, or not at all.
  window.DengshaoKinds = undefined;
  window.DengshaoLoad = {
    load: (address, _isThere, done) => {
      asked.push(address);
      if (!line.isCut) window.DengshaoKinds = { startKinds, passedBy };
      done(line.isCut ? "cut" : "");
    },
  };
  globalThis.DOMParser = class {
    parseFromString = (html) =>
      make("body", {}, ...["ways", "back"].map((name) => aid(name, html)));
  };
  callKinds(form);
  await new Promise((resolve) => setTimeout(resolve, 5));
  const at = (id) => document.getElementById(id);
  const type = (words, id = "what") => {
    at(id).value = words;
    at(id).dispatchEvent(new Event("input", { bubbles: true }));
  };
  const press = (kind) => at("kind").querySelector(`[data-kind=${kind}]`).click();
  return {
    form,
    page,
    stored,
    shown,
    list,
    at,
    type,
    press,
    asked,
    line,
    said: () => read(at("kind")),
  };
}

test("what the words sound like is asked, and nothing is chosen before somebody says yes", async () => {
  const it = await open();
  assert.deepEqual(it.said(), []);
  it.type("有人挖沙，也放贷，套路贷");
  assert.deepEqual(it.said(), ["like Loans?", "yes", "other", "unclear"]);
  assert.equal(it.list.value, "unclear");
  it.press("other");
  assert.deepEqual([it.said()[0], it.list.value], ["like Sand?", "unclear"]);
  it.press("yes");
  assert.deepEqual([it.said(), it.list.value], [["as Sand.", "other"], "A4"]);
  // Whoever has said so is not asked again.
  it.type("放贷");
  assert.deepEqual(it.said(), ["as Sand.", "other"]);
  it.press("other");
  assert.deepEqual([it.at("further").open, document.activeElement.id], [true, "kind-find"]);
});

test("whoever does not know is left in peace, and goes on from there", async () => {
  const it = await open();
  it.type("放贷");
  it.press("unclear");
  assert.deepEqual(
    [it.said(), it.list.value, document.activeElement.id],
    [[], "unclear", "township"],
  );
  it.type("放贷，挖沙");
  assert.deepEqual(it.said(), []);
});

test("after the last likely one comes the whole list", async () => {
  const it = await open();
  it.type("放贷");
  it.press("other");
  assert.deepEqual(
    [it.said(), it.at("further").open, document.activeElement.id],
    [[], true, "kind-find"],
  );
});

test("words that are taken back take the question along; a page that came back is asked at once", async () => {
  const it = await open({ what: "放贷" });
  assert.equal(it.said()[0], "like Loans?");
  it.type("没有");
  assert.deepEqual(it.said(), []);
});

test("a kind that a link or a hand chose is told, and not asked", async () => {
  const it = await open({ chosen: "B1", what: "放贷" });
  assert.deepEqual(it.said(), ["as Drugs.", "other"]);
  it.list.value = "A4";
  it.list.dispatchEvent(new Event("change", { bubbles: true }));
  assert.deepEqual(it.said(), ["as Sand.", "other"]);
});

test("kinds are searched by their names and by what people call them", async () => {
  const it = await open();
  it.type("沙", "kind-find");
  assert.deepEqual(read(it.at("kind-found")), ["Sand"]);
  it.type("loan", "kind-find");
  assert.deepEqual(read(it.at("kind-found")), ["Loans"]);
  it.type("zzz", "kind-find");
  assert.deepEqual(read(it.at("kind-found")), ["none"]);
  const enter = Object.assign(new Event("keydown", { cancelable: true }), { key: "Enter" });
  it.type("loan", "kind-find");
  it.at("kind-find").dispatchEvent(enter);
  assert.deepEqual(
    [enter.defaultPrevented, it.list.value, it.at("kind-find").value],
    [true, "A6", ""],
  );
});

test("a question that the words touch comes out of the folded part, and no other does", async () => {
  const it = await open();
  it.type("打了一个孩子");
  assert.equal(it.at("official").parentNode.children.indexOf(it.at("minor")), 4);
  assert.equal(it.at("basis").parentNode.id, "further");
});

test("who writes of an official and passed the question by is asked to look, once", async () => {
  const it = await open();
  it.type("老王收钱");
  assert.equal(passedBy(it.form), null);
  it.form.querySelector("[name=who]").value = "村主任";
  assert.equal(passedBy(it.form), it.at("official-0"));
  assert.equal(passedBy(it.form), null);
});

test("any answer of one's own to that question will do, also that nobody knows", async () => {
  const it = await open();
  it.type("村主任收钱");
  it.form.querySelector("[value=unclear]").dispatchEvent(new Event("change", { bubbles: true }));
  assert.equal(passedBy(it.form), null);
  const chosen = await open();
  chosen.type("村主任收钱");
  const [yes, unclear] = chosen.form.querySelectorAll("[name=official]");
  Object.assign(unclear, { checked: false });
  Object.assign(yes, { checked: true });
  assert.equal(passedBy(chosen.form), null);
});

test("all words are asked for once, before anything is typed; without a line, again at a touch", async () => {
  const it = await open();
  it.type("放贷");
  it.form.dispatchEvent(new Event("focusin"));
  await new Promise((resolve) => setImmediate(resolve));
  assert.deepEqual(it.asked, ["/app/kinds.js", "/tip/kinds.json"]);
  assert.equal(it.at("step-offer").hidden, false);
  const cut = await open({ isCut: true });
  cut.type("放贷");
  assert.deepEqual([cut.said(), passedBy(cut.form)], [[], null]);
  assert.equal(cut.at("step-offer").hidden, true);
  cut.line.isCut = false;
  cut.form.dispatchEvent(new Event("focusin"));
  await new Promise((resolve) => setTimeout(resolve, 10));
  assert.deepEqual(
    [cut.said()[0], cut.asked.slice(1)],
    ["like Loans?", ["/app/kinds.js", "/tip/kinds.json"]],
  );
});

test("a receipt's further aids come with the words, into the page that is shown too", async () => {
  const { stored, page } = await open();
  assert.deepEqual(read(stored.content), ["to ways", "to back"]);
  assert.equal(page.querySelectorAll("script").length, 0);
  // A page that was loaded anew shows its receipt at once: what binds them is called once more.
  const again = await open({ isShown: true });
  assert.deepEqual(read(again.shown), ["to ways", "to back"]);
  assert.deepEqual(
    again.page.querySelectorAll("script").map(({ src }) => src),
    ["/assets/receipt.js"],
  );
  assert.deepEqual(again.asked, ["/app/kinds.js", "/tip/kinds.json"]);
});
