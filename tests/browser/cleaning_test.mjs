// What is left of a picture that was drawn anew, against a browser made of functions: `node --test`.

import assert from "node:assert/strict";
import { test } from "node:test";
import { SealedStream } from "../../admin/browser/reporter/cleaning/age_stream.js";
import { bare } from "../../admin/browser/reporter/cleaning/bare.js";
import { bytesOf } from "../../admin/browser/reporter/cleaning/blob_bytes.js";
import { JOBS } from "../../admin/browser/reporter/cleaning/jobs.js";
import { redraw } from "../../admin/browser/reporter/cleaning/redraw.js";
import { blotted, turned, turnOfWebp } from "../../admin/browser/reporter/cleaning/upright.js";

const bytes = (text) => Uint8Array.from(text, (letter) => letter.charCodeAt(0));
const big = (number, size) =>
  Uint8Array.from({ length: size }, (_, i) => Math.floor(number / 256 ** (size - 1 - i)) % 256);
const joined = (...parts) =>
  new Uint8Array(Buffer.concat(parts.map((part) => Buffer.from(part.buffer ?? part))));
const contentOf = async (blob) => new Uint8Array(await blob.arrayBuffer());

// Pieces of a PNG and of a JPEG, of a length of their own each.
const SIGNATURE = bytes("\x89PNG\r\n\x1a\n");
const chunk = (name, size) =>
  joined(big(size, 4), bytes(name), new Uint8Array(size).fill(7), big(1, 4));
const segment = (mark, size) =>
  joined(big(0xff00 + mark, 2), big(size + 2, 2), new Uint8Array(size).fill(7));
const START = big(0xffd8, 2);
const SCAN = joined(segment(0xda, 3), bytes("the picture \xff\x00 itself"), big(0xffd9, 2));

const PNG_CHUNKS = ["IHDR", "PLTE", "tRNS", "IDAT", "IEND"];
const OTHERS = [
  "iCCP",
  "tEXt",
  "iTXt",
  "zTXt",
  "eXIf",
  "pHYs",
  "tIME",
  "sRGB",
  "gAMA",
  "cHRM",
  "bKGD",
];

for (const name of [...PNG_CHUNKS, ...OTHERS]) {
  const isKept = PNG_CHUNKS.includes(name);
  test(`of a PNG the chunk ${name} ${isKept ? "stays" : "goes"}, first, between and last`, async () => {
    const [head, data, end] = [chunk("IHDR", 13), chunk("IDAT", 9), chunk("IEND", 0)];
    const own = (size) => chunk(name, size);
    const orders = [
      [own(5), head, data, end],
      [head, own(0), data, own(6), data, end],
      [head, data, end, own(4)],
    ];
    for (const order of orders) {
      const blob = new Blob([SIGNATURE, ...order], { type: "image/png" });
      const left = order.filter(
        (one) => isKept || PNG_CHUNKS.includes(String.fromCharCode(...one.subarray(4, 8))),
      );
      const made = await bare(blob);
      assert.equal(made.type, "image/png");
      assert.deepEqual(await contentOf(made), joined(SIGNATURE, ...left));
    }
  });
}

test("of a JPEG every segment before the scan goes that adds something, and no other", async () => {
  for (let mark = 0xc0; mark <= 0xfe; mark += 1) {
    // Those that carry no length, and the scan itself.
    if (mark >= 0xd0 && mark <= 0xda) continue;
    const isAdded = (mark >= 0xe1 && mark <= 0xef) || mark === 0xfe;
    const blob = new Blob([START, segment(0xe0, 14), segment(mark, 5), segment(0xdb, 1), SCAN], {
      type: "image/jpeg",
    });
    const left = [
      START,
      segment(0xe0, 14),
      ...(isAdded ? [] : [segment(mark, 5)]),
      segment(0xdb, 1),
      SCAN,
    ];
    const made = await bare(blob);
    assert.equal(made.type, "image/jpeg");
    assert.deepEqual(await contentOf(made), joined(...left), mark.toString(16));
  }
});

