// Asks the search page's scripts without a browser. The first argument is a built site, the second the
// language of the page; every line that comes in is a query, and for each a line of JSON goes out: what
// the box of help leads to and rings, what is found, and which files were read for it.
import fs from "node:fs";
import path from "node:path";
import readline from "node:readline";
import vm from "node:vm";

const [site, language = "zh"] = process.argv.slice(2);
const folder = language === "en" ? "en/search" : "search";
const html = fs.readFileSync(path.join(site, folder, "index.html"), "utf8");
const results = /<[^>]*id="search-results"[^>]*>/.exec(html)[0];
const data = Object.fromEntries(
  [...results.matchAll(/data-([a-z]+)="([^"]*)"/g)].map((one) => one.slice(1)),
);

// As much of a page as the scripts touch.
function element(dataset = {}) {
  return {
    dataset,
    children: [],
    appendChild: (child) => child,
    setAttribute() {},
    addEventListener() {},
    querySelectorAll: () => [],
    contains: () => false,
    createTextNode: (text) => text,
  };
}
const elements = {
  "search-results": element(data),
  "search-status": element({ found: "0", none: "" }),
};
// This process's own globals: in a context of its own each look at one costs, a quarter in all.
const page = Object.assign(globalThis, {
  location: { protocol: "https:" },
  document: {
    documentElement: { lang: language },
    addEventListener() {},
    createElement: () => element(),
    createTextNode: (text) => text,
    getElementById: (id) => (elements[id] ||= element()),
  },
});
page.window = page;

const loaded = new Set();
let used = new Set();
function load(name) {
  used.add(name);
  if (loaded.has(name)) return;
  loaded.add(name);
  vm.runInThisContext(fs.readFileSync(path.join(site, "assets", `${name}.js`), "utf8"), {
    filename: name,
  });
}
page.dengshaoLoad = (names) => {
  names.forEach((name) => load(`search/${name}`));
  return Promise.resolve();
};
const tools = [
  "search-words",
  "search-help",
  "search-asked",
  "search-find",
  "search-run",
  "search/words",
];
tools.forEach(load);

let help = [];
let found = { hits: [] };
page.dengshaoHelpShow = (_box, hits) => {
  help = hits;
};
const find = page.dengshaoFind;
page.dengshaoFind = (...all) => (found = find(...all));

for await (const line of readline.createInterface({ input: process.stdin })) {
  used = new Set(tools);
  found = { hits: [] };
  await page.dengshaoRun(line.trim().slice(0, 60), "../", () => true);
  console.log(
    JSON.stringify({
      help: help.flatMap((hit) => hit.pages.map((one) => one.page.url)),
      phones: help.flatMap((hit) => hit.phones.map((phone) => phone[0])),
      urls: found.hits.map((hit) => hit.url),
      titles: found.hits.map((hit) => hit.title),
      used: [...used],
    }),
  );
}
