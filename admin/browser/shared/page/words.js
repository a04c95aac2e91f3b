// The page's sentences, which stand in its attributes so that they are translated with it.

// Fills the holes of a sentence: fill("第 {groups} 组有误", {groups: "3"}).
export function fill(sentence, values) {
  return sentence.replace(/\{(\w+)\}/g, (hole, name) => (name in values ? values[name] : hole));
}

export function longDay(day, lang) {
  const options = { year: "numeric", month: "long", day: "numeric", timeZone: "UTC" };
  return new Date(`${day}T00:00:00Z`).toLocaleDateString(lang === "en" ? "en" : "zh-CN", options);
}

// Says what is wrong with a receipt, from the error of `check`.
export function receiptFault(error, words) {
  if (error.groups) return fill(words.wrongGroup, { groups: error.groups.join(words.and) });
  if (!error.found) return words.empty;
  const off = Math.abs(36 - error.found);
  return fill(error.found < 36 ? words.tooFew : words.tooMany, { found: error.found, off });
}

// Says what is wrong with what was written; "" where nothing is.
export function wordsFault(text, words, { mayBeEmpty }) {
  if (!text && !mayBeEmpty) return words.noWords;
  const found = Array.from(text).length;
  return found > Number(words.mostWords) ? fill(words.tooLong, { found }) : "";
}

// The digits typed so far, in groups of six.
export function typedGroups(text) {
  const digits = text
    .replace(/[０-９]/g, (digit) => String.fromCharCode(digit.charCodeAt(0) - 0xfee0))
    .replace(/[^0-9]/g, "");
  return digits.match(/.{1,6}/g) || [];
}

// What a letter of this kind says.
export function bodyOf(kind, typed, words) {
  if (kind === "withdraw") return words.withdrawBody;
  return kind === "danger" ? `${words.dangerBody}\n${typed}`.trim() : typed;
}
