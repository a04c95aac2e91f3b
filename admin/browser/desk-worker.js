// Does the two slow sums of a sign-in off the page's thread; the page starts one worker for each.

import "./lib/old.js";
import { fromHex, toHex } from "./lib/bytes.js";
import { signInSecret } from "./lib/member.js";
import { stretch } from "./staff/stretch.js";

const JOBS = {
  signIn: ({ passphrase, code, salt }) => toHex(signInSecret(passphrase, code, fromHex(salt))),
  seal: ({ passphrase, code, salt }) => stretch(passphrase, code, fromHex(salt)),
};

self.onmessage = ({ data }) => {
  try {
    self.postMessage({ result: JOBS[data.job](data) });
  } catch (error) {
    self.postMessage({ error: error.name });
  }
};
