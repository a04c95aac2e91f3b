// Boxes of what was seen, made and read in the browser's code: JSON in, JSON out.

import { readFileSync } from "node:fs";
import { fromBase64, toBase64 } from "../../../admin/browser/shared/bytes.js";
import { blankSeen, openSeen, sealSeen } from "../../../admin/browser/shared/sealing/seen.js";

const ACTS = {
  seal: ({ talk, reference, seen }) => toBase64(sealSeen(fromBase64(talk), reference, seen)),
  open: ({ talk, reference, box }) => openSeen(fromBase64(talk), reference, fromBase64(box)),
  blank: () => toBase64(blankSeen()),
};

console.log(JSON.stringify(JSON.parse(readFileSync(0, "utf8")).map((job) => ACTS[job.act](job))));
