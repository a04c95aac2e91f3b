// Something that is made beforehand, and anew once it is too old or was refused.

/** @template T */
export class Fresh {
  /**
   * @param {() => Promise<T>} make
   * @param {number} minutes
   * @param {() => number} [now]
   */
  constructor(make, minutes, now = Date.now) {
    this.make = make;
    this.lasts = minutes * 60000;
    this.now = now;
    this.drop();
  }

  drop() {
    /** @type {Promise<T> | null} */
    this.made = null;
    /** @type {number} */
    this.since = 0;
  }

  // What failed is not kept.
  get() {
    if (!this.made || this.now() - this.since >= this.lasts) {
      this.since = this.now();
      const made = this.make();
      this.made = made;
      made.catch(() => this.made === made && this.drop());
    }
    return this.made;
  }
}
