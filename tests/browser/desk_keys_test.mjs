// What single keys do on the desk, and its words for what was opened: `node --test`.

import assert from "node:assert/strict";
import { test } from "node:test";
import { storage } from "./desk_tab.mjs";
import { make, openPage, read } from "./dom.mjs";

// After the tab is there: they look at it once they are loaded.
const { bindKeys } = await import("../../admin/browser/desk/keys.js");
const { readFields, readLabel } = await import("../../admin/browser/desk/readable.js");

function desk(target = make("body")) {
  openPage(target);
  globalThis.localStorage = storage();
  const pressed = [];
  const showList = bindKeys(
    { c: () => pressed.push("c"), "/": () => pressed.push("/") },
    {
      title: "keys",
      close: "close",
      off: "turn off",
      rows: [
        ["c", "claim"],
        ["/", "search"],
      ],
    },
  );
  const dialog = document.querySelector("dialog");
  dialog.showModal = () => {
    dialog.open = true;
    pressed.push("list");
  };
  dialog.close = () => {
    dialog.open = false;
  };
  const press = (key, more = {}) => {
    const event = Object.assign(new Event("keydown", { cancelable: true, bubbles: true }), {
      key,
      ctrlKey: false,
      altKey: false,
      metaKey: false,
      isComposing: false,
      ...more,
    });
    if (more.isHeld) event.preventDefault();
    pressed.length = 0;
    target.dispatchEvent(event);
    assert.equal(event.defaultPrevented, pressed.length > 0 || Boolean(more.isHeld));
    return pressed.slice();
  };
  return { dialog, press, showList, pressed, box: dialog.querySelector("input") };
}

test("each key does what it is bound to, and none does anything else", () => {
  const { press } = desk();
  assert.deepEqual([press("c"), press("/"), press("?")], [["c"], ["/"], ["list"]]);
  const again = desk();
  for (const key of ["x", "C", "toString", "constructor", "__proto__"])
    assert.deepEqual(again.press(key), [], key);
});

for (const more of [
  { ctrlKey: true },
  { altKey: true },
  { metaKey: true },
  { isComposing: true },
  { isHeld: true },
]) {
  test(`with ${Object.keys(more)} no key acts`, () => {
    const { press } = desk();
    assert.deepEqual([press("c", more), press("?", more)], [[], []]);
  });
}

for (const [name, attributes, acts] of [
  ["textarea", {}, false],
  ["select", {}, false],
  ["div", { contenteditable: "" }, false],
  ["input", { type: "text" }, false],
  ["input", { type: "search" }, false],
  ["input", {}, false],
  ["input", { type: "checkbox" }, true],
  ["input", { type: "radio" }, true],
  ["input", { type: "button" }, true],
  ["input", { type: "submit" }, true],
  ["input", { type: "file" }, true],
  ["button", { type: "submit" }, true],
  ["a", {}, true],
]) {
  test(`in ${name} ${JSON.stringify(attributes)} a key ${acts ? "acts" : "is typed"}`, () => {
    assert.deepEqual(desk(make(name, attributes)).press("c"), acts ? ["c"] : []);
  });
}

test("beside an open dialog, or where nothing is focused, keys know what to do", () => {
  const { press, dialog } = desk();
  dialog.open = true;
  assert.deepEqual(press("c"), []);
  const { press: other } = desk();
  document.removeEventListener = () => {};
  // The document itself is no element that one could type into.
  const event = Object.assign(new Event("keydown", { cancelable: true }), { key: "c" });
  document.dispatchEvent(event);
  assert.equal(event.defaultPrevented, true);
  assert.deepEqual(other("c"), ["c"]);
});

test("turned off, no key acts but the one that shows the list; turned on, all do", () => {
  const { press, box, dialog } = desk();
  const turn_ = (checked) => {
    box.checked = checked;
    box.dispatchEvent(new Event("change"));
  };
  turn_(true);
  assert.equal(localStorage.getItem("dengshao.keys-off"), "yes");
  assert.deepEqual([press("c"), press("?")], [[], ["list"]]);
  dialog.open = false;
  turn_(false);
  assert.deepEqual([localStorage.getItem("dengshao.keys-off"), press("c")], [null, ["c"]]);
});

test("the list shows each key with its word, opens by a press, and closes", () => {
  const { dialog, showList, pressed } = desk();
  assert.deepEqual(read(dialog), ["keys", "c", "claim", "/", "search", " ", "turn off", "close"]);
  assert.equal(dialog.getAttribute("aria-labelledby"), dialog.querySelector("h2").id);
  assert.equal(dialog.querySelector("input").type, "checkbox");
  showList();
  assert.deepEqual(pressed, ["list"]);
  // Open, it is not opened again.
  showList();
  assert.deepEqual(pressed, ["list"]);
  dialog.querySelector("button").click();
  assert.equal(dialog.open, false);
});

// ---- Words of what was opened.

test("each field is told in the page's words, in its order, and what nobody knows comes last", () => {
  const words = {
    fields: [
      ["a", "A"],
      ["b", "B"],
      ["c", "C"],
    ],
    choices: { a: { x: "X", y: "Y" } },
  };
  const fields = { z: "unknown", c: "", b: "toString", a: ["x", "y", "q", 5, ""] };
  assert.deepEqual(readFields(fields, words), [
    ["a", "A", "X、Y、q"],
    ["b", "B", "toString"],
    ["z", "z", "unknown"],
  ]);
  assert.deepEqual(readFields({ a: "toString" }, words), [["a", "A", "toString"]]);
  assert.deepEqual(readFields({}, words), []);
  const label = { category: "x", township: "t", flags: ["f", "g"] };
  const told = readLabel(label, {
    fields: [],
    choices: { category: { x: "X" }, township: { t: "T" } },
    flags: { f: "F" },
  });
  assert.deepEqual([told.category, told.township], ["X", "T"]);
});
