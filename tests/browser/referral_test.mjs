// A package for an organ outside: what is marked in a tip's words, what may leave at all, the letter, the
// sums, and the sealed ZIP: `node --test`.

import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { test } from "node:test";
import { unzipSync } from "fflate";
import { Assembly } from "../../admin/browser/desk/package/assembly.js";
import {
  endingOf,
  neutralName,
  staysBecause,
  strained,
} from "../../admin/browser/desk/package/enclosed.js";
import {
  documentOf,
  officialDay,
  plainText,
  withoutUnseen,
} from "../../admin/browser/desk/package/letter.js";
import { manifestOf, sheetOf } from "../../admin/browser/desk/package/manifest.js";
import { pageOf, toMarkup } from "../../admin/browser/desk/package/markup.js";
import { newPassphrase } from "../../admin/browser/desk/package/passphrase.js";
import { itemsOf, secretsOf } from "../../admin/browser/desk/referral/items.js";
import { holdsSecret, marksIn, STRUCK, struck } from "../../admin/browser/desk/referral/marks.js";
import { excludedOffices, isExcluded, isFor } from "../../admin/browser/desk/referral/organs.js";
import {
  newIdentity,
  openWith,
  openWithPassphrase,
  recipientOf,
} from "../../admin/browser/shared/sealing/age.js";

// ---- What is marked.

// A text with what must be marked in brackets, and by which rule.
const MARKED = [
  ["[我]看了一眼", "self"],
  ["[我们]都怕他", "self"],
  ["[俺们]不敢说", "self"],
  ["[我老婆]在那里卖菜", "family"],
  ["[我家]门口", "family"],
  ["问[我的邻居]", "family"],
  ["[我们村]的路", "family"],
  ["[我妹妹]的店", "family"],
  ["[我儿子]上初中", "family"],
  ["[I saw] nothing", "there"],
  ["as [I] said", "self"],
  ["he hit [my brother]", "family"],
  ["he hit [my little brother]", "family"],
  ["they told [us]", "self"],
  ["打[13912345678]找他", "phone"],
  ["打[139 1234 5678]找他", "phone"],
  ["打[139-1234-5678]", "phone"],
  ["[+86 13912345678]", "phone"],
  ["[１３９１２３４５６７８]", "phone"],
  ["[0571-87654321]", "phone"],
  ["[电话是8765432]", "phone"],
  ["证号[11010519491231002X]", "identity"],
  ["证号[110105194912310021]", "identity"],
  ["卡号[6222020200012345678]", "account"],
  ["卡[6222 0202 0001 2345 678]", "account"],
  ["[微信：lamp_2026]", "contact"],
  ["加[QQ 123456789]", "contact"],
  ["写信到[lamp@example.org]", "contact"],
  ["[家住三号楼]", "home"],
  ["[住在桥头超市楼上]，", "home"],
  ["[我是这家店的会计]，", "role"],
  ["[作为这里的村民]", "role"],
  ["[我在窗口看见]他", "there"],
  ["[亲眼看见]他打人", "there"],
  ["事情发生时[在场]的人", "there"],
  ["[正好路过]", "there"],
  ["[晚上八点半]来的", "hour"],
  ["[下午]来的", "hour"],
  ["[20:15]来的", "hour"],
  ["[３点]来的", "hour"],
  ["[三点多]来的", "hour"],
  ["[8时30分]到场", "hour"],
  ["at [7:30 pm] today", "hour"],
  ["in the [evening]", "hour"],
  ["照片叫 [IMG_20261130_2214.jpg]", "file"],
  ["文件 [记账本.xlsx] 里", "file"],
  ["[mmexport1700000000]", "file"],
  ["[微信图片_20261130]", "file"],
  ["在 [30.274085] 那里", "spot"],
  ["[012340 567894 012340 567894 012340 567894]", "receipt"],
  ["[age1pq1qqqqqqqqqqqqqqqqqqqqqq]", "key"],
];

for (const [written, name] of MARKED) {
  test(`marked as ${name}: ${written}`, () => {
    const start = written.indexOf("[");
    const text = written.replace(/[[\]]/g, "");
    assert.deepEqual(marksIn(text), [{ name, start, end: written.indexOf("]") - 1 }]);
  });
}

