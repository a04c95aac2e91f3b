// The answers as one text: the same answers make the same text, as in `Submission.body`. Files that
// come with them stand in it too.
/** @type {(fields: Answers, files?: FileEntry[]) => string} */
export function bodyOf(fields, files = []) {
  /** @type {Record<string, unknown>} */
  const all = files.length ? Object.assign({ files }, fields) : fields;
  /** @type {Record<string, unknown>} */
  const sorted = {};
  Object.keys(all)
    .sort()
    .forEach((name) => {
      sorted[name] = all[name];
    });
  return JSON.stringify(sorted);
}
