// Says, before anything is sent, to which unit a tip goes and whether this member can open it then.

import { chooseUnit, factsOf, isSupervisory } from "../../shared/sealing/routes.js";

// `words` are the page's sentences, `words.units` the names of all units. Empty while nothing is known.
/** @type {(fields: Answers, routes: Routes | null, words: EnterWords) => string} */
export function wayOf(fields, routes, words) {
  const facts = factsOf(fields);
  const isSealed = isSupervisory(facts.official, facts.exclude);
  if (!routes || !(fields.category || isSealed)) return "";
  const unit = chooseUnit(routes, facts);
  if (!unit) return words.toNobody;
  const sentence = unit === words.unit ? words.toOwn : isSealed ? words.toSealed : words.toOther;
  return sentence.replace("{unit}", JSON.parse(words.units)[unit]);
}
