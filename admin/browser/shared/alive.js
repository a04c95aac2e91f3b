// Long jobs say now and then that they go on: a worker that says nothing at all is given up.

/** @type {() => void} */
let tell = () => {};

// A worker hands in how it says so. In a page nobody waits for it.
/** @type {(say: () => void) => void} */
export function onAlive(say) {
  tell = say;
}

export const alive = () => tell();
