// The work of age_jobs.mjs (Node) and age_page.js (Chromium): the same calls to our own library.

import { fromBase64, toBase64 } from "../../admin/browser/shared/bytes.js";
import * as age from "../../admin/browser/shared/sealing/age.js";

const ACTS = {
  identity: async () => age.newIdentity(),
  recipient: async ({ identity }) => age.recipientOf(identity),
  seal: async ({ recipients, data }) => toBase64(await age.sealTo(recipients, fromBase64(data))),
  open: async ({ identity, data }) => toBase64(await age.openWith(identity, fromBase64(data))),
  seal_with_passphrase: async ({ passphrase, data, log_n: logN }) =>
    toBase64(await age.sealWithPassphrase(passphrase, fromBase64(data), logN)),
  open_with_passphrase: async ({ passphrase, data }) =>
    toBase64(await age.openWithPassphrase(passphrase, fromBase64(data))),
};

// A job that is refused gives null, so that a test can ask for refusals too.
export async function runJobs(jobs) {
  const results = [];
  for (const job of jobs) {
    results.push(await ACTS[job.act](job).catch(() => null));
  }
  return results;
}
