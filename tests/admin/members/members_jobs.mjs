// Makes and hands on keys as the browser does. Reads a list of jobs from the standard input, each
// {job, …}; answers with what came out of each, or {error, what}.

import { build } from "esbuild";
import { answerEachLine } from "../../browser/lines.mjs";

const root = new URL("../../../", import.meta.url).pathname;
const { outputFiles } = await build({
  stdin: {
    contents: `export * from "./signin/members/making.js"; export * as halves from "./signin/members/halves.js"; export * as spoken from "./signin/members/spoken.js";
      export { checkCode } from "./signin/members/check_code.js"; export { openWaiting } from "./signin/open.js";
      export { wrongGroups } from "./signin/members/check_code.js"; export { seedOf } from "./shared/sealing/age.js";
      export { stretch } from "./signin/stretch.js"; export { signInSecret } from "./shared/sealing/member.js";
      export { fromHex, toHex } from "./shared/bytes.js";`,
    resolveDir: `${root}admin/browser`,
  },
  bundle: true,
  format: "esm",
  write: false,
});
const source = Buffer.from(outputFiles[0].contents).toString("base64");
const lib = await import(`data:text/javascript;base64,${source}`);
const { fromHex, toHex } = lib;

// What the desk's worker does.
const WORK = {
  signIn: ({ passphrase, code, salt }) => toHex(lib.signInSecret(passphrase, code, fromHex(salt))),
  seal: ({ passphrase, code, salt }) => lib.stretch(passphrase, code, fromHex(salt)),
  spoken: ({ typed, nonce }) => lib.spoken.stretchSpoken(typed, nonce),
};
const work = async (job) => WORK[job.job](job);

// What a holder's browser speaks and leaves with an invitation, and what the new member's makes of it.
function spoken({ unit, id, name, nonce, recipient }) {
  const code = lib.spoken.spokenCode(lib.seedOf(unit.identity), name, nonce);
  const stretched = lib.spoken.stretchSpoken(code, nonce);
  return {
    code,
    proof: lib.spoken.proofOf(stretched),
    verifier: lib.spoken.verifierOf(stretched),
    unitMac: lib.spoken.unitMac(stretched, { id, ...unit }),
    memberMac: lib.spoken.memberMac(stretched, name, recipient),
  };
}

const JOBS = {
  split: ({ seed, random }) => lib.halves.split(fromHex(seed), fromHex(random)),
  join: ({ first, second }) => toHex(lib.halves.join(first, second)),
  code: ({ bytes }) => lib.codeOf(fromHex(bytes)),
  fingerprint: ({ name, recipient }) => lib.memberFingerprint(name, recipient),
  member: ({ name, passphrase }) => lib.makeMember(name, passphrase, [work, work]),
  unit: ({ unit, me }) => lib.makeUnitKey(unit, me),
  handOn: ({ unit, told, name, typed }) =>
    lib.sealToMember(unit, told, name, typed === undefined ? { worker: work } : { typed }),
  spoken,
  wrongGroups: ({ typed, code }) => lib.wrongGroups(typed, code),
  openWaiting: ({ keys, keyring }) => lib.openWaiting(keys, keyring),
};

await answerEachLine(async (jobs) => {
  const answers = [];
  for (const job of jobs) {
    try {
      answers.push({ made: await JOBS[job.job](job) });
    } catch (error) {
      answers.push({ error: error.name, what: error.what || "" });
    }
  }
  return answers;
});
