// Prints the official age test vectors as JSON: name -> base64 of the file.

import * as vectors from "cctv-age";

const encode = ([name, file]) => [name, Buffer.from(file).toString("base64")];
console.log(JSON.stringify(Object.fromEntries(Object.entries(vectors).map(encode))));
