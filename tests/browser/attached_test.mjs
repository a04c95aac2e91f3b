// The files beside the words of a form or a letter: `node --test`.

import assert from "node:assert/strict";
import { test } from "node:test";
import { Attached } from "../../admin/browser/shared/form/attached.js";
import { Offline, Refused } from "../../admin/browser/shared/page/post.js";
import { make, openPage, read } from "./dom.mjs";
import { settle } from "./open_form.mjs";

const ENTRIES = { entries: [{ name: "a" }], tickets: ["t"] };
function attached({ reasons = [], field = {}, isChosen = false, place = "tip" } = {}) {
  const root = make("div", {}, make("input", { type: "file" }));
  openPage(root);
  root.querySelector("input").files = isChosen ? ["file"] : [];
  const said = [];
  const files = {
    isEmpty: false,
    words: { wait: "files go", plainAgain: "choose again" },
    faults: () => ["a fault"],
    collect: async (onWait) => {
      onWait();
      return ENTRIES;
    },
    hold: (isHeld) => said.push(isHeld),
    recheck: async () => said.push("recheck"),
    outcome: (entries) => entries.map(({ name }) => name),
    wipe: () => said.push("wipe"),
    release: () => true,
    ...field,
  };
  const asked = [];
  window.DengshaoLoad = {
    load: (address, isThere, done) => {
      asked.push(address);
      done(reasons.shift() ?? (isThere() ? "" : "unable"));
    },
  };
  window.DengshaoFiles = async (...given) => {
    asked.push(given);
    root.querySelector("input").files = [];
    return files;
  };
  const options = { place };
  const words = { filesCut: "no line", filesUnable: "not here" };
  return {
    root,
    options,
    said,
    asked,
    files,
    own: new Attached(root, options, words),
    told: () => root.querySelectorAll(".field__error").flatMap(read),
  };
}

for (const name of ["focusin", "change", "dragover"]) {
  test(`files are made ready at ${name}, once`, async () => {
    const { root, own, asked, options } = attached();
    own.start();
    assert.deepEqual([asked, own.hasFiles], [[], false]);
    for (let n = 0; n < 2; n += 1) {
      root.dispatchEvent(new Event(name));
      await settle();
    }
    assert.deepEqual(asked, ["/app/files.js", [root, options]]);
    assert.equal(own.hasFiles, true);
  });
}

for (const [name, act] of [
  ["was touched before", ({ root }) => root.querySelector("input").focus()],
  ["holds a file", ({ root }) => (root.querySelector("input").files = ["file"])],
  [
    "has uploads of an earlier page",
    () =>
      (window.sessionStorage = { getItem: (one) => (one === "dengshao.files.tip" ? "[]" : null) }),
  ],
]) {
  test(`a field that ${name} is made ready at once`, async () => {
    const it = attached();
    act(it);
    it.own.start();
    await settle();
    assert.equal(it.asked.length, 2);
  });
}

test("what does not come is said beside the field, and asked for again at the next touch", async () => {
  for (const [reason, sentence] of [
    ["cut", "no line"],
    ["unable", "not here"],
  ]) {
    const { own, told, root } = attached({ reasons: [reason] });
    await own.begin();
    assert.deepEqual(told(), [sentence]);
    assert.equal(root.querySelector(".field__error").getAttribute("role"), "status");
    await own.begin();
    assert.deepEqual([told(), own.hasFiles], [[], true]);
  }
});

test("a page whose server takes no files has none, and loads nothing for them", async () => {
  openPage();
  window.DengshaoLoad = { load: () => assert.fail("loaded") };
  const own = new Attached(null, { place: "tip" }, {});
  own.start();
  await own.begin();
  assert.deepEqual(
    [own.isChosen, own.hasFiles, own.faults(), own.outcome([])],
    [false, false, [], []],
  );
  assert.deepEqual(await own.collect(() => assert.fail()), { entries: [], tickets: [] });
  assert.equal(
    await own.sendWith(
      () => assert.fail(),
      async (files) => files.entries.length,
    ),
    0,
  );
  own.wipe();
  assert.equal(own.release(), "");
});