// What must stay: days, places, sums, and words that only look alike.
for (const text of [
  "2026年11月30日，桥头有人设卡。",
  "11月30日到12月1日",
  "我国法律",
  "忘我地工作，唯我独尊",
  "有三点要求，两点意见",
  "一点也不怕",
  "收了 50 元，欠 12000 元",
  "车牌 浙A12345",
  "他老婆在收钱",
  "对方有五个人",
  "听说是他干的",
  "每周来一次",
  "时间很久了，平时没人",
  "USB, Russia, minefield",
  "He was there.",
  "",
]) {
  test(`not marked: ${text}`, () => assert.deepEqual(marksIn(text), []));
}

test("finds are in order, none over another, and striking them leaves the rest", () => {
  const text = "昨晚九点我老婆在桥头被打，我在场，电话13912345678。他们有五个人。";
  const marks = marksIn(text);
  marks.slice(1).forEach((mark, i) => assert.ok(mark.start >= marks[i].end));
  const left = struck(text);
  assert.deepEqual(marksIn(left), []);
  assert.ok(left.includes("在桥头被打"));
  assert.ok(left.endsWith("。他们有五个人。"));
  assert.ok(left.includes(STRUCK));
  assert.ok(!left.includes("139"));
});

test("one find struck leaves the others where they are", () => {
  const text = "我看他，我怕他";
  assert.equal(struck(text, [marksIn(text)[1]]), `我看他，${STRUCK}怕他`);
});

// ---- What may leave at all.

const WORDS = {
  fields: [
    ["category", "类型"],
    ["what", "发生了什么"],
    ["exclude", "不能让这些单位看到"],
    ["fear", "担心的事"],
  ],
  choices: { category: { A2: "欺行霸市" } },
};
const SAID = { later: "%(day)s 补充" };
const TALK = Buffer.alloc(32, 7).toString("base64");
const tip = (fields = {}) => ({
  reference: "ABCDE-FGHJK",
  reporter: "age1pq1reporter",
  talk: TALK,
  contact: "c2VhbGVkIGNvbnRhY3Q=",
  fields: {
    category: "A2",
    what: "设卡收钱",
    exclude: ["bureau"],
    fear: "怕被认出",
    answer: "yes",
    basis: "seen",
    unknown: "谁加的",
    ...fields,
  },
});
const message = (more) => ({
  number: 1,
  direction: "reporter",
  kind: "message",
  body: "x",
  day: "2026-12-01",
  ...more,
});

test("only the named answers can leave, in words, chosen at first", () => {
  const items = itemsOf({ tip: tip(), talk: [] }, WORDS, SAID);
  assert.deepEqual(
    items.map(({ id, text, isChosen }) => [id, text, isChosen]),
    [
      ["category", "欺行霸市", true],
      ["what", "设卡收钱", true],
    ],
  );
  const all = JSON.stringify(items);
  for (const secret of ["怕被认出", "bureau", "reporter", TALK, "c2VhbGVk", "谁加的"])
    assert.ok(!all.includes(secret), secret);
});

test("what the reporter added later is offered and not chosen; staff's words and junk never", () => {
  const talk = [
    message({ body: "他还欠了钱" }),
    message({
      number: 2,
      kind: "supplement",
      body: JSON.stringify({ what: "又来了", fear: "怕" }),
    }),
    message({ number: 3, direction: "staff", body: "请问是哪天" }),
    message({ number: 4, body: null }),
    message({ number: null }),
    message({ number: 5, kind: "supplement", body: JSON.stringify({ what: { a: 1 } }) }),
  ];
  const later = itemsOf({ tip: tip(), talk }, WORDS, SAID).slice(2);
  assert.deepEqual(
    later.map(({ id, label, text, isChosen }) => [id, label, text, isChosen]),
    [
      ["1-what", "2026-12-01 补充 · 发生了什么", "他还欠了钱", false],
      ["2-what", "2026-12-01 补充 · 发生了什么", "又来了", false],
    ],
  );
});

