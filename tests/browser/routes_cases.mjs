// Holds admin/browser/lib/routes.js to tests/routes_cases.json: `node --test routes_cases.mjs`.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import {
  chooseUnit,
  chooseUrgency,
  factsOf,
  isSupervisory,
  offeredCategories,
} from "../../admin/browser/lib/routes.js";

const table = JSON.parse(readFileSync(new URL("../routes_cases.json", import.meta.url), "utf8"));

// A district of the table in the shape of /tip/routes.json.
function routesOf(name, open) {
  const { units, ...rest } = table.districts[name];
  const described = Object.entries(units).map(([id, otherwise]) => [
    id,
    { otherwise, recipients: open.includes(id) ? ["age1pq1", "age1pq1"] : [] },
  ]);
  return { ...rest, units: Object.fromEntries(described) };
}

for (const { name, district, open, facts, unit, urgency } of table.cases) {
  test(name, () => {
    const whole = factsOf(facts);
    assert.equal(chooseUnit(routesOf(district, open), whole), unit);
    assert.equal(chooseUrgency(whole), urgency);
  });
}

for (const { name, district, open, sealed_way: sealedWay, categories } of table.offered) {
  test(name, () => {
    const found = offeredCategories(routesOf(district, open), sealedWay);
    assert.deepEqual(found.sort(), categories);
  });
}

const SUPERVISORY = [
  ["yes", [], true],
  ["no", ["village"], false],
  ["unclear", [], false],
  ["unclear", ["village"], true],
];

test("an official is, or may be, part of the matter", () => {
  for (const [official, exclude, expected] of SUPERVISORY) {
    assert.equal(isSupervisory(official, exclude), expected, `${official} ${exclude}`);
  }
});