test("a file that was chosen before our script was there is in the list before anything is sent", async () => {
  const { own, said } = attached({ isChosen: true });
  const waits = [];
  const sent = await own.sendWith(
    (sentence) => waits.push(sentence),
    async (files) => files,
  );
  assert.deepEqual([sent, waits, said], [ENTRIES, ["files go"], [true, false]]);
  assert.deepEqual([own.faults(), own.outcome([{ name: "a" }])], [["a fault"], ["a"]]);
});

test("a chosen file that cannot be sent here holds the words back, and is told at its field", async () => {
  const { own } = attached({ isChosen: true, reasons: ["unable", "cut"] });
  const send = () =>
    own.sendWith(
      () => {},
      () => assert.fail(),
    );
  const error = await send().catch((caught) => caught);
  assert.deepEqual(error.faults, [{ text: "not here", to: "files" }]);
  await assert.rejects(send(), { name: "Offline" });
});

test("what fails at a file says so, and the field is let go", async () => {
  const { own, said } = attached({
    isChosen: true,
    field: {
      collect: async () => {
        throw new Error("no");
      },
    },
  });
  const error = await own
    .sendWith(
      () => {},
      () => assert.fail(),
    )
    .catch((caught) => caught);
  assert.deepEqual([error.isOfFiles, said], [true, [true, false]]);
});

test("a file that the server misses is brought again, four times at most", async () => {
  const miss = async () => {
    throw new Refused("files", 409);
  };
  const { own, said } = attached({ isChosen: true });
  let tries = 0;
  await assert.rejects(
    own.sendWith(
      () => {},
      () => {
        tries += 1;
        return miss();
      },
    ),
    { reason: "files" },
  );
  assert.deepEqual([tries, said], [4, [true, "recheck", "recheck", "recheck", false]]);
  const once = attached({ isChosen: true });
  tries = 0;
  assert.equal(
    await once.own.sendWith(
      () => {},
      () => {
        tries += 1;
        return tries < 2 ? miss() : "sent";
      },
    ),
    "sent",
  );
  assert.deepEqual(once.said, [true, "recheck", false]);
});

test("nothing else is tried again", async () => {
  for (const error of [
    new Refused("other", 409),
    new Offline(),
    Object.assign(new Error("x"), { reason: "files" }),
  ]) {
    const { own, said } = attached({ isChosen: true });
    await assert.rejects(
      own.sendWith(
        () => {},
        async () => {
          throw error;
        },
      ),
      (caught) => caught === error,
    );
    assert.deepEqual(said, [true, false]);
  }
});

test("wiped, no file is held any more, and given back, a sentence says where that failed", async () => {
  const first = attached({ isChosen: true });
  await first.own.ready();
  first.own.wipe();
  assert.deepEqual([first.said, first.own.hasFiles], [["wipe"], false]);
  for (const [isBack, sentence] of [
    [true, ""],
    [false, "choose again"],
  ]) {
    const { own, root } = attached({ isChosen: true, field: { release: () => isBack } });
    await own.ready();
    await own.begin();
    own.say("something went wrong");
    assert.equal(own.release(), sentence);
    assert.deepEqual([own.hasFiles, root.querySelectorAll(".field__error")], [false, []]);
    // What is given back is not taken again.
    own.start();
    root.dispatchEvent(new Event("change"));
    await settle();
    assert.equal(own.files, null);
  }
});

test("a field that was given back before anything came loads nothing any more", async () => {
  const { own, root, asked } = attached();
  own.start();
  assert.equal(own.release(), "");
  root.dispatchEvent(new Event("change"));
  await settle();
  assert.deepEqual(asked, []);
});
