// Runs of letters that two texts share: what is to be published must not speak as a tip speaks. Signs and
// spaces count for nothing, so that a comma more hides no run. Pure.

export const LEAST = 6;

/** @type {(text: string) => string[]} */
const lettersOf = (text) =>
  Array.from(
    text
      .normalize("NFKC")
      .toLowerCase()
      .replace(/[^\p{L}\p{N}]/gu, ""),
  );

// The pieces of `text` whose every six letters in a row stand in one of the others as well, each once.
/** @type {(text: string, others: string[]) => string[]} */
export function sharedRuns(text, others) {
  const known = new Set(
    others
      .map(lettersOf)
      .reduce((all, letters) => all.concat(windows(letters)), /** @type {string[]} */ ([])),
  );
  const letters = lettersOf(text);
  /** @type {string[]} */
  const runs = [];
  let end = 0;
  windows(letters).forEach((window, at) => {
    if (!known.has(window)) return;
    // The next window of a run adds one letter to it.
    if (runs.length && at === end - LEAST + 1) runs.push(runs.pop() + letters[end]);
    else runs.push(window);
    end = at + LEAST;
  });
  return Array.from(new Set(runs));
}

/** @type {(letters: string[]) => string[]} */
const windows = (letters) =>
  letters.slice(LEAST - 1).map((_, at) => letters.slice(at, at + LEAST).join(""));
