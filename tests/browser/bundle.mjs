// Bundles scripts of the tests exactly as those of the pages: node bundle.mjs outdir script…
// Prints the paths of what was written, as JSON.

import { bundle } from "../../admin/browser/build.mjs";

const [outdir, ...scripts] = process.argv.slice(2);
console.log(JSON.stringify(await bundle(scripts, outdir)));
