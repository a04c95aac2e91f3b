// The files of a letter: how they travel, and the wait for them.

import { Attached } from "../shared/form/attached.js";
import { forgetOthers } from "../shared/form/kept.js";
import { askPublished, askRoutes } from "../shared/form/server.js";

// The mailbox's field for files in `block`; `words` are the page's sentences.
/**
 * @param {HTMLElement} block
 * @param {import("./session.js").Visit} visit
 * @param {Words} words
 */
export function attachedTo(block, visit, words) {
  const isPacked = () => mustPack(visit);
  const place = placeOf(visit);
  forgetOthers(place);
  const attached = new Attached(block, { place, isPacked }, words);
  attached.start();
  return attached;
}

// Each receipt's files stand apart: a tab may open two. So few digits tell those from each other, and
// prove to nobody which receipt it was.
/** @type {(visit: { lookup: string }) => string} */
export const placeOf = ({ lookup }) => `mailbox.${lookup.slice(0, 4)}`;

// Whether a letter's files are packed as those of a supervisory tip are; where nobody says so who can
// be believed, they are.
/** @type {(visit: import("./session.js").Visit) => Promise<boolean>} */
async function mustPack(visit) {
  try {
    const [routes, { digest }] = await Promise.all([askRoutes(), askPublished()]);
    visit.tools.checkRoutes(routes, digest);
    visit.checkMark();
    return routes.takers.includes(visit.answer.unit.id);
  } catch {
    return true;
  }
}

export class GivenUp extends Error {}

// Files may be on their way for minutes, and without a line for ever: who is in danger does not wait
// for them. What is given up is never posted; what is being posted is not given up any more.
export class Wait {
  constructor() {
    this.mayGiveUp = true;
    this.isGivenUp = false;
    /** @type {(error: Error) => void} */
    this.reject = () => {};
    /** @type {Promise<never>} */
    this.end = new Promise((_resolve, reject) => {
      this.reject = reject;
    });
  }

  // Rejects with GivenUp where `giveUp` was called before `act` was done.
  /** @type {<T>(act: () => Promise<T>) => Promise<T>} */
  async run(act) {
    try {
      return await Promise.race([act(), this.end]);
    } finally {
      this.mayGiveUp = false;
    }
  }

  /** @type {<T>(act: () => Promise<T>) => Promise<T>} */
  async post(act) {
    // Never settled: the files may be held by another letter meanwhile, and stay held.
    if (this.isGivenUp) return new Promise(() => {});
    this.mayGiveUp = false;
    try {
      return await act();
    } finally {
      this.mayGiveUp = true;
    }
  }

  // Returns whether it was given up.
  giveUp() {
    if (!this.mayGiveUp) return false;
    this.isGivenUp = true;
    this.mayGiveUp = false;
    this.reject(new GivenUp());
    return true;
  }
}
