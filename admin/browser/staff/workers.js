// Starts the desk's worker. The desk's pages let no string become a script: the one policy that
// their headers name lets this one address through, and nothing else.

const ADDRESS = "/app/desk-worker.js";
let policy = null;

function address() {
  if (!window.trustedTypes) return ADDRESS;
  policy =
    policy ||
    window.trustedTypes.createPolicy("dengshao", {
      createScriptURL(url) {
        if (url !== ADDRESS) throw new TypeError("not the desk's worker");
        return url;
      },
    });
  return policy.createScriptURL(ADDRESS);
}

// Returns a function that runs one job after another.
export function startWorker() {
  const worker = new Worker(address());
  return (job) =>
    new Promise((resolve, reject) => {
      worker.onmessage = ({ data }) =>
        data.error ? reject(new Error(data.error)) : resolve(data.result);
      worker.onerror = () => reject(new Error("the worker did not start"));
      worker.postMessage(job);
    });
}
