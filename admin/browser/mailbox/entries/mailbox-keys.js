// All of the mailbox that needs keys: loaded by mailbox.js once the receipt's field is touched,
// because it is large, and because a browser without BigInt cannot even read it.

import "../../shared/old.js";
import { toBase64, toHex } from "../../shared/bytes.js";
import { trySealing } from "../../shared/sealing/age.js";
import { sealLetter } from "../../shared/sealing/letter.js";
import { checkReader } from "../../shared/sealing/locks.js";
import { checkMark } from "../../shared/sealing/marks.js";
import { checkRoutes } from "../../shared/sealing/published.js";
import { check, derive } from "../../shared/sealing/receipt.js";
import { blankSeen, sealSeen } from "../../shared/sealing/seen.js";
import { openThread } from "../thread.js";

export const tools = {
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

window.dengshaoMailbox = tools;