test("a text with a receipt, a key or a secret of the tip is refused however it came in", () => {
  const secrets = secretsOf(tip());
  for (const text of [
    "查询码 012340567894012340567894012340567894",
    `我家 ${"1 ".repeat(36)}`,
    "age1pq1reporter",
    `微信：age1${"q".repeat(40)}`,
    `电话是${"012345\n".repeat(5)}678901`,
    TALK,
    "x c2VhbGVkIGNvbnRhY3Q= y",
    "AGE-SECRET-KEY-PQ-1QQQQ",
  ])
    assert.ok(holdsSecret(text, secrets), text);
  assert.ok(!holdsSecret("桥头有人设卡，收 50 元", secrets));
  assert.ok(!holdsSecret("没有联系方式的", secretsOf({ ...tip(), contact: undefined })));
});

// ---- Which organs are offered.

const WAYS = {
  offices: { station: "police", bureau: "police", market: "trade", village: null, town: null },
};
for (const [offices, exclude, later, expected] of [
  [["bureau"], ["bureau"], [], true],
  [["bureau"], ["station"], [], true],
  [["bureau"], [], ["station"], true],
  [["market"], ["station"], [], false],
  [["village"], ["town"], [], false],
  [["town"], ["town"], [], true],
  [[], ["station"], [], false],
  [["bureau"], ["gone"], [], false],
]) {
  test(`an organ of ${offices} where ${exclude}, later ${later}, are excluded: ${expected}`, () => {
    const body = JSON.stringify({ exclude: later });
    const talk = [message({ kind: "supplement", body }), message({ body: "bureau" })];
    const excluded = excludedOffices({ tip: tip({ exclude }), talk });
    assert.equal(isExcluded({ offices }, excluded, WAYS), expected);
  });
}

for (const [more, fields, sealed, expected] of [
  [{ takes: ["A2"] }, { category: "A2" }, false, true],
  [{ takes: ["A2"] }, { category: "A1" }, false, false],
  [{ takes: ["unclear"] }, { category: "" }, false, true],
  [{ takes: ["A2"] }, { category: "A2", official: "yes" }, false, false],
  [{ takes: [], officials: true }, { category: "A2", official: "yes" }, false, true],
  [{ takes: ["A2"] }, { category: "A2", official: "unclear", exclude: ["town"] }, false, false],
  [{ takes: ["A2"] }, { category: "A2", official: "no", exclude: ["town"] }, false, true],
  [{ takes: ["A2"] }, { category: "A2", official: "no" }, true, false],
]) {
  test(`an organ ${JSON.stringify(more)} for ${JSON.stringify(fields)}, ${sealed}: ${expected}`, () => {
    const opened = { tip: { fields }, talk: [] };
    assert.equal(isFor({ officials: false, takes: [], ...more }, opened, sealed), expected);
  });
}

test("an office that is excluded later makes an unclear tip one about officials", () => {
  const body = JSON.stringify({ exclude: ["town"] });
  const talk = [message({ kind: "supplement", body })];
  const fields = { category: "A2", official: "unclear" };
  assert.equal(isFor({ officials: false, takes: ["A2"] }, { tip: { fields }, talk }, false), false);
});

// ---- Files.

for (const [file, expected] of [
  [{ entry: {}, sealedSize: 9, state: "cleaned" }, ""],
  [{ entry: {}, sealedSize: 9, state: "kept" }, "file_kept"],
  [{ entry: {}, sealedSize: 9, state: "original" }, "file_original"],
  [{ entry: {}, sealedSize: 0, state: "cleaned" }, "file_gone"],
  [{ entry: null, sealedSize: 9, state: "cleaned" }, "file_gone"],
]) {
  test(`a file ${JSON.stringify(file)} ${expected ? "stays" : "may go"}`, () =>
    assert.equal(staysBecause(file), expected));
}

test("a name is a number and the ending of what the bytes are, never of what was said", () => {
  const bytes = (text) => Uint8Array.from(text, (sign) => sign.charCodeAt(0));
  assert.equal(endingOf(bytes("\xff\xd8\xff\xe0"), "application/pdf"), "jpg");
  assert.equal(endingOf(bytes("%PDF-1.7"), "text/html"), "pdf");
  const docx = "application/vnd.openxmlformats-officedocument.wordprocessingml.document";
  assert.equal(endingOf(bytes("PK\x03\x04"), docx), "docx");
  assert.equal(endingOf(bytes("PK\x03\x04"), "application/zip"), "");
  assert.equal(endingOf(bytes("MZ"), "image/jpeg"), "");
  assert.equal(endingOf(bytes("<html>"), "toString"), "");
  assert.equal(neutralName(3, "jpg"), "files/03.jpg");
});

