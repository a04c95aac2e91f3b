// Bundles the pages' scripts: `node admin/browser/build.mjs [outdir]`, by default build/browser.
// Each admin/browser/*/entries/*.js becomes a bundle of its name. The folders say who uses a script:
// reporter, mailbox, desk (which may use signin too), and shared, which uses none of them.

import { existsSync, readdirSync, readFileSync, realpathSync, writeFileSync } from "node:fs";
import { basename, dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import { build } from "esbuild";

const self = fileURLToPath(import.meta.url);
const here = dirname(self);
const root = resolve(here, "../..");

const END = "/*dengshao:whole*/";

export async function bundle(entryPoints, outdir) {
  if (!entryPoints.length) throw new Error("no entry point to bundle");
  // What must run in the browsers that cannot seal is written and built for ES5.
  const [old, young] = [entryPoints.filter(isOld), entryPoints.filter((name) => !isOld(name))];
  const built = [await bundleFor("es2017", young, outdir)];
  if (old.length) built.push(await bundleFor("es5", old, outdir));
  writeFileSync(
    join(outdir, "LICENSES.txt"),
    licences(built.flatMap(({ inputs }) => Object.keys(inputs))),
  );
  return built
    .flatMap(({ outputs }) => Object.keys(outputs))
    .filter((name) => name.endsWith(".js"))
    .sort()
    .map((name) => join(root, name));
}

const isOld = (name) => basename(name) === "hold.js";

async function bundleFor(target, entryPoints, outdir) {
  const { metafile, warnings } = await build({
    absWorkingDir: root,
    entryPoints,
    outdir,
    entryNames: "[name]",
    bundle: true,
    minify: true,
    format: "iife",
    charset: "utf8",
    // Old phones read ES2017. BigInt cannot be lowered; pages test for it before they load a bundle.
    target,
    supported: { bigint: true },
    legalComments: "external",
    // What ends otherwise did not come whole, or is not ours: hold.js looks.
    footer: { js: END },
    // tsconfig.json is for checking alone: from it every bundle would become strict, and longer.
    tsconfigRaw: {},
    metafile: true,
    logLevel: "warning",
  });
  if (warnings.length) throw new Error(`${warnings.length} warnings: mend them, do not hide them`);
  return metafile;
}

// Most packages put their licence into one file and no comment; all ask that it goes with the code.
function licences(inputs) {
  const folders = inputs.map((path) => path.match(/^.*node_modules\/(@[^/]+\/)?[^/]+/));
  const unique = [...new Set(folders.filter(Boolean).map(([folder]) => folder))].sort();
  return unique.map((folder) => `${folder}\n\n${licenceOf(folder)}`).join("\n\n");
}

function licenceOf(folder) {
  const name = readdirSync(join(root, folder)).find((file) => /^licen[cs]e/i.test(file));
  if (!name) throw new Error(`no licence in ${folder}`);
  return readFileSync(join(root, folder, name), "utf8");
}

const foldersIn = (folder) =>
  readdirSync(folder, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => join(folder, name));

const scriptsIn = (folder) =>
  (existsSync(folder) ? readdirSync(folder) : [])
    .filter((name) => name.endsWith(".js"))
    .map((name) => join(folder, name));

const kib = (bytes) => `${(bytes.length / 1024).toFixed(1)} KiB`;

if (process.argv[1] && realpathSync(process.argv[1]) === self) {
  const entryPoints = foldersIn(here).flatMap((folder) => scriptsIn(join(folder, "entries")));
  const outdir = resolve(process.argv[2] || join(root, "build/browser"));
  for (const file of await bundle(entryPoints, outdir)) {
    const bytes = readFileSync(file);
    console.log(`${basename(file)}  ${kib(bytes)}, gzip ${kib(gzipSync(bytes))}`);
  }
}
