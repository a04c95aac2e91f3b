// All of the mailbox that needs keys: loaded by mailbox.js once the receipt's field is touched,
// because it is large, and because a browser without BigInt cannot even read it.

import "./lib/old.js";
import { trySealing } from "./lib/age.js";
import { toBase64, toHex } from "./lib/bytes.js";
import { checkMark } from "./lib/marks.js";
import { checkRoutes } from "./lib/published.js";
import { check, derive } from "./lib/receipt.js";
import { blankSeen, sealSeen } from "./lib/seen.js";
import { sealLetter } from "./mailbox/letter.js";
import { checkReader } from "./mailbox/locks.js";
import { openThread } from "./mailbox/thread.js";

window.dengshaoMailbox = {
  blankSeen,
  check,
  checkMark,
  checkRoutes,
  checkReader,
  derive,
  openThread,
  sealLetter,
  sealSeen,
  toBase64,
  toHex,
  trySealing,
};
