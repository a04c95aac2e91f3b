// How long a tip is on the line: sealed by the form's own worker, posted by its own sender.

import { readFileSync } from "node:fs";
import { sendTip } from "../../admin/browser/shared/form/server.js";
import { JOBS } from "../../admin/browser/shared/sealing/jobs.js";
import { newDigits } from "../../admin/browser/shared/sealing/receipt.js";

const { cases, world } = JSON.parse(readFileSync(0, "utf8"));
const sent = [];
globalThis.fetch = async (_address, { body }) => {
  sent.push(Buffer.byteLength(body));
  return { ok: true, status: 200, json: async () => JSON.parse(body) };
};

const results = [];
for (const { fields, contact, files, proof } of cases) {
  const work = { digits: newDigits(), fields, contact, files: files.entries, ...world };
  const cover = await JOBS.sealTip(work);
  const tickets = files.tickets.length ? { files: files.tickets } : {};
  // What is posted reads as it was meant, spaces or not.
  const { sealed, label, mark, unit } = await sendTip({ proof, website: "", ...tickets, ...cover });
  results.push({ unit, sent: sent.pop(), row: [sealed, label, mark].map((text) => text.length) });
}
console.log(JSON.stringify(results));
