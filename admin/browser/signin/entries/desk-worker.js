// Does what is slow off the page's thread: the two sums of a sign-in, each in a worker of its own, and
// sealing anew what hangs on an older key, or goes to another unit.

import "../../shared/old.js";
import { fromHex, toHex } from "../../shared/bytes.js";
import { sealTo, sealWithPassphrase } from "../../shared/sealing/age.js";
import { signInSecret } from "../../shared/sealing/member.js";
import { resealBundle, resealFile } from "../renewal/bundle.js";
import { compare } from "../renewal/contents.js";
import { stretch } from "../stretch.js";
import { contentOf, pack, packBack } from "../transfer/packing.js";

/** @type {DeskJobs} */
const JOBS = {
  signIn: ({ passphrase, code, salt }) => toHex(signInSecret(passphrase, code, fromHex(salt))),
  seal: ({ passphrase, code, salt }) => stretch(passphrase, code, fromHex(salt)),
  reseal: ({ unit, bundle }) => resealBundle(unit, bundle),
  compare: ({ unit, both }) => compare(unit, both),
  sealCase: ({ recipient, passphrase, bytes }) =>
    recipient ? sealTo([recipient], bytes) : sealWithPassphrase(passphrase, bytes),
  resealFile: ({ unit, sealed }) => resealFile(unit, sealed),
  pack: (job) => pack(job),
  packBack: (job) => packBack(job),
  contentOf: ({ identities, bundle }) => contentOf(identities, bundle),
};

// A job takes what is sent with its own name; TypeScript sees no more than that it takes something.
/** @type {(name: keyof DeskJobs) => (job: any) => unknown} */
const jobOf = (name) => JOBS[name];

const thread = /** @type {WorkerThread} */ (/** @type {unknown} */ (self));

thread.onmessage = async ({ data }) => {
  try {
    thread.postMessage({ result: await jobOf(data.job)(data) });
  } catch (error) {
    thread.postMessage({ error: /** @type {Error} */ (error).name });
  }
};
