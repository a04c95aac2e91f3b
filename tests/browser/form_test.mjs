// What stands in the form: read, checked, kept, brought back and listed field by field, on as much of a
// page as Node needs: `node --test`.

import assert from "node:assert/strict";
import { test } from "node:test";
import { FIELDS, LISTS, LONG } from "#contract";
import { answersNow } from "../../admin/browser/reporter/form/answers.js";
import { listAnswers } from "../../admin/browser/reporter/form/check.js";
import {
  Draft,
  dropDraft,
  freePlace,
  keptDraft,
  keptPlaces,
  openBox,
} from "../../admin/browser/reporter/form/draft.js";
import { guardWords, hasWords, wipe } from "../../admin/browser/reporter/form/guard.js";
import { openKept } from "../../admin/browser/reporter/form/kept_again.js";
import { offerSteps } from "../../admin/browser/reporter/form/offer.js";
import { questionsOf } from "../../admin/browser/reporter/form/questions.js";
import { fillForm } from "../../admin/browser/reporter/form/refill.js";
import { work } from "../../admin/browser/reporter/sealing/work.js";
import { alive } from "../../admin/browser/shared/alive.js";
import { faultsOf, readForm } from "../../admin/browser/shared/form/answers.js";
import { askPublished, sendLetter, sendTip } from "../../admin/browser/shared/form/server.js";
import { FormData, make, openPage, read } from "./dom.mjs";

globalThis.FormData = FormData;

const text = (name, value = "") => make("input", { name, type: "text", value });
const area = (name, value = "") => make("textarea", { name, value });
const box = (type, name, value, checked) =>
  make("input", { type, name, value, ...(checked && { checked: "" }) });

// A field as the form has it: a list of boxes, a choice, or a text.
function fieldOf(name, value) {
  if (LISTS.includes(name)) return value.map((one) => box("checkbox", name, one, true));
  return [LONG.includes(name) ? area(name, value) : text(name, value)];
}
const ANSWERS = Object.fromEntries(
  FIELDS.map((name) => [name, LISTS.includes(name) ? [`${name} 1`, `${name} 2`] : `${name} 1`]),
);
const PLAIN = [text("contact", " by phone \r\n"), text("website", "w"), text("token", "t")];
const formOf = (answers) =>
  make(
    "form",
    {},
    ...Object.entries(answers).flatMap(([name, value]) => fieldOf(name, value)),
    ...PLAIN.map((one) => one.cloneNode(true)),
  );

test("each field of the form is read, and nothing else of it is an answer", () => {
  assert.deepEqual(readForm(formOf(ANSWERS)), {
    fields: ANSWERS,
    contact: "by phone",
    website: "w",
  });
});

for (const name of FIELDS) {
  test(`where ${name} was left empty, it alone is left out`, () => {
    const { [name]: _left, ...others } = ANSWERS;
    const empty = LISTS.includes(name) ? [] : "";
    assert.deepEqual(readForm(formOf({ ...ANSWERS, [name]: empty })).fields, others);
    assert.deepEqual(readForm(formOf(others)).fields, others);
  });
}

test("a line's end is one character, however it was sent", () => {
  const { fields, contact, website } = readForm(formOf({ what: "a\r\nb\rc\nd" }));
  assert.deepEqual([fields, contact, website], [{ what: "a\nb\nc\nd" }, "by phone", "w"]);
  assert.deepEqual(readForm(make("form")), { fields: {}, contact: "", website: "" });
});

const CHECKS = [
  make("p", { "data-field": "what", "data-missing": "write something" }),
  make("p", { "data-field": "what", "data-max": "5", "data-long": "too long" }),
  make("p", { "data-field": "contact", "data-max": "3", "data-long": "contact too long" }),
  make("p", { "data-field": "category", "data-missing": "choose" }),
];
const FORM = { elements: { what: "the what", contact: "the contact", category: "the category" } };

for (const [fields, contact, faults] of [
  [{ what: "a", category: "A1" }, "", []],
  [{ category: "A1" }, "", [["the what", "write something"]]],
  [{ what: " \n", category: "A1" }, "", [["the what", "write something"]]],
  [{ what: "𠮷𠮷𠮷𠮷𠮷", category: "A1" }, "abc", []],
  [{ what: "𠮷𠮷𠮷𠮷𠮷𠮷", category: "A1" }, "", [["the what", "too long"]]],
  [
    { what: "a" },
    "abcd",
    [
      ["the contact", "contact too long"],
      ["the category", "choose"],
    ],
  ],
]) {
  test(`of ${JSON.stringify(fields)} and "${contact}" the faults are ${JSON.stringify(faults)}`, () => {
    const found = faultsOf(FORM, { fields, contact }, CHECKS);
    assert.deepEqual(
      found.map(({ field, text: said }) => [field, said]),
      faults,
    );
  });
}

