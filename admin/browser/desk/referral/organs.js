// Which organs are offered: none that the reporter does not want to know of it, and none that does not
// take such a matter. Only here does that show, in the opened tip and in what was added to it. Pure.

import { areFields } from "../../shared/sealing/opened.js";
import { factsOf, isSupervisory } from "../../shared/sealing/routes.js";
import { readSupplement } from "../readable.js";

// A supplement that nobody can prove excludes all the same: an organ too few is no harm.
/** @type {(opened: Pick<ReadTip, "tip" | "talk">) => string[]} */
export function excludedOffices({ tip, talk }) {
  const later = talk
    .filter(({ kind, body }) => kind === "supplement" && body !== null)
    .map(({ body }) => readSupplement(/** @type {string} */ (body)));
  return [tip.fields, ...later].reduce(
    (/** @type {string[]} */ all, fields) =>
      areFields(fields) ? all.concat(fields.exclude || []) : all,
    [],
  );
}

// An office stands for its unit: who excluded the one has excluded what works beside it there.
/** @type {(organ: Organ, excluded: string[], ways: Pick<Ways, "offices">) => boolean} */
export function isExcluded({ offices }, excluded, { offices: units }) {
  const theirs = excluded.map((office) => units[office]).filter(Boolean);
  return offices.some(
    (office) => excluded.includes(office) || theirs.includes(/** @type {any} */ (units[office])),
  );
}

// What may be about an official goes to organs for that alone, whatever its matter. `sealed`: all that
// lies at this unit may be.
/** @type {(organ: Organ, opened: Pick<ReadTip, "tip" | "talk">, sealed: boolean) => boolean} */
export function isFor({ officials, takes }, opened, sealed) {
  const { category, official } = factsOf(opened.tip.fields);
  const isOfficial = sealed || isSupervisory(official, excludedOffices(opened));
  return isOfficial ? officials : takes.includes(category);
}
