// Asks the server for JSON: without a cookie, never out of a cache, and not for ever.

const PATIENCE = 90000;

// No answer that we understand came. `status` is 0 where none came at all.
export class Offline extends Error {
  constructor(status = 0) {
    super(`no answer: ${status}`);
    this.name = "Offline";
    this.status = status;
  }
}

// By name: each of our scripts has a class of its own.
/** @type {(error: any) => boolean} */
export const isLost = (error) => error.name === "Offline";

// Whether the line is dead, as far as can be known before anything is sent. A browser that says so may
// mean the world outside, and still reach us: it is tried.
export async function isCut() {
  if (typeof navigator !== "object" || navigator.onLine !== false) return false;
  try {
    await fetch("/app/hold.js", { method: "HEAD", credentials: "omit", cache: "no-store" });
    return false;
  } catch {
    return true;
  }
}

// The server would not; `reason` is its word for why.
export class Refused extends Error {
  /**
   * @param {string} reason
   * @param {number} status
   */
  constructor(reason, status) {
    super(reason);
    this.name = "Refused";
    this.reason = reason;
    this.status = status;
  }
}

/** @type {(address: string) => Promise<any>} */
export const getJson = (address) => ask(address, { headers: { Accept: "application/json" } });

// Filled up with spaces to whole steps: who watches the line sees no more than how many.
/** @type {(address: string, content: object, step?: number) => Promise<any>} */
export const postJson = (address, content, step = 1) => {
  const text = JSON.stringify(content);
  return ask(address, {
    method: "POST",
    headers: { "Content-Type": "application/json", Accept: "application/json" },
    body: text.padEnd(Math.ceil(text.length / step) * step),
  });
};

/** @type {(address: string, options: RequestInit) => Promise<any>} */
async function ask(address, options) {
  const { status, ok, answer } = await exchange(address, options);
  if (!answer) throw new Offline(status);
  if (!ok) throw new Refused(answer.error || "unknown", status);
  return answer;
}

/**
 * @param {string} address
 * @param {RequestInit} options
 * @returns {Promise<{ status: number, ok: boolean, answer: any }>}
 */
async function exchange(address, options) {
  const giveUp = new AbortController();
  const timer = setTimeout(() => giveUp.abort(), PATIENCE);
  const apart = { credentials: "omit", cache: "no-store", signal: giveUp.signal };
  let status = 0;
  try {
    const response = await fetch(address, Object.assign({}, options, apart));
    status = response.status;
    return { status, ok: response.ok, answer: await response.json() };
  } catch {
    // A proxy's own page, a line that broke, or no answer at all.
    return { status, ok: false, answer: null };
  } finally {
    clearTimeout(timer);
  }
}