test("a draft holds each answer and the contact, and nothing of the page or of files", () => {
  const OURS = ["token", "page", "website", "kept", "files", "originals", "file-1", "file-22"];
  const form = formOf({});
  for (const name of OURS) form.append(text(name, "ours"));
  assert.deepEqual(answersNow(form), [["contact", " by phone \r\n"]]);
  for (const name of [...FIELDS, "contact", "profile-1", "files2"]) {
    const one = make("form", {}, ...OURS.map((own) => text(own, "ours")), text(name, "answer"));
    assert.deepEqual(answersNow(one), [[name, "answer"]]);
  }
  const chosen = make(
    "form",
    {},
    make("input", { type: "file", name: "other", value: new Blob([]) }),
  );
  chosen.children[0].value = new Blob([]);
  assert.deepEqual(answersNow(chosen), []);
  assert.deepEqual(answersNow(make("form", {}, area("what", ""))), []);
});

const list = (name, values, marked) => {
  const options = values.map((value) => ({ value, defaultSelected: value === marked }));
  const made = make("select", { name });
  const first = options.find(({ defaultSelected }) => defaultSelected) || options[0];
  let value = first.value;
  Object.defineProperty(made, "value", {
    get: () => value,
    set: (given) => {
      value = given;
      options.forEach((option) => (option.selected = option.value === given));
    },
  });
  made.value = value;
  return Object.assign(made, { options });
};

function refilled(fields, answers, { touched = [], search = "" } = {}) {
  globalThis.location = { search };
  const form = make("form", {}, ...fields);
  const isJoined = fillForm(form, answers, new Set(touched));
  return { form, isJoined };
}

test("each kind of field comes back as it was", () => {
  const fields = [
    area("what"),
    text("place"),
    list("township", ["", "shili", "wuli"]),
    box("radio", "minor", "yes"),
    box("radio", "minor", "no"),
    box("checkbox", "exclude", "town"),
    box("checkbox", "exclude", "village"),
    box("checkbox", "exclude", "county"),
  ];
  const answers = [
    ["what", "words"],
    ["place", "here"],
    ["township", "wuli"],
    ["minor", "no"],
    ["exclude", "town"],
    ["exclude", "county"],
  ];
  const { isJoined } = refilled(fields, answers);
  const [what, place, township, yes, no, ...boxes] = fields;
  assert.deepEqual([what.value, place.value, township.value], ["words", "here", "wuli"]);
  assert.deepEqual([yes.checked, no.checked], [false, true]);
  assert.deepEqual(
    boxes.map(({ checked }) => checked),
    [true, false, true],
  );
  assert.equal(isJoined, false);
});

for (const [name, made, value, expected, isJoined] of [
  ["a text without words", () => text("place"), "here", "here", false],
  ["a text with other words", () => text("place", "yonder"), "here", "yonder；here", true],
  ["a text that holds them", () => text("place", "over here"), "here", "over here", false],
  ["an area with other words", () => area("place", "yonder"), "here", "yonder\nhere", true],
]) {
  test(`kept words come into ${name}`, () => {
    const field = made();
    const found = refilled([field], [["place", value]]);
    assert.deepEqual([field.value, found.isJoined], [expected, isJoined]);
  });
}

test("one answer put behind another is enough to say so, whichever comes last", () => {
  const fields = [text("place", "yonder"), text("who")];
  for (const answers of [
    [
      ["place", "a"],
      ["who", "b"],
    ],
    [
      ["who", "c"],
      ["place", "d"],
    ],
  ])
    assert.equal(refilled(fields, answers).isJoined, true);
});

