// Sends the desk's forms. What comes back is always { ok, code, … }; only a lost line throws.

/** @type {(url: string, fields: FormFields | Record<string, string>) => Promise<DeskAnswer>} */
export async function post(url, fields) {
  const token = /** @type {HTMLMetaElement} */ (document.querySelector('meta[name="csrf-token"]'))
    .content;
  const response = await fetch(url, {
    method: "POST",
    body: new URLSearchParams(fields),
    headers: { Accept: "application/json", "X-CSRFToken": token },
  });
  if (response.ok) return { ok: true, code: response.status };
  const isJson = (response.headers.get("Content-Type") || "").startsWith("application/json");
  const body = isJson ? await response.json() : {};
  return Object.assign(body, { ok: false, code: response.status });
}
