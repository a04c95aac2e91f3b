// What files are made of in the browser, as tests ask: JSON in, JSON out.

import { JOBS } from "../../admin/browser/reporter/cleaning/jobs.js";
import { safeName } from "../../admin/browser/reporter/files/file_entry.js";
import { paddedSize, padme, steppedSize } from "../../admin/browser/reporter/files/padme.js";
import { fromBase64, toBase64 } from "../../admin/browser/shared/bytes.js";
import { sniff } from "../../admin/browser/shared/media.js";
import { dimensions } from "../../admin/browser/shared/picture_size.js";
import { openWith } from "../../admin/browser/shared/sealing/age.js";
import { answerEachLine } from "./lines.mjs";

const join = (parts) => Buffer.concat(parts.map(({ bytes }) => Buffer.from(bytes)));

// Seals `size` bytes that repeat `seed`, asking for the parts in `order` (default: as they come).
async function seal({ data, length, order }) {
  const source = new Blob([fromBase64(data)]);
  const opened = await JOBS.open({ id: 1, source, length });
  const parts = Array.from({ length: opened.parts });
  for (const number of order || parts.keys()) parts[number] = await JOBS.part({ id: 1, number });
  const sealed = join(parts);
  return {
    identity: opened.lock.identity,
    lock: opened.lock,
    size: opened.size,
    sealed: toBase64(sealed),
    digests: parts.map(({ digest }) => digest),
    prefixes: parts.map(({ prefix }) => prefix),
    sha256: await JOBS.digest({ id: 1 }),
    own: toBase64(await openWith(opened.lock.identity, new Uint8Array(sealed))),
  };
}

// Seals, forgets all but what a page keeps, and makes parts from `done` on again.
async function resume({ data, other, length, done }) {
  const source = new Blob([fromBase64(data)]);
  const first = await JOBS.open({ id: 1, source, length });
  const before = [];
  for (let number = 0; number < first.parts; number += 1)
    before.push(await JOBS.part({ id: 1, number }));
  const prefix = { parts: done, digest: before[done - 1].prefix };
  const lock = JSON.parse(JSON.stringify(first.lock));
  const chosen = other ? new Blob([fromBase64(other)]) : source;
  const again = await JOBS.open({ id: 2, source: chosen, length, lock, prefix });
  const after = [];
  for (let number = done; number < again.parts; number += 1)
    after.push(await JOBS.part({ id: 2, number }));
  const isEqual = join(before.slice(done)).equals(join(after));
  return { isSame: again.isSame, isEqual };
}

const keepOf = (fill) => toBase64(new Uint8Array(32).fill(fill));

const PARTS = {
  seal,
  resume,
  padme: (lengths) => lengths.map(padme),
  padded: (sizes) => sizes.map(paddedSize),
  stepped: (sizes) => sizes.map((size) => steppedSize(size) || 0),
  names: (names) => names.map((name) => safeName(name)),
  sniff: (all) => all.map((data) => sniff(fromBase64(data))),
  sizes: (all) => all.map(({ data, type }) => dimensions(fromBase64(data), type)),
  state: ({ open }) =>
    JOBS.openState({
      keep: keepOf(open),
      box: JOBS.lockState({ keep: keepOf(1), content: { a: "字" } }),
    }),
};

await answerEachLine(async ({ job, content }) => {
  try {
    return await PARTS[job](content);
  } catch (error) {
    return { error: error.name };
  }
});
