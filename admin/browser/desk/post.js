// Sends the desk's forms. What comes back is always { ok, code, … }; only a lost line throws.

/** @type {(url: string, fields: FormFields | Record<string, string>) => Promise<DeskAnswer>} */
export const post = (url, fields) => send(url, new URLSearchParams(fields), {});

// The same of what no form holds.
/** @type {(url: string, content: object) => Promise<DeskAnswer>} */
export const postAsJson = (url, content) =>
  send(url, JSON.stringify(content), { "Content-Type": "application/json" });

/** @type {(url: string, body: BodyInit, type: Record<string, string>) => Promise<DeskAnswer>} */
async function send(url, body, type) {
  const token = /** @type {HTMLMetaElement} */ (document.querySelector('meta[name="csrf-token"]'))
    .content;
  const response = await fetch(url, {
    method: "POST",
    body,
    headers: Object.assign({ Accept: "application/json", "X-CSRFToken": token }, type),
  });
  if (response.ok) return { ok: true, code: response.status };
  const isJson = (response.headers.get("Content-Type") || "").startsWith("application/json");
  const said = isJson ? await response.json() : {};
  return Object.assign(said, { ok: false, code: response.status });
}
