// Holds admin/browser/shared/sealing/routes.js to tests/routes_cases.json: `node --test routes_cases.mjs`.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { checkRoutes, routesText } from "../../admin/browser/shared/sealing/published.js";
import {
  chooseUnit,
  chooseUrgency,
  FalseRoutes,
  factsOf,
  isSupervisory,
  offeredCategories,
} from "../../admin/browser/shared/sealing/routes.js";

const table = JSON.parse(readFileSync(new URL("../routes_cases.json", import.meta.url), "utf8"));

// A district of the table in the shape of /tip/routes.json.
function routesOf(name, open, { resting = [], closed = false } = {}) {
  const { units, ...rest } = table.districts[name];
  const described = Object.entries(units).map(([id, otherwise]) => [
    id,
    {
      otherwise,
      recipients: open.includes(id) ? ["age1pq1", "age1pq1"] : [],
      resting: resting.includes(id),
    },
  ]);
  return { ...rest, stands_in: !closed, units: Object.fromEntries(described) };
}

for (const { name, district, open, facts, unit, urgency, ...more } of table.cases) {
  test(name, () => {
    const whole = factsOf(facts);
    assert.equal(chooseUnit(routesOf(district, open, more), whole), unit);
    assert.equal(chooseUrgency(whole), urgency);
  });
}

for (const { name, district, open, sealed_way: sealedWay, categories, ...more } of table.offered) {
  test(name, () => {
    const found = offeredCategories(routesOf(district, open, more), sealedWay);
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

const whole = ({ district, contact, closed }) => {
  const [custodian, reviewer] = contact || [];
  return {
    ...routesOf(district, [], { closed }),
    contact: contact ? { custodian, reviewer } : null,
  };
};

for (const row of table.published) {
  test(`the hash of the routes: ${row.name}`, () => {
    checkRoutes(whole(row), row.digest);
  });
}

// All that decides where words go stands in the hash, and nothing else does.
const CHANGES = {
  "the supervisory unit": (routes) => ({ ...routes, takers: ["third", "top"] }),
  "the upper unit": (routes) => ({ ...routes, takers: ["watch", "first"] }),
  "a supervisory unit more": (routes) => ({ ...routes, takers: ["watch", "third", "top"] }),
  "a supervisory unit fewer": (routes) => ({ ...routes, takers: ["top"] }),
  "a category's unit": (routes) => ({
    ...routes,
    categories: { ...routes.categories, A1: "third" },
  }),
  "a category more": (routes) => ({ ...routes, categories: { ...routes.categories, A2: "third" } }),
  "an office's unit": (routes) => ({ ...routes, offices: { ...routes.offices, one: "third" } }),
  "an office's unit left out": (routes) => ({
    ...routes,
    offices: { ...routes.offices, one: null },
  }),
  "a unit's otherwise": (routes) => ({
    ...routes,
    units: { ...routes.units, first: { otherwise: ["third", "second"], recipients: [] } },
  }),
  "who reads a contact": (routes) => ({
    ...routes,
    contact: { custodian: "first", reviewer: "top" },
  }),
  "that nobody steps in": (routes) => ({ ...routes, stands_in: false }),
  "no shape at all": () => ({}),
};

for (const [name, change] of Object.entries(CHANGES)) {
  test(`what is changed is noticed: ${name}`, () => {
    const row = table.published.find(({ district }) => district === "chain");
    assert.throws(() => checkRoutes(change(whole(row)), row.digest), FalseRoutes);
  });
}

test("that somebody steps in where the site says that nobody does is noticed", () => {
  const row = table.published.find(({ closed }) => closed);
  assert.throws(() => checkRoutes({ ...whole(row), stands_in: true }, row.digest), FalseRoutes);
});

test("a server that calls a unit resting and hands out a key for it all the same gets nothing", () => {
  const routes = routesOf("demo", ["police", "drugs", "upper"], { resting: ["drugs"] });
  assert.equal(chooseUnit(routes, factsOf({ category: "B2", official: "no" })), "police");
});

test("a site that publishes no hash confirms no route", () => {
  const [row] = table.published;
  for (const digest of ["", undefined, null]) {
    assert.throws(() => checkRoutes(whole(row), digest), FalseRoutes);
  }
});

test("the order in which a server names things is nothing", () => {
  const [row] = table.published;
  const routes = whole(row);
  const turned = Object.fromEntries(Object.entries(routes.offices).reverse());
  assert.equal(routesText({ ...routes, offices: turned }), routesText(routes));
});

test("an office or category that the routes don't know is not passed over", () => {
  const routes = routesOf("demo", ["police"]);
  for (const facts of [{ category: "A1", exclude: ["palace"] }, { category: "Z1" }]) {
    assert.throws(() => chooseUnit(routes, factsOf(facts)), FalseRoutes);
  }
});
