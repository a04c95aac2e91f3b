// Looks for the words of content/data/kinds.yml in what was typed. All of them are fetched with each page,
// before anything is typed: nothing tells which were found, and what is found is only asked, never sent.

// How much of a text speaks of something: `words` are "one|two". Latin ones stand at a word's beginning.
/** @type {(words: string, text: string) => number} */
export const weight = (words, text) =>
  words.split("|").reduce((sum, word) => sum + (holds(text, word) ? word.length : 0), 0);

/** @type {(text: string, word: string) => boolean} */
const holds = (text, word) =>
  /^[a-z]/.test(word) ? new RegExp(`(^|[^a-z])${word}`).test(text) : text.includes(word);

// What stands in these fields of a form, in small letters.
/** @type {(form: HTMLFormElement, selector: string) => string} */
export const typedIn = (form, selector) =>
  Array.from(
    /** @type {NodeListOf<HTMLInputElement>} */ (form.querySelectorAll(selector)),
    ({ value }) => value,
  )
    .join("\n")
    .toLowerCase();
