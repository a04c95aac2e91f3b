// Talks to the desk's own server.

// The server refused, with a sentence of its own where it gave one.
export class DeskRefused extends Error {
  /**
   * @param {number} status
   * @param {string} [sentence]
   */
  constructor(status, sentence) {
    super(`refused: ${status}`);
    this.name = "DeskRefused";
    this.status = status;
    this.sentence = sentence || "";
  }
}

/** @type {() => HTMLMetaElement} */
const tokenTag = () =>
  /** @type {HTMLMetaElement} */ (document.querySelector('meta[name="csrf-token"]'));

// A sign-in begins a new session, and with it a new token.
/** @type {(token: string) => void} */
export function setToken(token) {
  tokenTag().content = token;
}

/** @type {(url: string) => Promise<any>} */
export const getJson = (url) => ask(url, { method: "GET" });

/** @type {(url: string, body?: object) => Promise<any>} */
export const postJson = (url, body) =>
  ask(url, {
    method: "POST",
    body: JSON.stringify(body || {}),
    // An idle tab may be closing while it locks. Browsers take no more than 64 KB in that way.
    keepalive: !body,
    headers: { "Content-Type": "application/json", "X-CSRFToken": tokenTag().content },
  });

/** @type {(url: string, options: RequestInit) => Promise<any>} */
async function ask(url, options) {
  const headers = Object.assign({ Accept: "application/json" }, options.headers);
  const settings = { headers, cache: "no-store", credentials: "same-origin" };
  const response = await fetch(url, Object.assign({}, options, settings));
  const isJson = (response.headers.get("Content-Type") || "").startsWith("application/json");
  const answer = isJson ? await response.json() : null;
  if (!response.ok) throw new DeskRefused(response.status, answer && answer.error);
  return answer;
}