// A WebP with chunks; the Exif of one says how it is to be turned.
const little = (number, size) => big(number, size).reverse();
const riff = (...chunks) => {
  const body = joined(bytes("WEBP"), ...chunks);
  return joined(bytes("RIFF"), little(body.length, 4), body);
};
const part = (name, body) =>
  joined(bytes(name), little(body.length, 4), body, new Uint8Array(body.length % 2));
function tiff(turn, isLittle, rows = [0x0100, 0x0112, 0x0132]) {
  const order = isLittle ? little : big;
  const table = rows.map((tag) =>
    joined(
      order(tag, 2),
      order(3, 2),
      order(1, 4),
      order(tag === 0x0112 ? turn : 9, 2),
      order(0, 2),
    ),
  );
  const head = [bytes(isLittle ? "II" : "MM"), order(42, 2), order(10, 4), bytes("..")];
  return joined(...head, order(rows.length, 2), ...table);
}

for (const isLittle of [true, false]) {
  for (const prefix of ["", "Exif\0\0"]) {
    test(`a WebP says how it is turned, ${isLittle ? "little" : "big"}-endian, after "${prefix}"`, () => {
      for (let turn = 1; turn <= 8; turn += 1) {
        for (const odd of [3, 4]) {
          const exif = joined(bytes(prefix), tiff(turn, isLittle));
          const file = riff(part("VP8 ", new Uint8Array(odd)), part("EXIF", exif));
          const told = turnOfWebp(file);
          assert.deepEqual([told.turn, told.isLittle], [turn, isLittle]);
          // Three rows, of which it is the second: where its number stands.
          assert.equal(told.at, file.length - (exif.length % 2) - 12 - 4);
        }
      }
    });
  }
}

test("a WebP is read from any place of a buffer", () => {
  const file = riff(part("EXIF", tiff(6, true)));
  assert.equal(turnOfWebp(joined(bytes("before"), file).subarray(6)).turn, 6);
});

for (const [name, file] of [
  ["no Exif", riff(part("VP8 ", bytes("....")))],
  ["an Exif without it", riff(part("EXIF", tiff(6, true, [0x0100])))],
  ["an Exif without rows", riff(part("EXIF", tiff(6, false, [])))],
  ["nothing behind its head", riff()],
  ["an Exif that is cut short", riff(part("EXIF", tiff(6, true))).subarray(0, 40)],
]) {
  test(`of a WebP with ${name} nothing is turned`, () => {
    assert.equal(turnOfWebp(file), null);
  });
}

test("what is no file at all is told, and not taken for one that is cut short", () => {
  assert.throws(() => turnOfWebp({ buffer: null, byteOffset: 0, length: 0 }), TypeError);
});

test("blotted out, it says that it stands upright, and is else the same", async () => {
  for (const isLittle of [true, false]) {
    const file = riff(part("EXIF", tiff(6, isLittle)));
    const told = turnOfWebp(file);
    const made = await contentOf(blotted(new Blob([file], { type: "image/webp" }), told));
    assert.equal(turnOfWebp(made).turn, 1);
    assert.deepEqual(made, riff(part("EXIF", tiff(1, isLittle))));
  }
  assert.equal(
    blotted(new Blob([], { type: "image/webp" }), { at: 0, isLittle: true }).type,
    "image/webp",
  );
});

// Where the corners of the lying picture come to stand, by orientation: top left, top right, bottom left.
const CORNERS = {
  1: ["top left", "top right", "bottom left"],
  2: ["top right", "top left", "bottom right"],
  3: ["bottom right", "bottom left", "top right"],
  4: ["bottom left", "bottom right", "top left"],
  5: ["top left", "bottom left", "top right"],
  6: ["top right", "bottom right", "top left"],
  7: ["bottom right", "top right", "bottom left"],
  8: ["bottom left", "top left", "bottom right"],
};

