// Computes with admin/browser/shared what vectors.json asks, in the shape of that table.
// Usage: node vectors.mjs vectors.json

import { readFileSync } from "node:fs";
import { fromHex, toHex } from "../../admin/browser/shared/bytes.js";
import { seedOf } from "../../admin/browser/shared/sealing/age.js";
import * as envelope from "../../admin/browser/shared/sealing/envelope.js";
import * as member from "../../admin/browser/shared/sealing/member.js";
import * as receipt from "../../admin/browser/shared/sealing/receipt.js";
import { checkCode } from "../../admin/browser/signin/members/check_code.js";

const table = JSON.parse(readFileSync(process.argv[2], "utf8"));

function receiptKeys({ site, digits }) {
  const keys = receipt.derive(digits, site);
  return {
    site,
    digits,
    lookup: toHex(keys.lookup),
    seed: toHex(seedOf(keys.identity)),
    talk: toHex(keys.talk),
  };
}

function typedReceipt({ typed }) {
  try {
    return { typed, digits: receipt.check(typed) };
  } catch (error) {
    if (error instanceof receipt.WrongLength) return { typed, found: error.found };
    if (error instanceof receipt.WrongGroup)
      return { typed, [error.isOrder ? "order" : "wrong"]: error.groups };
    throw error;
  }
}

function message(row) {
  const talk = fromHex(row.talk);
  const { bytes, digest } = envelope.makeEnvelope(row.body, talk, row);
  const read = envelope.verifyEnvelope(bytes, talk, row);
  delete read.v;
  return Object.assign({ talk: row.talk }, read, { digest, length: bytes.length });
}

function typedCode({ typed }) {
  try {
    return { typed, code: member.normaliseCode(typed) };
  } catch (error) {
    if (error instanceof member.BadCode) return { typed, code: null };
    throw error;
  }
}

const withValue = (name, compute) => (row) => Object.assign({}, row, { [name]: compute(row) });

const signIn = (row) => toHex(member.signInSecret(row.passphrase, row.code, fromHex(row.salt)));

const computed = {
  receipts: table.receipts.map(receiptKeys),
  typed_receipts: table.typed_receipts.map(typedReceipt),
  envelopes: table.envelopes.map(message),
  fingerprints: table.fingerprints.map(
    withValue("fingerprint", (row) => member.fingerprint(row.unit_id, row.recipient, row.recovery)),
  ),
  check_codes: table.check_codes.map(withValue("code", (row) => checkCode(row.fingerprint))),
  successors: table.successors.map(
    withValue("mac", (row) =>
      member.successorMac(fromHex(row.seed), row.unit_id, row.recipient, row.recovery),
    ),
  ),
  rosters: table.rosters.map(
    withValue("mac", (row) => member.rosterMac(fromHex(row.seed), row.members)),
  ),
  sign_ins: table.sign_ins.map(withValue("secret", signIn)),
  codes: table.codes.map(typedCode),
  passphrases: table.passphrases.map(
    withValue("normalised", (row) => member.normalisePassphrase(row.typed)),
  ),
};
console.log(JSON.stringify(computed));
