// Finds among tips those that seem to tell of the same event: by place, time and what is told.
//
// By event, never by person. Who is named, cars, accounts, and what a reporter fears are not looked
// at, so that no list of one person's tips can come of it. Small and exact: bigrams and shares of
// them, nothing learnt and nothing weighed in secret.

/** @typedef {Alike & { score: number }} Scored */

const DAY = 24 * 60 * 60 * 1000;
const MOST = 5;
// Shares of bigrams in common from which two places, or two accounts of an event, count as near.
const PLACE = 0.3;
const TEXT = 0.18;
// With the same place, less of the account needs to agree.
const TEXT_AT_PLACE = 0.06;
// How far back the form's answer to "when" reaches, in days: [from, to] before the tip came.
/** @type {Record<string, [from: number, to: number]>} */
const REACH = {
  now: [1, 0],
  week: [7, 0],
  month: [31, 0],
  earlier: [3650, 28],
  ongoing: [3650, -30],
};
// Blanks and punctuation, of one byte and of full width. Letters of every script count.
const MARKS =
  /[\u0000-\u002f\u003a-\u0040\u005b-\u0060\u007b-\u00bf\u2000-\u206f\u3000-\u303f\uff00-\uff0f\uff1a-\uff20\uff3b-\uff40\uff5b-\uff65]/;

// What of an opened tip is kept to compare: nothing that names anybody is asked for.
/**
 * @param {Pick<TipContent, "reference" | "fields">} tip
 * @param {{ unit: string, received: string }} cover
 * @returns {Trace}
 */
export function traceOf({ reference, fields }, { unit, received }) {
  /** @type {(name: string) => string} */
  const text = (name) => (typeof fields[name] === "string" ? fields[name] : "");
  return {
    reference,
    unit,
    township: text("township"),
    span: spanOf(text("when"), received),
    place: bigramsOf(text("place")),
    what: bigramsOf(text("what")),
  };
}

// The pairs of neighbouring letters or digits, each once, in order; marks and spaces don't count.
/** @type {(text: string) => string[]} */
export function bigramsOf(text) {
  const letters = Array.from(text.toLowerCase()).filter((sign) => !MARKS.test(sign));
  const pairs = letters.slice(1).map((sign, i) => letters[i] + sign);
  return Array.from(new Set(pairs)).sort();
}

// The share that two lists have in common, of all that stands in either (Jaccard): 0 to 1.
/** @type {(one: string[], other: string[]) => number} */
export function shared(one, other) {
  if (!one.length || !other.length) return 0;
  const set = new Set(one);
  const both = other.filter((pair) => set.has(pair)).length;
  return both / (one.length + other.length - both);
}

// Days since 1970 between which the event lies; null where nobody knows.
/** @type {(when: string, received: string) => Trace["span"]} */
function spanOf(when, received) {
  const reach = Object.prototype.hasOwnProperty.call(REACH, when) ? REACH[when] : null;
  const day = Math.round(Date.parse(`${received}T00:00:00Z`) / DAY);
  return reach && !Number.isNaN(day) ? [day - reach[0], day - reach[1]] : null;
}

// Returns up to five of `others` as { reference, township, reasons: ["place" | "near" | "time" |
// "text"] }, the likest first.
/** @type {(trace: Trace, others: Trace[]) => Alike[]} */
export function alikeTo(trace, others) {
  const found = others
    .filter((other) => other.reference !== trace.reference && other.unit === trace.unit)
    .map((other) => compare(trace, other))
    .filter(Boolean);
  return /** @type {Scored[]} */ (found)
    .sort((a, b) => b.score - a.score || (a.reference < b.reference ? -1 : 1))
    .slice(0, MOST)
    .map(({ reference, township, reasons }) => ({ reference, township, reasons }));
}

/** @type {(township: string) => boolean} */
const isKnown = (township) => township !== "" && township !== "unclear";

/** @type {(trace: Trace, other: Trace) => Scored | null} */
function compare(trace, other) {
  const sameTown = isKnown(trace.township) && trace.township === other.township;
  const elsewhere = isKnown(trace.township) && isKnown(other.township) && !sameTown;
  const meets = trace.span && other.span ? overlap(trace.span, other.span) : null;
  const place = shared(trace.place, other.place);
  const text = shared(trace.what, other.what);
  const isNear = place >= PLACE;
  const isTold = text >= TEXT || (isNear && text >= TEXT_AT_PLACE);
  if (elsewhere || meets === false || !isTold) return null;
  const reasons = /** @type {Alike["reasons"]} */ ([
    sameTown ? "place" : "",
    isNear ? "near" : "",
    meets ? "time" : "",
    text >= TEXT_AT_PLACE ? "text" : "",
  ]).filter(Boolean);
  return { reference: other.reference, township: other.township, reasons, score: place + text };
}

/** @type {(one: [from: number, to: number], other: [from: number, to: number]) => boolean} */
const overlap = ([from, to], [otherFrom, otherTo]) => from <= otherTo && otherFrom <= to;
