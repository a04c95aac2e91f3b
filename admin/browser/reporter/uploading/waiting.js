// Waits that grow, and that end at once when the line is back or somebody presses a button.

const FIRST = 1000;
const LONGEST = 60000;

/** @type {(tries: number) => number} */
export const waitFor = (tries) => Math.min(LONGEST, FIRST * 2 ** tries);

export class Waiting {
  constructor() {
    this.end = () => {};
  }

  /** @type {(milliseconds: number) => Promise<void>} */
  rest(milliseconds) {
    return new Promise((resolve) => {
      const timer = setTimeout(() => this.end(), milliseconds);
      this.end = () => {
        clearTimeout(timer);
        window.removeEventListener("online", this.end);
        this.end = () => {};
        resolve();
      };
      window.addEventListener("online", this.end);
    });
  }
}
