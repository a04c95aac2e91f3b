// The receipt, until it was copied: `node --test`.

import assert from "node:assert/strict";
import { test } from "node:test";
import { Result } from "../../admin/browser/reporter/sealing/result.js";
import { make, openPage, read } from "./dom.mjs";
import { sentences, stored, turn } from "./open_form.mjs";

function result({ receipts = ["111111222222333333"], words = {}, kept = null, ...stored_ } = {}) {
  const page = openPage(make("main", { id: "main" }, make("p", {}, "the form")), stored());
  const main = page.getElementById("main");
  const printed = [];
  window.print = () => printed.push(1);
  const scrolled = [];
  window.scrollTo = (...place) => scrolled.push(place);
  let copied = 0;
  const dataset = page.createElement("p").dataset;
  for (const [name, sentence] of Object.entries({ ...sentences, ...words }))
    dataset[name.slice(5).replace(/-./g, (two) => two[1].toUpperCase())] = sentence;
  const shown = new Result(main, dataset, kept, () => (copied += 1));
  shown.show({ receipts, isSupplement: false, lane: "", count: receipts.length, ...stored_ });
  const type = (text) => {
    main.querySelector("#group").value = text;
    main.querySelector("form").dispatchEvent(new Event("submit", { cancelable: true }));
  };
  const at = (name) => main.querySelector(`[data-slot="${name}"]`);
  return { page, main, shown, type, at, printed, scrolled, copied: () => copied };
}

test("a receipt is shown in groups, one of which is asked for, each of them now and then", async () => {
  const numbers = new Set();
  for (let n = 0; n < 60; n += 1) {
    const { main, shown } = result();
    numbers.add(main.querySelector("#group-hint").textContent);
    assert.equal(main.querySelector("#group-hint").textContent, `type group ${shown.asked}`);
    assert.deepEqual(
      main.querySelectorAll(".receipt__group").map(({ textContent }) => textContent),
      ["111111", "222222", "333333"],
    );
  }
  assert.deepEqual(
    [...numbers].sort(),
    [1, 2, 3].map((n) => `type group ${n}`),
  );
});

const groupOf = ({ shown }) => "111111222222333333".slice(6 * (shown.asked - 1), 6 * shown.asked);

test("the right group, typed with anything between its digits, ends it", () => {
  const it = result();
  const group = groupOf(it);
  const wide = [...group]
    .map((digit) => String.fromCharCode(digit.charCodeAt(0) + 0xfee0))
    .join(" - ");
  it.type(wide);
  assert.equal(it.copied(), 1);
  assert.deepEqual(
    [it.at("open"), it.at("closed").hidden, it.at("which").hidden],
    [null, false, true],
  );
  assert.equal(it.at("title").textContent, "all done");
  assert.equal(it.page.activeElement, it.at("title"));
  // To the very top, when it is shown and when it is over.
  assert.deepEqual(it.scrolled, [
    [0, 0],
    [0, 0],
  ]);
});

for (const [typed, sentence] of [
  ["", "say no-group"],
  ["abc", "say no-group"],
  ["999999", "say wrong-group"],
  ["11111", "say wrong-group"],
]) {
  test(`"${typed}" is told: ${sentence}`, () => {
    const it = result();
    it.type(typed);
    assert.deepEqual(read(it.page.getElementById("error-summary")).slice(1), [sentence]);
    assert.equal(it.copied(), 0);
    assert.notEqual(it.at("open"), null);
    it.type(typed);
    assert.equal(it.page.querySelectorAll("#error-summary").length, 1);
    it.type(groupOf(it));
    assert.equal(it.copied(), 1);
    assert.equal(it.page.getElementById("error-summary"), null);
  });
}

test("of two receipts each is copied, and the page says which", () => {
  const it = result({ receipts: ["111111222222333333", "111111222222333333"] });
  assert.deepEqual(read(it.at("which")), ["say one-of-two"]);
  it.type(groupOf(it));
  assert.deepEqual(
    [read(it.at("which")), it.copied(), it.main.querySelector("#group").value],
    [["say two-of-two"], 0, ""],
  );
  assert.equal(it.page.activeElement, it.main.querySelector("#group"));
  it.type(groupOf(it));
  assert.equal(it.copied(), 1);
});

test("the second of two, after a page was loaded anew, is still called the second", () => {
  const it = result({ count: 2 });
  assert.deepEqual(read(it.at("which")), ["say two-of-two"]);
  assert.deepEqual(read(result().at("which")), []);
});

for (const [more, expected] of [
  [{}, []],
  [{ isSupplement: true }, ["supplement"]],
  [{ lane: "machine" }, ["lane"]],
  [{ lane: "other" }, []],
  [{ files: [{ name: "a.jpg", text: "stored" }] }, ["files"]],
]) {
  test(`of ${JSON.stringify(more)} the page tells ${expected}`, () => {
    const it = result(more);
    assert.deepEqual(
      ["supplement", "lane", "files"].filter((name) => !it.at(name).hidden),
      expected,
    );
    if (more.files) assert.deepEqual(read(it.at("files")), ["a.jpg", " ", "stored"]);
    if (more.files) assert.equal(it.at("files").querySelector("b").dir, "auto");
  });
}

test("a receipt is kept until it was copied, and it is told where it is not", async () => {
  for (const [isKept, isTold] of [
    [true, false],
    [false, true],
    [null, false],
  ]) {
    const said = [];
    const kept = {
      save: async (content) => said.push(content) && isKept,
      wipe: () => said.push("wiped"),
    };
    const it = result({ kept, receipts: ["111111222222333333", "111111222222333333"] });
    await turn();
    assert.equal(!it.at("unkept").hidden, isTold);
    it.type(groupOf(it));
    it.type(groupOf(it));
    const common = { isSupplement: false, lane: "", count: 2, files: [] };
    assert.deepEqual(said, [
      { receipts: ["111111222222333333", "111111222222333333"], ...common },
      { receipts: ["111111222222333333"], ...common },
      "wiped",
    ]);
  }
});

test("it may be printed, and one is asked before leaving it, until it was copied", () => {
  const it = result();
  const print = it.main.querySelector("[data-print]");
  assert.equal(print.hidden, false);
  print.click();
  assert.equal(it.printed.length, 1);
  const asks = () => {
    const event = new Event("beforeunload", { cancelable: true });
    Object.defineProperty(event, "returnValue", { value: true, writable: true });
    window.dispatchEvent(event);
    return event.defaultPrevented;
  };
  assert.equal(asks(), true);
  it.type(groupOf(it));
  assert.equal(asks(), false);
});
