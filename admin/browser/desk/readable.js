// Turns what was opened into words: pure, `words` is what the page carries in data-words.

/** @type {<T>(table: Record<string, T> | null, key: unknown) => T | null} */
const own = (table, key) =>
  table && typeof key === "string" && Object.prototype.hasOwnProperty.call(table, key)
    ? table[key]
    : null;

/** @type {(name: string, value: unknown, words: DeskWords) => string} */
function inWords(name, value, words) {
  const values = Array.isArray(value) ? value : [value];
  return values
    .filter((one) => typeof one === "string" && one !== "")
    .map((one) => own(own(words.choices, name), one) || one)
    .join("、");
}

// The fields of a tip or supplement as [name, label, text], in the order of the form. A field that
// the desk does not know comes last, under its own name: nothing that was sent is left out.
/** @type {(fields: Answers, words: DeskWords) => [name: string, label: string, text: string][]} */
export function readFields(fields, words) {
  const known = words.fields.map(([name]) => name);
  const unknown = Object.keys(fields).filter((name) => !known.includes(name));
  return words.fields
    .concat(unknown.map((name) => [name, name]))
    .map(
      ([name, label]) =>
        /** @type {[string, string, string]} */ ([
          name,
          label,
          inWords(name, own(fields, name), words),
        ]),
    )
    .filter(([, , text]) => text !== "");
}

/**
 * @param {Pick<LabelContent, "category" | "township" | "flags">} label
 * @param {DeskWords} words
 * @returns {Pick<LabelContent, "category" | "township" | "flags">}
 */
export function readLabel(label, words) {
  const flags = Array.isArray(label.flags) ? label.flags : [];
  return {
    category: inWords("category", label.category, words),
    township: inWords("township", label.township, words),
    flags: flags.map((flag) => own(words.flags, flag) || String(flag)),
  };
}

// A supplement carries fields as JSON, or, where a reporter wrote them without a form, plain words.
/** @type {(body: string) => object} */
export function readSupplement(body) {
  try {
    const fields = JSON.parse(body);
    return fields && typeof fields === "object" && !Array.isArray(fields) ? fields : { what: body };
  } catch {
    return { what: body };
  }
}