for (const turn of [1, 2, 3, 4, 5, 6, 7, 8, 9]) {
  test(`orientation ${turn} brings each corner to its place`, () => {
    const [w, h] = [30, 20];
    const { size, transform } = turned(turn, w, h);
    const isUpended = turn > 4 && turn < 9;
    // What no writer may say is drawn as it lies.
    if (turn === 9) {
      assert.deepEqual(transform, [1, 0, 0, 1, 0, 0]);
      return;
    }
    assert.deepEqual(size, isUpended ? [h, w] : [w, h]);
    const [a, b, c, d, e, f] = transform;
    const place = ([x, y]) => {
      const [across, down] = [a * x + c * y + e, b * x + d * y + f];
      assert.ok([0, size[0]].includes(across) && [0, size[1]].includes(down), `${across} ${down}`);
      return `${down ? "bottom" : "top"} ${across ? "right" : "left"}`;
    };
    assert.deepEqual(
      [
        [0, 0],
        [w, 0],
        [0, h],
      ].map(place),
      CORNERS[turn],
    );
  });
}

test("a piece of a file that is shorter than it should be is told, and none is asked for in vain", async () => {
  const blob = new Blob([bytes("abcdef")]);
  assert.deepEqual(await bytesOf(blob, 1, 4), bytes("bcd"));
  assert.deepEqual(await bytesOf(blob, 0, 6), bytes("abcdef"));
  for (const [start, end] of [
    [3, 3],
    [4, 3],
  ]) {
    assert.deepEqual(await bytesOf(null, start, end), new Uint8Array(0));
  }
  await assert.rejects(bytesOf(blob, 4, 7), { name: "Unreadable" });
  const broken = {
    slice: () => ({
      arrayBuffer: async () => {
        throw new DOMException("gone");
      },
    }),
  };
  await assert.rejects(bytesOf(broken, 0, 1), { name: "Unreadable", message: /./ });
});

test("a browser without Blob.arrayBuffer reads all the same", async () => {
  globalThis.FileReader = class {
    readAsArrayBuffer({ text }) {
      if (text) this.result = bytes(text).buffer;
      queueMicrotask(() => (text ? this.onload() : this.onerror()));
    }
  };
  assert.deepEqual(await bytesOf({ slice: () => ({ text: "ab" }) }, 0, 2), bytes("ab"));
  await assert.rejects(bytesOf({ slice: () => ({}) }, 0, 2), { name: "Unreadable" });
});

// Plays a browser that draws: what was drawn, how, and as what it was read back. `see(at)` is how much
// of a point is seen.
function browser({ width = 40, height = 30, see = () => 255, gives = {} } = {}) {
  const seen = { pictures: [], drawn: [], closed: 0, read: [] };
  globalThis.createImageBitmap = async (file, options) => {
    seen.pictures.push([file, options]);
    if (gives.error) throw gives.error;
    return { width, height, close: () => (seen.closed += 1) };
  };
  globalThis.OffscreenCanvas = class {
    constructor(...size) {
      [this.width, this.height] = size;
    }

    getContext() {
      return gives.noPen ? null : penOf(this);
    }

    async convertToBlob(options) {
      seen.read.push([this.width, this.height, options]);
      const png = [SIGNATURE, chunk("IHDR", 13), chunk("tEXt", 5), chunk("IDAT", 80)];
      const jpeg = [START, segment(0xe0, 14), segment(0xe1, 20), SCAN, new Uint8Array(40)];
      if (gives.blob !== undefined) return gives.blob;
      return new Blob(options.type === "image/png" ? png : jpeg, { type: options.type });
    }
  };
  const penOf = (canvas) => ({
    canvas,
    fillRect(x, y, w, h) {
      this.rows = this.rows || [];
      this.rows.push([this.fillStyle.match(/\d+/g).map(Number), x, y, w, h]);
    },
    setTransform: (...transform) => seen.drawn.push(transform),
    drawImage: (...what) => seen.drawn.push(what.slice(1)),
    getImageData(x, y, w, h) {
      const data = new Uint8ClampedArray(4 * w * h).fill(255);
      if (this.rows) {
        for (const [colour, left, top, wide, high] of this.rows) {
          for (let at = 0; at < wide * high; at += 1) {
            const place = (top + Math.floor(at / wide)) * w + left + (at % wide);
            data.set(gives.isSpoiling ? [0, 0, 0] : colour, 4 * place);
          }
        }
        return { data };
      }
      seen.read.push(["points", x, y, w, h]);
      for (let at = 0; at < w * h; at += 1) data[4 * at + 3] = see(y * w + at);
      return { data };
    },
  });
  return seen;
}

