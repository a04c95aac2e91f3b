// Reads the form, and checks it as the server does, with the server's own sentences.

// The fields of a tip, in the order of admin/intake/forms.py. Nothing else is ever part of it.
const FIELDS = [
  "category",
  "what",
  "township",
  "place",
  "when",
  "who",
  "objects",
  "harm",
  "minor",
  "official",
  "exclude",
  "basis",
  "fear",
  "answer",
];

// What was left empty is left out.
export function readForm(form) {
  const sent = new FormData(form);
  const fields = {};
  FIELDS.forEach((name) => {
    const value = name === "exclude" ? sent.getAll(name) : textOf(sent, name);
    if (value.length) fields[name] = value;
  });
  return { fields, contact: textOf(sent, "contact").trim(), website: textOf(sent, "website") };
}

// Counts a line's end as one character, as the person who typed it does.
const textOf = (sent, name) => (sent.get(name) || "").replace(/\r\n?/g, "\n");

// `checks` are the elements that carry the server's sentences. Returns `[{field, text}]`.
export function faultsOf(form, { fields, contact }, checks) {
  const typed = Object.assign({ contact }, fields);
  const faults = [];
  checks.forEach(({ dataset }) => {
    const text = faultOf(typed[dataset.field] || "", dataset);
    if (text) faults.push({ field: form.elements[dataset.field], text });
  });
  return faults;
}

function faultOf(value, { missing, max, long }) {
  if (missing) return value.trim() ? "" : missing;
  return Array.from(value).length > Number(max) ? long : "";
}
