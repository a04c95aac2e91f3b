// Long jobs say now and then that they go on: a worker that says nothing at all is given up.

let tell = () => {};

// A worker hands in how it says so. In a page nobody waits for it.
export function onAlive(say) {
  tell = say;
}

export const alive = () => tell();
