// Where a tab keeps what was typed and not sent, over a lock: ciphertext by page, and whose it is.

const DRAFTS = "dengshao.drafts";

/** @type {() => { owner: string, pages: Record<string, string> }} */
function read() {
  try {
    return Object.assign(
      { owner: "", pages: {} },
      JSON.parse(sessionStorage.getItem(DRAFTS) || "null"),
    );
  } catch {
    return { owner: "", pages: {} };
  }
}

/** @type {(owner: string, page: string, sealed: string) => void} */
export function putDraft(owner, page, sealed) {
  const kept = read();
  const pages = kept.owner === owner ? kept.pages : {};
  pages[page] = sealed;
  sessionStorage.setItem(DRAFTS, JSON.stringify({ owner, pages }));
}

// Gives a page's draft once, to the member whose it is; null where there is none.
/** @type {(owner: string, page: string) => string | null} */
export function takeDraft(owner, page) {
  const kept = read();
  const sealed = kept.owner === owner && kept.pages[page];
  if (!sealed) return null;
  delete kept.pages[page];
  if (Object.keys(kept.pages).length) sessionStorage.setItem(DRAFTS, JSON.stringify(kept));
  else forgetDrafts();
  return sealed;
}

export function forgetDrafts() {
  sessionStorage.removeItem(DRAFTS);
}

// Who unlocks next at this window finds nothing of another's.
/** @type {(owner: string) => void} */
export function keepDraftsOf(owner) {
  if (read().owner !== owner) forgetDrafts();
}