const pictureOf = (...parts) => new Blob(parts);

for (const [type, asked] of [
  ["image/jpeg", "image/jpeg"],
  ["image/heic", "image/jpeg"],
  ["image/png", "image/png"],
  ["image/webp", "image/jpeg"],
]) {
  test(`${type} is drawn upright and comes out bare, as ${asked}`, async () => {
    const seen = browser();
    const file = pictureOf(bytes("any picture"));
    const made = await redraw(file, type);
    assert.equal(made.type, asked);
    assert.deepEqual(seen.pictures, [[file, { imageOrientation: "from-image" }]]);
    assert.deepEqual(seen.drawn, [
      [1, 0, 0, 1, 0, 0],
      [0, 0],
    ]);
    assert.deepEqual(seen.read.at(-1), [40, 30, { type: asked, quality: 0.92 }]);
    assert.equal(seen.closed, 1);
    const left = String.fromCharCode(...(await contentOf(made)));
    assert.ok(!left.includes("tEXt") && !left.includes("\xff\xe1"));
  });
}

test("a WebP that lies on its side is drawn so that it stands, and its word for it is blotted out", async () => {
  const seen = browser();
  const file = riff(part("EXIF", tiff(6, true)));
  await redraw(pictureOf(file), "image/webp");
  assert.deepEqual(seen.drawn[0], turned(6, 40, 30).transform);
  assert.deepEqual(seen.read.at(-1).slice(0, 2), [30, 40]);
  assert.equal(turnOfWebp(await contentOf(seen.pictures[0][0])).turn, 1);
});

test("one see-through point of a WebP, wherever it is, makes a PNG of it", async () => {
  // More points than are read at once.
  const [width, height] = [1000, 2300];
  for (const at of [0, 1, width * 1000 - 1, width * 1000, width * height - 1]) {
    browser({ width, height, see: (place) => (place === at ? 254 : 255) });
    const made = await redraw(pictureOf(bytes("a picture")), "image/webp");
    assert.equal(made.type, "image/png", String(at));
  }
  const seen = browser({ width, height });
  assert.equal((await redraw(pictureOf(bytes("a picture")), "image/webp")).type, "image/jpeg");
  assert.deepEqual(
    seen.read.slice(0, -1).map(([, ...place]) => place),
    [
      [0, 0, 1000, 1000],
      [0, 1000, 1000, 1000],
      [0, 2000, 1000, 300],
    ],
  );
});

const told = (width, height) =>
  pictureOf(SIGNATURE, big(13, 4), bytes("IHDR"), big(width, 4), big(height, 4));
