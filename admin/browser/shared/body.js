// The answers as one text: the same answers make the same text, as in `Submission.body`. Files that
// come with them stand in it too.
export function bodyOf(fields, files = []) {
  const all = files.length ? Object.assign({ files }, fields) : fields;
  const sorted = {};
  Object.keys(all)
    .sort()
    .forEach((name) => {
      sorted[name] = all[name];
    });
  return JSON.stringify(sorted);
}
