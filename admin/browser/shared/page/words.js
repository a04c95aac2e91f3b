// The page's sentences, which stand in its attributes so that they are translated with it.

// Fills the holes of a sentence: fill("第 {groups} 组有误", {groups: "3"}).
/** @type {(sentence: string, values: Record<string, string | number>) => string} */
export function fill(sentence, values) {
  return sentence.replace(/\{(\w+)\}/g, (hole, name) =>
    name in values ? String(values[name]) : hole,
  );
}

/** @type {(day: string, lang: string) => string} */
export function longDay(day, lang) {
  const tag = !lang || lang === "zh" ? "zh-CN" : lang;
  /** @type {Intl.DateTimeFormatOptions} */
  const options = { year: "numeric", month: "long", day: "numeric", timeZone: "UTC" };
  return new Date(`${day}T00:00:00Z`).toLocaleDateString(tag, options);
}

// Says what is wrong with a receipt, from the error of `check`.
/** @type {(error: { groups?: number[], isOrder?: boolean, found?: number }, words: Words) => string} */
export function receiptFault(error, words) {
  if (error.groups)
    return fill(error.isOrder ? words.wrongOrder : words.wrongGroup, {
      groups: error.groups.join(words.and),
    });
  if (!error.found) return words.empty;
  const off = Math.abs(36 - error.found);
  return fill(error.found < 36 ? words.tooFew : words.tooMany, { found: error.found, off });
}

// Says what is wrong with what was written; "" where nothing is.
/** @type {(text: string, words: Words, options: { mayBeEmpty: boolean }) => string} */
export function wordsFault(text, words, { mayBeEmpty }) {
  if (!text && !mayBeEmpty) return words.noWords;
  const found = Array.from(text).length;
  return found > Number(words.mostWords) ? fill(words.tooLong, { found }) : "";
}

// The digits typed so far, in groups of six.
/** @type {(text: string) => string[]} */
export function typedGroups(text) {
  const digits = text
    .replace(/[０-９]/g, (digit) => String.fromCharCode(digit.charCodeAt(0) - 0xfee0))
    .replace(/[^0-9]/g, "");
  return digits.match(/.{1,6}/g) || [];
}

// What a letter of this kind says.
/** @type {(kind: MessageKind, typed: string, words: Words) => string} */
export function bodyOf(kind, typed, words) {
  if (kind === "withdraw") return words.withdrawBody;
  return kind === "danger" ? `${words.dangerBody}\n${typed}`.trim() : typed;
}