test("a picture is strained of what is none, and a broken one does not go", () => {
  const jpeg = Uint8Array.from([0xff, 0xd8, 0xff, 0xe1, 0, 4, 1, 2, 0xff, 0xd9]);
  assert.deepEqual([...strained(jpeg)], [0xff, 0xd8, 0xff, 0xd9]);
  assert.equal(strained(jpeg.subarray(0, 7)), null);
  const webp = Uint8Array.from("RIFF0000WEBP", (sign) => sign.charCodeAt(0));
  assert.equal(strained(webp), webp);
});

// ---- The letter.

const LETTER_WORDS = new Proxy(
  { attached_files: "文件 %(n)s 个", slip_said: "%(number)s 收到", sums_head: "一\n二" },
  { get: (own, name) => own[name] ?? `<${String(name)}>` },
);
const letter = (more = {}) => ({
  reference: "ABCDE-FGHJK",
  number: "灯转〔2026〕3号",
  title: "关于移送有关线索的函",
  to: "某局",
  body: "第一段\n\n 第二段 ",
  from: "公安承办组",
  day: "2026-12-01",
  contact: "",
  reply: "某路 1 号",
  texts: [{ label: "发生了什么", text: "一\n<script>alert(1)</script>&\"'" }],
  entries: [{ name: "files/01.jpg", size: 3, sha256: "ab".repeat(32), about: "图" }],
  ...more,
});

test("a day is written as in official letters", () => {
  assert.equal(officialDay("2026-12-01"), "2026年12月1日");
  assert.equal(officialDay("2026-10-31"), "2026年10月31日");
});

test("the letter has its number, addressee, paragraphs, enclosures, seal, day and a return slip", () => {
  const page = pageOf("函", documentOf(letter(), LETTER_WORDS));
  for (const wanted of [
    "灯转〔2026〕3号",
    "某局：",
    '<p class="letter__text">第一段</p><p class="letter__text">第二段</p>',
    "<li>文件 1 个</li>",
    "&lt;seal&gt;",
    "2026年12月1日",
    "letter--slip",
    "灯转〔2026〕3号 收到",
    "某路 1 号",
    "ab".repeat(32),
  ])
    assert.ok(page.includes(wanted), wanted);
  assert.equal(page.match(/公安承办组/g).length, 3);
});

test("on paper alone there is no list of files, and the letter names none", () => {
  const page = pageOf("函", documentOf(letter({ entries: [] }), LETTER_WORDS));
  assert.ok(!page.includes("list_title"));
  assert.ok(!page.includes("attached_list"));
  assert.ok(page.includes("attached_text"));
});

test("nothing of a stranger's text becomes markup, and the page runs nothing", () => {
  const page = pageOf("<b>", documentOf(letter(), LETTER_WORDS));
  assert.ok(!/<script/i.test(page));
  assert.ok(page.includes("&lt;script&gt;alert(1)&lt;/script&gt;&amp;&quot;&#39;"));
  assert.ok(page.includes("<title>&lt;b&gt;</title>"));
  assert.ok(page.includes("default-src 'none'"));
  assert.ok(!/(src|href)=/.test(page));
  assert.equal(toMarkup({ tag: "p", className: "", children: ["<"] }), "<p>&lt;</p>");
});

test("the plain text says the same, for the oldest editor too", () => {
  const text = plainText(letter(), LETTER_WORDS);
  assert.ok(text.startsWith("\ufeff<reference>ABCDE-FGHJK\r\n"));
  assert.ok(text.includes("【发生了什么】\r\n一\r\n<script>"));
  assert.ok(!/[^\r]\n/.test(text));
});

test("signs that nobody sees do not leave: a text may be marked by them", () => {
  assert.equal(withoutUnseen("桥\u200b头\u202e设\u2060卡\u0007\r\n收钱"), "桥头设卡\n收钱");
});