const HOPELESS = [
  ["what is no picture", pictureOf(bytes("%PDF-")), "application/pdf", {}, "kind"],
  [
    "what cannot be decoded",
    pictureOf(bytes("x")),
    "image/png",
    { gives: { error: new DOMException("no") } },
    "broken",
  ],
  [
    "a kind that this browser does not know",
    pictureOf(bytes("x")),
    "image/heic",
    { gives: { error: new DOMException("no") } },
    "browser",
  ],
  [
    "an option that this browser does not know",
    pictureOf(bytes("x")),
    "image/png",
    { gives: { error: new TypeError("no") } },
    "browser",
  ],
  ["a picture that says it is too large", told(12000, 10001), "image/png", {}, "large"],
  [
    "a picture that is too large",
    pictureOf(bytes("x")),
    "image/jpeg",
    { width: 12000, height: 10001 },
    "large",
  ],
  [
    "a canvas without a pen",
    pictureOf(bytes("x")),
    "image/png",
    { gives: { noPen: true } },
    "large",
  ],
  [
    "a canvas that gives nothing",
    pictureOf(bytes("x")),
    "image/png",
    { gives: { blob: null } },
    "large",
  ],
  [
    "a canvas that gives next to nothing",
    pictureOf(bytes("x")),
    "image/png",
    { gives: { blob: new Blob([new Uint8Array(63)]) } },
    "large",
  ],
  [
    "a canvas that gives back noise",
    pictureOf(bytes("x")),
    "image/png",
    { gives: { isSpoiling: true } },
    "spoils",
  ],
];

for (const [name, file, type, how, reason] of HOPELESS) {
  test(`${name} is not cleaned: ${reason}`, async () => {
    const seen = browser(how);
    assert.deepEqual(await JOBS.clean({ file, type }), { reason });
    // What was decoded is let go of, whatever became of it.
    assert.equal(seen.closed, seen.pictures.length && !(how.gives && how.gives.error) ? 1 : 0);
  });
}

test("a picture as large as can be is drawn", async () => {
  browser({ width: 12000, height: 10000 });
  assert.equal(
    (await JOBS.clean({ file: told(12000, 10000), type: "image/png" })).reason,
    undefined,
  );
});

test("what fails otherwise is no picture that cannot be cleaned", async () => {
  browser();
  const gone = {
    size: 1,
    slice: () => ({
      arrayBuffer: async () => {
        throw new Error("gone");
      },
    }),
  };
  await assert.rejects(JOBS.clean({ file: gone, type: "image/png" }), { name: "Unreadable" });
});

test("a browser that draws nothing by itself is told from one that cannot", async () => {
  browser();
  Reflect.deleteProperty(globalThis, "createImageBitmap");
  const file = pictureOf(bytes("x"));
  assert.deepEqual(await JOBS.clean({ file, type: "image/png" }), { reason: "browser" });
  browser();
  Reflect.deleteProperty(globalThis, "OffscreenCanvas");
  assert.deepEqual(await JOBS.clean({ file, type: "image/png" }), { reason: "browser" });
});

test("where only a page has canvases, one of its own is used", async () => {
  browser();
  const { OffscreenCanvas } = globalThis;
  Reflect.deleteProperty(globalThis, "OffscreenCanvas");
  const asked = [];
  globalThis.document = {
    createElement: (tag) => {
      const canvas = new OffscreenCanvas();
      const read = canvas.convertToBlob.bind(canvas);
      return Object.defineProperty(
        {
          getContext: () => canvas.getContext(),
          toBlob: (done, type, quality) => {
            asked.push([tag, type, quality]);
            read({ type }).then(done);
          },
        },
        "tag",
        { value: tag },
      );
    },
  };
  const made = await redraw(pictureOf(bytes("x")), "image/png");
  Reflect.deleteProperty(globalThis, "document");
  assert.equal(made.type, "image/png");
  assert.deepEqual(asked, [["canvas", "image/png", 0.92]]);
});