for (const [name, options, made, touched, search, expected] of [
  ["an untouched choice", ["yes", "no"], "", [], "", "no"],
  ["a choice that was touched", ["yes", "no"], "", ["minor"], "", ""],
  ["a choice that a link made", ["yes", "no"], "yes", [], "?minor=yes", "yes"],
  ["a choice that was made before our script was there", ["yes", "no"], "yes", [], "", "yes"],
]) {
  test(`kept, ${name} is ${expected || "left"}`, () => {
    const boxes = options.map((value) => box("radio", "minor", value));
    for (const one of boxes) one.checked = one.value === made;
    refilled(boxes, [["minor", "no"]], { touched, search });
    assert.equal(boxes.find(({ checked }) => checked)?.value ?? "", expected);
  });
}

for (const [name, marked, chosen, value, expected] of [
  ["as it came", "", "", "wuli", "wuli"],
  ["with a mark of the server's", "shili", "shili", "wuli", "wuli"],
  ["chosen from", "", "shili", "wuli", "shili"],
  ["chosen from, marked before", "shili", "", "wuli", ""],
  ["that does not offer it any more", "", "", "gone", ""],
]) {
  test(`a list ${name} is ${expected || "left"}`, () => {
    const field = list("township", ["", "shili", "wuli"], marked);
    field.value = chosen;
    refilled([field], [["township", value]]);
    assert.equal(field.value, expected);
  });
}

test("that an official is part of it comes back over whatever was chosen since, and no other answer does", () => {
  for (const [value, expected] of [
    ["yes", "yes"],
    ["unclear", "no"],
    ["no", "no"],
  ]) {
    const boxes = ["yes", "no", "unclear"].map((one) => box("radio", "official", one));
    boxes[1].checked = true;
    refilled(boxes, [["official", value]], { touched: ["official"] });
    assert.equal(boxes.find(({ checked }) => checked).value, expected);
  }
  // But a link says which page this is.
  const boxes = ["yes", "no"].map((one) => box("radio", "official", one));
  boxes[1].checked = true;
  refilled(boxes, [["official", "yes"]], { search: "?official=no" });
  assert.equal(boxes[1].checked, true);
});

test("an office that was kept out stays kept out", () => {
  const boxes = ["town", "village"].map((one) => box("checkbox", "exclude", one));
  boxes[1].checked = true;
  refilled(boxes, [["exclude", "town"]], { touched: ["exclude"] });
  assert.deepEqual(
    boxes.map(({ checked }) => checked),
    [true, true],
  );
});

test("a part that is folded up opens for what came back into it, and stays shut for what did not", () => {
  for (const value of ["here", "gone"]) {
    const field = value === "gone" ? list("place", ["", "a"]) : text("place");
    const { form } = refilled([make("details", {}, field)], [["place", value]]);
    assert.equal(form.querySelector("details").open, value === "here");
  }
});

// Plays the tab's storage, as an object of its own names.
function tab() {
  openPage();
  const store = Object.create({
    getItem(name) {
      return Object.hasOwn(this, name) ? this[name] : null;
    },
    setItem(name, value) {
      this[name] = value;
    },
    removeItem(name) {
      delete this[name];
    },
  });
  window.sessionStorage = store;
  return store;
}

const KEY = Buffer.alloc(32, 7).toString("base64");
const GIVEN = `ticket ${KEY}`;

test("what is kept is a ticket and a box that only the key of the page opens", async () => {
  const store = tab();
  await new Draft("tip", GIVEN).save({ words: "字" });
  const { ticket, box: sealed } = keptDraft("tip");
  assert.equal(ticket, "ticket");
  assert.ok(!JSON.stringify(store).includes("字"));
  assert.deepEqual(await openBox(KEY, sealed), { words: "字" });
  await assert.rejects(openBox(Buffer.alloc(32, 8).toString("base64"), sealed));
  const changed = `${sealed.slice(0, 20)}${sealed[20] === "A" ? "B" : "A"}${sealed.slice(21)}`;
  await assert.rejects(openBox(KEY, changed));
  // The same words twice are no two boxes alike.
  await new Draft("tip", GIVEN).save({ words: "字" });
  assert.notEqual(keptDraft("tip").box, sealed);
});

test("drafts lie in places of their kind, the oldest first, and the next one behind all", () => {
  const store = tab();
  assert.deepEqual([keptPlaces("tip"), freePlace("tip")], [[], "tip"]);
  for (const name of ["tip.10", "tip.2", "tip", "receipt", "tipster", "tip.x", "other.tip"])
    store.setItem(`dengshao.draft.${name}`, "{}");
  store.setItem("tip.3", "{}");
  assert.deepEqual(keptPlaces("tip"), ["tip", "tip.2", "tip.10"]);
  assert.deepEqual([freePlace("tip"), freePlace("receipt")], ["tip.11", "receipt.2"]);
  dropDraft("tip.10");
  assert.deepEqual([keptPlaces("tip"), freePlace("tip")], [["tip", "tip.2"], "tip.3"]);
});

