// Chooses the unit that takes a tip: what admin/tip/routing.py does, over /tip/routes.json.
// tests/routes_cases.json holds both to the same table.

// The routes are not those that the static site publishes, or the form asks what they do not know.
export class FalseRoutes extends Error {
  constructor() {
    super("routes that nobody published");
    this.name = "FalseRoutes";
  }
}

/** @type {(routes: Routes, unit: string) => boolean} */
const isOpen = (routes, unit) => routes.units[unit].recipients.length > 0;

// A holder of its key was shut out, and its new key is not published yet: it takes nothing.
/** @type {(routes: Routes, unit: string) => boolean} */
const rests = (routes, unit) => routes.stands_in && Boolean(routes.units[unit].resting);

// What decides a tip's way, from the answers of the form; what was not answered is unclear.
/** @type {(answers: any) => Facts} */
export const factsOf = (answers) => ({
  category: answers.category || "unclear",
  official: answers.official || "unclear",
  exclude: answers.exclude || [],
  when: answers.when || "unclear",
  minor: answers.minor || "unclear",
});

// An official is, or may be, part of the matter.
/** @type {(official: string, exclude: string[]) => boolean} */
export const isSupervisory = (official, exclude) =>
  official === "yes" || (official === "unclear" && exclude.length > 0);

/** @type {(routes: Pick<Routes, "offices">, exclude: string[]) => (string | null)[]} */
export const excludedUnits = (routes, exclude) =>
  exclude.map((office) => known(routes.offices, office));

// An office that is not known would be excluded in vain.
/** @type {<T>(table: Record<string, T>, id: string) => T} */
function known(table, id) {
  if (!Object.prototype.hasOwnProperty.call(table, id)) throw new FalseRoutes();
  return table[id];
}

// Returns the unit's id, or null where no unit may take the tip.
/** @type {(routes: Routes, facts: Facts) => string | null} */
export function chooseUnit(routes, facts) {
  const excluded = excludedUnits(routes, facts.exclude);
  const way = isSupervisory(facts.official, facts.exclude)
    ? routes.takers
    : wayOf(routes, known(routes.categories, facts.category));
  const [first, ...fallbacks] = way;
  if (!excluded.includes(first) && !rests(routes, first))
    return isOpen(routes, first) ? first : null;
  const taker = fallbacks.find((unit) => !excluded.includes(unit) && isOpen(routes, unit));
  return taker || null;
}

/** @type {(routes: Routes, first: string) => string[]} */
const wayOf = (routes, first) =>
  [first].concat(routes.units[first].otherwise, routes.takers.slice(-1));

// A supervisory tip is P1 whatever it says, so that its cover tells nothing of its matter.
/** @type {(facts: Facts) => string} */
export function chooseUrgency({ category, official, exclude, when, minor }) {
  if (isSupervisory(official, exclude)) return "P1";
  if (when === "now" && category === "A1") return "P0";
  if (minor === "yes" || (when === "now" && category === "B2")) return "P1";
  return when === "ongoing" || when === "week" ? "P2" : "P3";
}

// The categories whose unit can read tips, or rests with one that stands in for it. On the sealed way
// every matter goes to its takers, so all or none are.
/** @type {(routes: Routes, sealedWay: boolean) => string[]} */
export function offeredCategories(routes, sealedWay) {
  const all = Object.keys(routes.categories);
  if (sealedWay && routes.takers.some((unit) => isOpen(routes, unit))) return all;
  return all.filter((category) => isTaken(routes, routes.categories[category]));
}

/** @type {(routes: Routes, first: string) => boolean} */
function isTaken(routes, first) {
  if (!rests(routes, first)) return isOpen(routes, first);
  return wayOf(routes, first).some((unit) => unit !== first && isOpen(routes, unit));
}
