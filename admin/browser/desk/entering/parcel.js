// One tip on its way: its receipt is made once, and under that receipt the server stores one tip only.

import { askPublished } from "../../shared/form/server.js";
import { JOBS } from "../../shared/sealing/jobs.js";
import { fingerprint } from "../../shared/sealing/member.js";
import { grouped, newDigits, withChecks } from "../../shared/sealing/receipt.js";
import { DeskRefused, getJson, postJson } from "../../signin/api.js";

const TURNS = 3;

// Under this receipt lies something else already.
class OtherWords extends Error {
  constructor() {
    super("other words lie under this receipt");
    this.name = "OtherWords";
  }
}

// What was told, by which channel.
/** @typedef {{ channel: string, fields: Answers }} ToldTip */

export class Parcel {
  // `keys` are the member's own, out of the opened keyring.
  /**
   * @param {string} unitId
   * @param {UnitKeys} keys
   */
  constructor(unitId, keys) {
    this.unitId = unitId;
    this.keys = keys;
    /** @type {Routes | null} */
    this.routes = null;
    this.number = "";
    /** @type {Cover | null} */
    this.cover = null;
    this.isResumed = false;
    this.mayBeStored = false;
  }

  async prepare() {
    /** @type {[Promise<Routes>, Promise<Published>]} */
    const asked = [getJson("/desk/enter/routes.json"), askPublished()];
    const [routes, { keys, digest }] = await Promise.all(asked);
    /** @type {Published} */
    this.published = { keys: this.ownFirst(keys), digest };
    this.routes = routes;
  }

  // For the member's own unit only the key in their hands counts, whatever anybody publishes.
  /** @type {(published: PublishedKey[]) => PublishedKey[]} */
  ownFirst(published) {
    const { recipient, recovery } = this.keys;
    if (!recipient) return published;
    const own = { unit: this.unitId, fingerprint: fingerprint(this.unitId, recipient, recovery) };
    return published.filter(({ unit }) => unit !== this.unitId).concat(own);
  }

  /** @type {(digits: string) => void} */
  resume(digits) {
    this.number = digits;
    this.isResumed = this.mayBeStored = true;
  }

  digits() {
    this.number = this.number || newDigits();
    return this.number;
  }

  receipt() {
    return grouped(withChecks(this.number)).split(" ");
  }

  get reference() {
    return /** @type {Cover} */ (this.cover).reference;
  }

  // Resolves once the server says that it has the tip.
  /** @type {(tip: ToldTip) => Promise<void>} */
  async send(tip) {
    for (let turn = 1; ; turn += 1) {
      try {
        this.cover = this.cover || (await this.seal(tip));
        return await this.post(tip.channel);
      } catch (error) {
        if (turn === TURNS || !this.mend(/** @type {Thrown} */ (error))) throw error;
      }
    }
  }

  /** @type {(tip: ToldTip) => Promise<Cover>} */
  async seal({ fields }) {
    if (!this.routes) await this.prepare();
    const routes = /** @type {Routes} */ (this.routes);
    const work = { digits: this.digits(), fields, contact: "", routes };
    return JOBS.sealTip(Object.assign(work, this.published));
  }

  /** @type {(channel: string) => Promise<void>} */
  async post(channel) {
    const before = this.mayBeStored;
    this.mayBeStored = true;
    try {
      await postJson("/desk/enter/sealed", Object.assign({ channel }, this.cover));
    } catch (error) {
      if (error instanceof DeskRefused && error.status < 500) this.mayBeStored = before;
      this.settle(/** @type {Thrown} */ (error));
    }
  }

  // The same words sealed anew are other bytes: what was sent before the lock is there.
  /** @type {(error: Thrown) => void} */
  settle(error) {
    if (error.sentence !== "other_words") throw error;
    if (!this.isResumed) throw new OtherWords();
    /** @type {Cover} */ (this.cover).reference = "";
  }

  /** @type {(error: Thrown) => boolean} */
  mend(error) {
    const isOld = ["unit_closed", "reference_taken"].includes(String(error.sentence));
    if (isOld || ["FalseKey", "FalseRoutes"].includes(String(error.name))) this.routes = null;
    if (isOld) this.cover = null;
    return isOld;
  }
}
