// The files on a tip's page: listed once the tip is open, gone when it is locked.

import { byId, replaceChildren } from "../../shared/page/dom.js";
import { Acts } from "./acts.js";
import { listFiles } from "./entries.js";
import { Row } from "./row.js";

/** @type {{ acts: Acts, rows: Row[] } | null} */
let shown = null;

/** @type {(page: OpenTipPage, opened: HeldTip, words: TipWords) => void} */
export function showFiles(page, opened, words) {
  hideFiles();
  const files = listFiles(opened, opened.uploads, words.files);
  byId("files-part").hidden = !files.length;
  const acts = new Acts(page, words.files);
  const rows = files.map(
    (file) =>
      new Row(file, words.files, {
        view: (row) => acts.view(row),
        save: (row) => acts.save(row),
        copy: (row) => acts.copy(row),
      }),
  );
  shown = { acts, rows };
  replaceChildren(byId("files"), ...rows.map((row) => row.part));
}

// A letter that came meanwhile may have brought more; otherwise a film that plays goes on.
/** @type {(page: OpenTipPage, opened: HeldTip, words: TipWords) => void} */
export function renewFiles(page, opened, words) {
  const files = listFiles(opened, opened.uploads, words.files);
  if (!shown || files.length !== shown.rows.length) showFiles(page, opened, words);
}

// What is still under way ends, and nothing of any file stays on the page.
export function hideFiles() {
  if (shown) {
    shown.rows.forEach((row) => row.stop());
    shown.acts.close();
  }
  shown = null;
  byId("files").textContent = "";
  byId("files-part").hidden = true;
}