test("a file is known again by its size, its first MiB and its last, and by its kind", async () => {
  const MIB = 1048576;
  const content = new Uint8Array(3 * MIB);
  content.set(bytes("%PDF-"));
  const look = (made) => JOBS.look({ file: new Blob([made]) });
  const { type, mark } = await look(content);
  assert.equal(type, "application/pdf");
  assert.ok(mark.startsWith(`${3 * MIB}-`));
  const marks = [5, MIB - 1, 2 * MIB, 3 * MIB - 1].map(async (at) => {
    const other = content.slice();
    other[at] = 1;
    return (await look(other)).mark;
  });
  const changed = await Promise.all(marks);
  assert.equal(new Set([mark, ...changed]).size, 5);
  // In between, a change is not worth a second reading of a film.
  for (const at of [MIB, 2 * MIB - 1]) {
    const other = content.slice();
    other[at] = 1;
    assert.equal((await look(other)).mark, mark);
  }
  assert.notEqual((await look(content.slice(0, -1))).mark, mark);
  assert.equal((await look(bytes("%PDF-"))).type, "application/pdf");
});

test("the digests of several files are those of each, however long", async () => {
  const PART = 2 * 1048576;
  const sizes = [0, 1, PART - 1, PART, PART + 1, 2 * PART];
  const made = sizes.map((size) => new Uint8Array(size).map((_, i) => i % 251));
  const { createHash } = await import("node:crypto");
  assert.deepEqual(
    await JOBS.digests({ sources: made.map((one) => new Blob([one])) }),
    made.map((one) => createHash("sha256").update(one).digest("hex")),
  );
});

test("without crypto.subtle a part's digest is the same", async () => {
  const { subtle } = crypto;
  const source = new Blob([bytes("words")]);
  const opened = await JOBS.open({ id: 3, source, length: 5 });
  const [own] = [await JOBS.part({ id: 3, number: 0 })];
  Object.defineProperty(crypto, "subtle", { value: undefined, configurable: true });
  const other = await JOBS.part({ id: 3, number: 0 });
  Object.defineProperty(crypto, "subtle", { value: subtle, configurable: true });
  assert.equal(opened.parts, 1);
  assert.deepEqual(other, own);
  JOBS.close({ id: 3 });
  await assert.rejects(async () => JOBS.part({ id: 3, number: 0 }));
});

test("the parts are the whole, wherever a part ends within a chunk", async () => {
  const [PART, CHUNK, TAG] = [2 * 1048576, 65536, 16];
  const key = new Uint8Array(32).fill(1);
  const content = Buffer.alloc(PART + 100).map((_, n) => n % 251);
  const source = new Blob([content]);
  const first = PART % (CHUNK + TAG);
  // The first part ends before, at, and behind the first and the last byte of a chunk and of its tag.
  for (const over of [-TAG - 1, -TAG, -TAG + 1, -1, 0, 1, 2]) {
    const head = new Uint8Array(first - over).fill(9);
    const stream = new SealedStream({ head, key }, source, PART + 200);
    const sealed = [head];
    for (let chunk = 0; chunk < stream.chunks; chunk += 1) {
      const clear = new Uint8Array(Math.min(CHUNK, PART + 200 - chunk * CHUNK));
      clear.set(content.subarray(chunk * CHUNK, (chunk + 1) * CHUNK));
      sealed.push(stream.sealChunk(chunk, clear));
    }
    const made = [];
    for (let part_ = 0; part_ < stream.parts; part_ += 1) made.push(await stream.part(part_));
    assert.ok(Buffer.concat(made).equals(Buffer.concat(sealed)), String(over));
    assert.deepEqual(
      made.slice(0, -1).map(({ length }) => length),
      Array(stream.parts - 1).fill(PART),
    );
  }
});

test("no part before the first or behind the last is made, and no file shorter than its content", async () => {
  const source = new Blob([bytes("words")]);
  await JOBS.open({ id: 4, source, length: 5 });
  for (const number of [-1, 1, 2]) await assert.rejects(JOBS.part({ id: 4, number }), RangeError);
  await assert.rejects(JOBS.open({ id: 5, source, length: 4 }), RangeError);
  await assert.rejects(JOBS.open({ id: 5, source: new Blob([]), length: 0 }), RangeError);
});