for (const [name, given] of [
  ["in practice", undefined],
  ["without a ticket", ""],
]) {
  test(`${name} nothing is kept`, async () => {
    const store = tab();
    const draft = new Draft("tip", given);
    assert.deepEqual([draft.mayKeep, await draft.save({ a: 1 })], [false, false]);
    assert.deepEqual(Object.keys(store), []);
  });
}

test("whoever leaves at once leaves nothing, and nothing is written after", async () => {
  const store = tab();
  const draft = new Draft("tip", GIVEN);
  await draft.save({ a: 1 });
  const late = draft.save({ a: 2 });
  document.dispatchEvent(new Event("leave"));
  assert.equal(await late, null);
  assert.equal(await draft.save({ a: 3 }), false);
  assert.deepEqual(Object.keys(store), []);
});

test("a wipe outdates what is being sealed, and not what comes after", async () => {
  const store = tab();
  const draft = new Draft("tip", GIVEN);
  const late = draft.save({ a: 1 });
  draft.wipe();
  assert.deepEqual([await late, Object.keys(store)], [null, []]);
  assert.equal(await draft.save({ a: 2 }), true);
});

for (const [name, answer, isKept, expected] of [
  ["the key", [200, { keep: KEY }], true, { words: "字" }],
  ["another key", [200, { keep: Buffer.alloc(32).toString("base64") }], false, null],
  ["that it knows no such ticket", [404, { error: "unknown" }], false, null],
  ["that it is busy", [503, { error: "busy" }], true, "Offline"],
  ["another page", [200, undefined], true, "Offline"],
  ["nothing", [0], true, "Offline"],
]) {
  test(`where the server says ${name} a draft is ${isKept ? "kept" : "dropped"}`, async () => {
    const store = tab();
    await new Draft("tip", GIVEN).save({ words: "字" });
    const asked = [];
    globalThis.fetch = async (address, { body }) => {
      asked.push([address, JSON.parse(body)]);
      if (!answer[0]) throw new TypeError("no network");
      return {
        ok: answer[0] < 400,
        status: answer[0],
        json: async () => answer[1] ?? JSON.parse("x"),
      };
    };
    const found = openKept("tip", "/tip/draft");
    if (expected === "Offline") await assert.rejects(found, { name: "Offline" });
    else assert.deepEqual(await found, expected);
    assert.deepEqual(asked, [["/tip/draft", { ticket: "ticket" }]]);
    assert.equal(Object.keys(store).length, isKept ? 1 : 0);
    dropDraft("tip");
    assert.equal(await openKept("tip", "/tip/draft"), null);
    assert.equal(asked.length, 1);
  });
}

test("words are words only where something is written", () => {
  for (const [field, expected] of [
    [area("what", "a"), true],
    [text("place", "a"), true],
    [area("what", " \n"), false],
    [box("radio", "minor", "yes", true), false],
  ])
    assert.equal(hasWords(make("form", {}, area("who"), field)), expected);
});

function guarded() {
  const form = make("form", {}, area("what", "words"));
  openPage(form);
  guardWords(form);
  const asks = () => {
    const event = new Event("beforeunload", { cancelable: true });
    Object.defineProperty(event, "returnValue", { value: true, writable: true });
    window.dispatchEvent(event);
    return event.defaultPrevented;
  };
  const submit = (target, isHeld) => {
    const event = new Event("submit", { cancelable: true });
    Object.defineProperty(event, "from", { value: target });
    Object.defineProperty(event, "target", { value: target, configurable: true });
    if (isHeld) event.preventDefault();
    window.dispatchEvent(event);
  };
  return { form, asks, submit };
}

test("typed words are guarded until the form itself is on its way", () => {
  const { form, asks, submit } = guarded();
  assert.equal(asks(), true);
  submit(make("form"), false);
  submit(form, true);
  assert.equal(asks(), true);
  submit(form, false);
  assert.equal(asks(), false);
});

