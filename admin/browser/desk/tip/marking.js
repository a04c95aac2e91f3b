// Makes the mark that lets a reporter's later words come to this unit, where a tip lacks it: it was
// taken in before there were marks, or it was moved here. Only who has opened a tip can make one.

import { fromBase64 } from "../../shared/bytes.js";
import { askPublished } from "../../shared/form/server.js";
import { isMarked, mayLie, unitMark } from "../../shared/sealing/marks.js";
import { checkRoutes } from "../../shared/sealing/published.js";
import { factsOf } from "../../shared/sealing/routes.js";
import { getJson, postJson } from "../../signin/api.js";

// `opened` is what openTip gave. Tells whether a mark was added. None is made for a unit that the
// reporter excluded, nor by routes that the static site does not publish.
/** @type {(page: OpenTipPage, opened: Pick<ReadTip, "tip" | "marks">) => Promise<boolean>} */
export async function markHere(page, { tip, marks }) {
  const { unit, marks: address } = page.dataset;
  const talk = fromBase64(tip.talk);
  if (isMarked(marks, talk, unit, tip.reference)) return false;
  /** @type {[Promise<Offered>, Promise<Published>]} */
  const asked = [getJson("/desk/offered.json"), askPublished()];
  const [{ routes }, { digest }] = await Promise.all(asked);
  checkRoutes(routes, digest);
  if (!mayLie(routes, factsOf(tip.fields), unit)) return false;
  await postJson(address, { mark: unitMark(talk, unit, tip.reference) });
  return true;
}

// By the reporter's own answers the tip has no business here: somebody steered it. `ways` are the
// district's offices and the units of the supervisory way; an office that is gone since excludes
// nobody here.
/** @type {(opened: Pick<ReadTip, "tip">, unit: string, ways: Ways) => boolean} */
export function isAstray({ tip }, unit, ways) {
  const { official, exclude } = factsOf(tip.fields || {});
  const offices = /** @type {string[]} */ ([])
    .concat(exclude)
    .filter((office) => Object.keys(ways.offices).includes(office));
  return unit !== ways.practice && !mayLie(ways, { official, exclude: offices }, unit);
}
