// Starts the desk's workers. The desk's pages let no string become a script: the one policy that
// their headers name lets these addresses through, and nothing else.

const DESK = "/app/desk-worker.js";
const FILES = "/app/desk-files-worker.js";
const PACKAGE = "/app/desk-package-worker.js";
const ADDRESSES = [DESK, FILES, PACKAGE];
/** @type {ScriptPolicy | null} */
let policy = null;

/** @type {(address: string) => string} */
function trusted(address) {
  if (!window.trustedTypes) return address;
  policy =
    policy ||
    window.trustedTypes.createPolicy("dengshao", {
      createScriptURL(url) {
        if (!ADDRESSES.includes(url)) throw new TypeError("not one of the desk's workers");
        return url;
      },
    });
  return policy.createScriptURL(address);
}

// Returns a function that runs one job after another.
/** @type {() => AskWorker} */
export function startWorker() {
  const worker = new Worker(trusted(DESK));
  return (job) =>
    new Promise((resolve, reject) => {
      worker.onmessage = ({ data }) =>
        data.error ? reject(new Error(data.error)) : resolve(data.result);
      worker.onerror = () => reject(new Error("the worker did not start"));
      worker.postMessage(job);
    });
}

// A worker that opens one file; see desk-files-worker.js.
/** @type {() => FileWorker} */
export const fileWorker = () => /** @type {any} */ (new Worker(trusted(FILES)));

// A worker that puts one package together; see desk-package-worker.js.
/** @type {() => PackageWorker} */
export const packageWorker = () => /** @type {any} */ (new Worker(trusted(PACKAGE)));
