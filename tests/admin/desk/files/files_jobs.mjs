// The modules of a tip's files without a page: JSON jobs in, JSON results out.

import { readFileSync } from "node:fs";
import { bared } from "../../../../admin/browser/desk/files/bare.js";
import { listFiles, readEntry, sizeWord } from "../../../../admin/browser/desk/files/entries.js";
import { sniff } from "../../../../admin/browser/desk/files/kinds.js";
import { safeName } from "../../../../admin/browser/desk/files/names.js";
import { readSealedFile } from "../../../../admin/browser/desk/files/sealed_file.js";
import { isDrawable } from "../../../../admin/browser/desk/frame/dimensions.js";
import { fromBase64, toBase64 } from "../../../../admin/browser/shared/bytes.js";
import { dimensions } from "../../../../admin/browser/shared/picture_size.js";
import { PART } from "../../../../admin/browser/shared/sealing/age_payload.js";
import { answerEachLine } from "../../../browser/lines.mjs";

async function read({ path, size, entry, cut = 0 }) {
  const sealed = new Uint8Array(readFileSync(path));
  const asked = [];
  const readPart = async (number) => {
    asked.push(number);
    return sealed.slice(number * PART, Math.min((number + 1) * PART, sealed.length - cut));
  };
  const pieces = [];
  try {
    await readSealedFile({ readPart, sealedSize: size || sealed.length, entry }, (piece) =>
      pieces.push(Buffer.from(piece)),
    );
    return { clear: Buffer.concat(pieces).toString("base64"), asked };
  } catch (error) {
    return { error: error.name };
  }
}

const bare = ({ data, type }) => {
  const found = bared(fromBase64(data), type);
  return found && toBase64(found);
};

const ACTS = {
  read,
  bare,
  name: ({ name }) => safeName(name, "附件1"),
  sniff: ({ data }) => sniff(fromBase64(data)),
  dimensions: ({ data, type }) => dimensions(fromBase64(data), type),
  drawable: ({ data, type }) => isDrawable(fromBase64(data), type),
  entry: ({ file }) => readEntry(file),
  size: ({ bytes }) => sizeWord(bytes),
  list: ({ tip, talk, uploads }) => listFiles({ tip, talk }, uploads, { unnamed: "附件%(n)s" }),
};

await answerEachLine(async (jobs) => {
  const results = [];
  for (const job of jobs) results.push(await ACTS[job.act](job));
  return results;
});
