// Opens a keyring as the browser does. Each line is a list of
// {keyring, passphrase, code, salt, change: {"path.to.value": value}}; answers with what came out.

import { build } from "esbuild";
import { answerEachLine } from "../../browser/lines.mjs";

const root = new URL("../../../", import.meta.url).pathname;
const { outputFiles } = await build({
  stdin: {
    contents: `export { openKeyring } from "./signin/open.js"; export { stretch } from "./signin/stretch.js";
      export { fromHex } from "./shared/bytes.js";`,
    resolveDir: `${root}admin/browser`,
  },
  bundle: true,
  format: "esm",
  write: false,
});
const source = Buffer.from(outputFiles[0].contents).toString("base64");
const { openKeyring, stretch, fromHex } = await import(`data:text/javascript;base64,${source}`);

await answerEachLine(async (jobs) => {
  const keys = {};
  const answers = [];
  for (const { keyring, passphrase, code, salt } of jobs) {
    const id = [passphrase, code, salt].join("/");
    keys[id] = keys[id] || stretch(passphrase, code, fromHex(salt));
    try {
      answers.push({ opened: await openKeyring(keyring, fromHex(salt), keys[id]) });
    } catch (error) {
      answers.push({ error: error.name, what: error.what || "" });
    }
  }
  return answers;
});
