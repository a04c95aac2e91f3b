// Loads a script of ours once it is wanted; hold.js does it, which comes with the page.

import { Offline } from "./post.js";

// The script came whole, and does not run here.
export class Unable extends Error {
  /** @param {string} address */
  constructor(address) {
    super(address);
    this.name = "Unable";
  }
}

// `isThere()` tells whether the script has done its work. Rejects with Offline, or with Unable.
/** @type {(address: string, isThere: () => boolean) => Promise<void>} */
export const loadScript = (address, isThere) =>
  new Promise((resolve, reject) => {
    window.DengshaoLoad.load(address, isThere, (reason) => {
      if (!reason) resolve();
      else reject(reason === "cut" ? new Offline() : new Unable(address));
    });
  });

// Resolves with the address under which all of it is here, and in the browser's cache.
/** @type {(address: string) => Promise<string>} */
export const arrive = (address) =>
  new Promise((resolve, reject) => {
    window.DengshaoLoad.arrive(address, (reason, own) =>
      reason ? reject(new Offline()) : resolve(own),
    );
  });

// What is being loaded, once however often it is asked for. What failed is begun anew.
/** @template T */
export class Loading {
  /** @param {() => Promise<T>} load */
  constructor(load) {
    this.load = load;
    /** @type {Promise<T> | null} */
    this.now = null;
  }

  get() {
    if (!this.now) {
      const now = this.load();
      this.now = now;
      now.catch(() => {
        this.now = null;
      });
    }
    return this.now;
  }
}
