// Sends the desk's forms. What comes back is always { ok, code, … }; only a lost line throws.

/** @type {(url: string, fields: FormFields | Record<string, string>) => Promise<DeskAnswer>} */
export const post = (url, fields) => send(url, new URLSearchParams(fields), {});

// The same of what no form holds.
/** @type {(url: string, content: object) => Promise<DeskAnswer>} */
export const postAsJson = (url, content) =>
  send(url, JSON.stringify(content), { "Content-Type": "application/json" });

// The same where what is answered is needed: it throws too where the line is cut in the midst of that.
/** @type {(url: string, content: object) => Promise<DeskAnswer & Record<string, unknown>>} */
export async function askByPost(url, content) {
  const response = await reach(url, JSON.stringify(content), {
    "Content-Type": "application/json",
  });
  return Object.assign(await answerOf(response), { ok: response.ok, code: response.status });
}

/** @type {(url: string, body: BodyInit, type: Record<string, string>) => Promise<DeskAnswer>} */
async function send(url, body, type) {
  const response = await reach(url, body, type);
  if (response.ok) return { ok: true, code: response.status };
  return Object.assign(await answerOf(response), { ok: false, code: response.status });
}

/** @type {(url: string, body: BodyInit, type: Record<string, string>) => Promise<Response>} */
function reach(url, body, type) {
  const token = /** @type {HTMLMetaElement} */ (document.querySelector('meta[name="csrf-token"]'))
    .content;
  const headers = Object.assign({ Accept: "application/json", "X-CSRFToken": token }, type);
  return fetch(url, { method: "POST", body, headers });
}

/** @type {(response: Response) => Promise<Record<string, unknown>>} */
async function answerOf(response) {
  const isJson = (response.headers.get("Content-Type") || "").startsWith("application/json");
  return isJson ? response.json() : {};
}
