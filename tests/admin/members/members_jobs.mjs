// Makes and hands on keys as the browser does. Reads a list of jobs from the standard input, each
// {job, …}; answers with what came out of each, or {error, what}.

import { build } from "esbuild";
import { answerEachLine } from "../../browser/lines.mjs";

const root = new URL("../../../", import.meta.url).pathname;
const { outputFiles } = await build({
  stdin: {
    contents: `export * from "./signin/members/making.js"; export * as halves from "./signin/members/halves.js"; export { heardMac } from "./signin/members/heard.js";
      export { checkCode } from "./signin/members/check_code.js"; export { openWaiting } from "./signin/open.js";
      export { spokenParts, wrongGroups } from "./signin/members/check_code.js"; 
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
};
const work = async (job) => WORK[job.job](job);

const JOBS = {
  split: ({ seed, random }) => lib.halves.split(fromHex(seed), fromHex(random)),
  join: ({ first, second }) => toHex(lib.halves.join(first, second)),
  code: ({ bytes }) => lib.codeOf(fromHex(bytes)),
  fingerprint: ({ name, recipient }) => lib.memberFingerprint(name, recipient),
  member: async ({ name, passphrase }) =>
    lib.makeMember(await lib.newcomer(name), passphrase, [work, work]),
  unit: ({ unit, me }) => lib.makeUnitKey(unit, me),
  handOn: ({ unit, told, name, typed }) => lib.sealToMember(unit, told, name, typed),
  heardMac: ({ seed, name, code }) => lib.heardMac(fromHex(seed), name, code),
  spokenParts: ({ typed }) => lib.spokenParts(typed),
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