test("the manifest names each file with its sum, and its sheet is what sha256sum reads", () => {
  const { entries } = letter();
  const told = JSON.parse(manifestOf(letter(), entries));
  assert.deepEqual(told, {
    v: 1,
    kind: "referral",
    reference: "ABCDE-FGHJK",
    number: "灯转〔2026〕3号",
    from: "公安承办组",
    to: "某局",
    day: "2026-12-01",
    files: [{ name: "files/01.jpg", size: 3, sha256: "ab".repeat(32) }],
  });
  const lines = sheetOf(letter(), entries, LETTER_WORDS).split("\n");
  assert.deepEqual(lines.slice(1), ["# 一", "# 二", `${"ab".repeat(32)}  files/01.jpg`, ""]);
  assert.ok(lines[0].startsWith("# 灯转"));
});

// ---- The sealed file.

async function packed(lock, files) {
  const assembly = new Assembly({ recipient: "", passphrase: "", ...lock });
  const entries = [];
  for (const [name, ...pieces] of files) {
    assembly.begin(name);
    for (const piece of pieces) await assembly.push(piece);
    entries.push(await assembly.end());
  }
  const sealed = await assembly.finish();
  return { entries, sealed, bytes: new Uint8Array(await sealed.blob.arrayBuffer()) };
}

const sumOf = (bytes) => createHash("sha256").update(bytes).digest("hex");
const big = new Uint8Array(150000).map((_, i) => i % 251);

test("a package opens by its key, with each file and its sum, and by no other key", async () => {
  const [identity, other] = [await newIdentity(), await newIdentity()];
  const recipient = await recipientOf(identity);
  const { entries, sealed, bytes } = await packed({ recipient }, [
    ["files/01.jpg", big.subarray(0, 70000), big.subarray(70000)],
    ["text.txt", Uint8Array.of(1, 2, 3)],
    ["empty.txt"],
  ]);
  assert.equal(sealed.sha256, sumOf(bytes));
  assert.equal(sealed.size, bytes.length);
  const files = unzipSync(await openWith(identity, bytes));
  assert.deepEqual(Object.keys(files), ["files/01.jpg", "text.txt", "empty.txt"]);
  assert.equal(sumOf(files["files/01.jpg"]), sumOf(big));
  for (const { name, size, sha256 } of entries)
    assert.deepEqual([size, sha256], [files[name].length, sumOf(files[name])]);
  await assert.rejects(openWith(other, bytes));
  bytes[bytes.length - 1] ^= 1;
  await assert.rejects(openWith(identity, bytes));
});

test("a package opens by its passphrase and by no other", async () => {
  const passphrase = newPassphrase();
  const { bytes } = await packed({ passphrase }, [["text.txt", Uint8Array.of(9)]]);
  assert.deepEqual([...unzipSync(await openWithPassphrase(passphrase, bytes))["text.txt"]], [9]);
  await assert.rejects(openWithPassphrase(`${passphrase}0`, bytes));
});

test("a classic key is not sealed to", () => {
  const classic = "age1ql3z7hjy54pw3hyww5ayyfg7zqgvc7w3j2elw8zmrj2kg5sfn9aqmcac8p";
  assert.throws(() => new Assembly({ recipient: classic, passphrase: "" }), /not a hybrid/);
});

test("a package does not tell when it was made", async () => {
  const identity = await newIdentity();
  const recipient = await recipientOf(identity);
  const { bytes } = await packed({ recipient }, [["text.txt", Uint8Array.of(9)]]);
  const zip = Buffer.from(await openWith(identity, bytes));
  // Time and day of a ZIP's first header: midnight of the day from which it counts.
  assert.equal(zip.readUInt16LE(10), 0);
  assert.equal(zip.readUInt16LE(12), (1 << 5) | 1);
});

test("passphrases are six groups of four digits, each drawn anew", () => {
  const drawn = Array.from({ length: 50 }, newPassphrase);
  drawn.forEach((one) => assert.match(one, /^\d{4}(-\d{4}){5}$/));
  assert.equal(new Set(drawn).size, 50);
});

test("a draw that would make some groups likelier is drawn again", (context) => {
  const drawn = [4294960000, 4294967295, 1234, 20001, 30002, 40003, 50004, 60005];
  context.mock.method(crypto, "getRandomValues", (into) => into.fill(drawn.shift()));
  assert.equal(newPassphrase(), "1234-0001-0002-0003-0004-0005");
});