test("a page without its form, or without words, guards nothing; one that was left is empty", () => {
  const { form, asks } = guarded();
  const { parentNode } = form;
  form.remove();
  assert.equal(asks(), false);
  parentNode.append(form);
  assert.equal(asks(), true);
  window.dispatchEvent(new Event("pagehide"));
  assert.deepEqual([form.querySelector("textarea").value, asks()], ["", false]);
});

test("back, the page is asked for by its address", () => {
  guarded();
  const gone = [];
  globalThis.location = {
    pathname: "/tip/",
    search: "?a=b",
    replace: (address) => gone.push(address),
  };
  for (const persisted of [false, true])
    window.dispatchEvent(Object.assign(new Event("pageshow"), { persisted }));
  assert.deepEqual(gone, ["/tip/?a=b"]);
});

test("wiped, nothing of the form is left, nor comes back by a reset", () => {
  const fields = [
    area("what", "a"),
    text("place", "b"),
    box("radio", "minor", "yes", true),
    box("checkbox", "exclude", "town", true),
  ];
  const choice = list("township", ["", "shili"], "shili");
  choice.selectedIndex = 1;
  const answers = make("ul", {}, "what was answered");
  const form = make("form", {}, ...fields, choice, make("div", { id: "step-check" }, answers));
  wipe(form);
  for (const field of fields.slice(0, 2))
    assert.deepEqual([field.value, field.defaultValue], ["", ""]);
  for (const field of fields.slice(2))
    assert.deepEqual([field.checked, field.defaultChecked], [false, false]);
  assert.deepEqual([choice.selectedIndex, answers.textContent], [0, ""]);
  wipe(make("form"));
});

// As WTForms marks what must be answered.
const must = (field) => {
  field.setAttribute("required", "");
  return field;
};
const question = (label, need, ...parts) =>
  make(
    "div",
    { class: "field" },
    make(
      "label",
      { class: "field__label" },
      `${label} `,
      ...(need ? [make("span", { class: "field__need" }, "must")] : []),
    ),
    ...parts,
  );
const labelled = (input, words) => make("label", {}, input, ` ${words} `);

test("each question is listed with what was answered in the page's words, and leads back", () => {
  const township = list("township", ["", "shili"], "shili");
  township.selectedOptions = [make("option", {}, "Shili")];
  const notice = make("p", { class: "notice" }, "a note");
  const form = make(
    "form",
    {},
    make("p", { class: "notice" }, "before all questions"),
    question("Where", false, township),
    question("Who", false, area("who", " someone ")),
    question("Place", true, must(text("place", " "))),
    notice,
    question("Kind", true, must(area("what", ""))),
    question("Fear", false, text("fear", "")),
    question(
      "Files",
      false,
      make("div", { id: "files-list" }, make("b", {}, "a.jpg"), make("b", {}, "b.jpg")),
    ),
    question(
      "Kept out",
      false,
      labelled(box("checkbox", "exclude", "a", true), "Town"),
      labelled(box("checkbox", "exclude", "b"), "Village"),
      labelled(box("checkbox", "exclude", "c", true), "County"),
    ),
    make("p", {}, "no question"),
  );
  const questions = questionsOf(form);
  assert.deepEqual(
    questions.map((parts) => parts.length),
    [1, 1, 2, 1, 1, 1, 1],
  );
  assert.equal(questions[2][1], notice);
  openPage(form);
  const check = make(
    "div",
    {
      "data-change": "change",
      "data-and": " and ",
      "data-needed": "needed",
      "data-empty": "empty",
    },
    make("ul", {}, "old"),
  );
  const gone = [];
  listAnswers(check, questions, (number) => gone.push(number));
  assert.deepEqual(check.querySelectorAll("li").map(read), [
    ["Where", "Shili", "change"],
    ["Who", "someone", "change"],
    ["Place", "needed", "change"],
    ["Kind", "needed", "change"],
    ["Fear", "empty", "change"],
    ["Files", "a.jpg and b.jpg", "change"],
    ["Kept out", "Town and County", "change"],
  ]);
  const buttons = check.querySelectorAll("button");
  assert.deepEqual(
    buttons.map(({ type }) => type),
    Array(7).fill("button"),
  );
  assert.equal(buttons[1].getAttribute("aria-label"), "change Who");
  buttons[3].click();
  assert.deepEqual(gone, [3]);
  township.value = "";
  listAnswers(check, questions, () => {});
  assert.deepEqual(read(check.querySelector("li")), ["Where", "empty", "change"]);
});

