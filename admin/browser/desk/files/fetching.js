// Fetches the sealed parts of a file. Runs in the worker.

// Seconds to wait before each new try: a line that stutters is no reason to begin a film again.
const WAITS = [1, 3, 8];

/** @typedef {{ ok: boolean, status: number, bytes: Bytes }} Fetched */

// `problem` is what the page has a sentence for.
export class NotFetched extends Error {
  /** @param {FileSaid} problem */
  constructor(problem) {
    super(`not fetched: ${problem}`);
    this.name = "NotFetched";
    this.problem = problem;
  }
}

/** @type {(address: string, number: number) => Promise<Bytes>} */
export async function fetchPart(address, number) {
  for (const wait of WAITS) {
    const found = await ask(address, number).catch(() => null);
    if (found && (found.ok || found.status < 500)) return read(found);
    await new Promise((resolve) => setTimeout(resolve, wait * 1000));
  }
  return read(await ask(address, number).catch(() => offline()));
}

// With its body: a line that breaks in the midst of a part is a new try, too.
/** @type {(address: string, number: number) => Promise<Fetched>} */
async function ask(address, number) {
  const response = await fetch(`${address}/${number}`, {
    headers: { Accept: "application/json" },
    cache: "no-store",
    credentials: "same-origin",
  });
  const { ok, status } = response;
  return { ok, status, bytes: new Uint8Array(await response.arrayBuffer()) };
}

/** @type {() => never} */
function offline() {
  throw new NotFetched("offline");
}

/** @type {Record<number, FileSaid>} */
const PROBLEMS = { 401: "signed_out", 403: "signed_out", 404: "missing" };

/** @type {(found: Fetched) => Bytes} */
function read({ ok, status, bytes }) {
  if (!ok) throw new NotFetched(PROBLEMS[status] || "offline");
  return bytes;
}
