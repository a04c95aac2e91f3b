// What our library says to each message: JSON rows on standard input, names of errors or null out.

import { readFileSync } from "node:fs";
import { fromBase64, fromHex } from "../../admin/browser/shared/bytes.js";
import { verifyEnvelope } from "../../admin/browser/shared/sealing/envelope.js";

function verdict(row) {
  try {
    verifyEnvelope(fromBase64(row.bytes), fromHex(row.talk), row);
    return null;
  } catch (error) {
    return error.name;
  }
}

console.log(JSON.stringify(JSON.parse(readFileSync(0, "utf8")).map(verdict)));