function offering(hash, reasons = []) {
  const offer = make(
    "div",
    { id: "step-offer", hidden: "" },
    make("p", {}, "words"),
    make("button"),
  );
  openPage(offer);
  globalThis.location = { hash };
  const started = [];
  window.DengshaoLoad = {
    load: (address, isThere, done) =>
      done(reasons.shift() ?? (address === "/app/steps.js" && isThere() ? "" : "wrong")),
  };
  window.DengshaoSteps = (form, come) => started.push([form, come]);
  offerSteps("the form");
  const press = async (place) => {
    place.click();
    await new Promise((resolve) => setImmediate(resolve));
  };
  return { offer, started, press };
}

test("steps begin by a press on the button, once, and not by themselves", async () => {
  const { offer, started, press } = offering("");
  assert.equal(offer.hidden, false);
  await press(offer.querySelector("p"));
  assert.deepEqual(started, []);
  await press(offer.querySelector("button"));
  await press(offer.querySelector("button"));
  assert.deepEqual(started, [["the form", { isBack: false }]]);
});

test("a form that was sent in steps comes back in steps", async () => {
  for (const [hash, expected] of [
    ["#steps", [["the form", { isBack: true }]]],
    ["#other", []],
  ]) {
    const { started } = offering(hash);
    await new Promise((resolve) => setImmediate(resolve));
    assert.deepEqual(started, expected);
  }
});

test("where the line fails the next press tries again; what does not run is offered no more", async () => {
  const cut = offering("", ["cut"]);
  await cut.press(cut.offer.querySelector("button"));
  assert.deepEqual([cut.started, cut.offer.hidden], [[], false]);
  await cut.press(cut.offer.querySelector("button"));
  assert.equal(cut.started.length, 1);
  const unable = offering("", ["unable"]);
  await unable.press(unable.offer.querySelector("button"));
  assert.deepEqual([unable.started, unable.offer.hidden], [[], true]);
});

test("a worker does what it is asked for, says that it lives, and tells how a job failed", async () => {
  Reflect.deleteProperty(globalThis, "document");
  const said = [];
  globalThis.self = { postMessage: (message) => said.push(message) };
  class Told extends Error {
    name = "Told";
  }
  const jobs = {
    double: async (n) => {
      alive();
      return 2 * n;
    },
    fail: () => {
      throw new Told();
    },
  };
  work(jobs, "Jobs");
  await self.onmessage({ data: { id: 4, job: "double", content: 21 } });
  await self.onmessage({ data: { id: 5, job: "fail" } });
  assert.deepEqual(said, [
    { isReady: true },
    { isAlive: true },
    { id: 4, result: 42 },
    { id: 5, error: "Told" },
  ]);
  Reflect.deleteProperty(globalThis, "self");
  openPage();
  work(jobs, "Jobs");
  assert.equal(window.Jobs, jobs);
});

function answering(answers) {
  const asked = [];
  globalThis.fetch = async (address, options) => {
    asked.push([address, options.body]);
    const [status, content] = answers[address];
    return { ok: status < 400, status, json: async () => content ?? JSON.parse("x") };
  };
  return asked;
}

test("what the site publishes is read whole; a site that publishes nothing has none", async () => {
  for (const [answer, expected] of [
    [[200, { keys: [1], retiring: [2], routes: "r" }], { keys: [1, 2], digest: "r" }],
    [[200, { keys: [1], routes: "r" }], { keys: [1], digest: "r" }],
    [[200, { keys: "all", retiring: [2], routes: "r" }], { keys: [], digest: "r" }],
    [[404], { keys: [], digest: "" }],
  ]) {
    answering({ "/keys.json": answer });
    assert.deepEqual(await askPublished(), expected);
  }
  for (const answer of [[500], [404, { error: "unknown" }]]) {
    answering({ "/keys.json": answer });
    await assert.rejects(askPublished());
  }
});

test("a tip and a letter are as long as every other, in steps of four KiB", async () => {
  const asked = answering({ "/tip/sealed": [200, {}], "/mailbox/sealed": [200, {}] });
  await sendTip({ a: 1 });
  await sendLetter("l", "t", { a: 1 });
  assert.deepEqual(
    asked.map(([address, body]) => [address, body.length, JSON.parse(body)]),
    [
      ["/tip/sealed", 4096, { a: 1 }],
      ["/mailbox/sealed", 4096, { lookup: "l", token: "t", a: 1 }],
    ],
  );
});
