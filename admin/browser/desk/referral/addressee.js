// To whom a package goes, and how it is locked.

import { sha256 } from "@noble/hashes/sha2.js";
import { toHex, toUtf8 } from "../../shared/bytes.js";
import { byId, element, say } from "../../shared/page/dom.js";
import { excludedOffices, isExcluded, isFor } from "./organs.js";

/** @type {LockKind[]} */
const LOCKS = ["key", "passphrase", "paper"];

export class Addressee {
  /**
   * @param {Pick<ReadTip, "tip" | "talk">} opened
   * @param {Pick<ReferralData, "organs" | "sealed">} data
   * @param {ReferralWords} words
   * @param {() => void} onChange
   */
  constructor(opened, { organs, sealed }, words, onChange) {
    const excluded = excludedOffices(opened);
    const fit = organs.filter((organ) => isFor(organ, opened, sealed));
    this.kept = fit.filter((organ) => isExcluded(organ, excluded, words.ways));
    this.offered = fit.filter((organ) => !this.kept.includes(organ));
    this.said = words.referral.said;
    this.onChange = onChange;
  }

  show() {
    const choice = byId("organ");
    this.offered.forEach(({ id, name }) => {
      const option = element("option", "", name);
      option.value = id;
      choice.append(option);
    });
    const names = this.kept.map(({ name }) => name).join("、");
    say(byId("organs-excluded"), names && this.said.excluded.replace("%(names)s", () => names));
    say(byId("organs-none"), !this.offered.length && this.said.none_offered);
    choice.addEventListener("change", () => this.changed());
    LOCKS.forEach((lock) => byId(`lock-${lock}`).addEventListener("change", () => this.changed()));
  }

  changed() {
    this.renew();
    this.onChange();
  }

  renew() {
    const organ = this.organ;
    const key = organ && organ.key;
    const isLocked = this.lock === "key";
    say(
      byId("organ-facts"),
      organ && [organ.basis, organ.address, organ.phone].filter(Boolean).join(" · "),
    );
    byId("lock-key").disabled = !key;
    say(byId("no-key"), organ && !key && this.said.no_key);
    byId("key-check").hidden = !key || !isLocked;
    say(
      byId("key-print"),
      key && isLocked && this.said.fingerprint.replace("%(print)s", printOf(key)),
    );
    if (isLocked && !key) byId("lock-passphrase").checked = true;
  }

  /** @type {Organ | null} */
  get organ() {
    return this.offered.find(({ id }) => id === byId("organ").value) || null;
  }

  get lock() {
    return LOCKS.find((lock) => byId(`lock-${lock}`).checked) || "passphrase";
  }

  // What is still missing, as a sentence.
  fault() {
    if (!this.organ) return this.said.choose_organ;
    const isKey = this.lock === "key";
    return isKey && !byId("key-checked").checked ? this.said.choose_key : "";
  }
}

// Of a key, what two people can read to each other.
/** @type {(key: string) => string} */
export const printOf = (key) =>
  /** @type {string[]} */ (
    toHex(sha256(toUtf8(key)))
      .slice(0, 32)
      .match(/.{4}/g)
  ).join(" ");
