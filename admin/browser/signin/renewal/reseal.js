// Works through what hangs on a unit's older keys, tip by tip, and tells how far it is.
//
// It may stop at any moment: each tip moves whole or not at all, and the server knows what is left.
// `io` is what it works with: `next(skip)`, `read(reference)`, `move(reference, body)`,
// `moveNote(id, body)`, `seal(bundle)`, `sealFile(text)`, `wait(seconds)`, `rest()` (which waits while
// the member has paused it) and `tell(state, numbers)`.

const AGAIN = 5;

/** @typedef {{ keyId: string, first: number, stuck: Set<string>, io: ResealIo }} Work */

// `keyId` is the key to which `io.seal` seals. Ends with "done", "stuck" (the rest does not open for
// this member) or "stale" (the unit has a newer key than this tab).
/** @type {(keyId: string, io: ResealIo) => Promise<ResealEnd>} */
export async function reseal(keyId, io) {
  /** @type {Set<string>} */
  const stuck = new Set();
  let first = 0;
  for (;;) {
    await io.rest();
    const batch = await ask(() => io.next(stuck.size), io);
    first = Math.max(first, batch.left);
    if (!batch.left) return finish("done", batch, first, stuck, io);
    if (batch.to !== keyId) return finish("stale", batch, first, stuck, io);
    if (!batch.confirmed) {
      io.tell("waiting", {});
      await io.wait(AGAIN);
      continue;
    }
    const open = batch.tips.filter((reference) => !stuck.has(reference));
    const notes = batch.shift_notes.filter(({ id }) => !stuck.has(id));
    if (!open.length && !notes.length) return finish("stuck", batch, first, stuck, io);
    await moveAll(open, notes, batch, { keyId, first, stuck, io });
  }
}

/**
 * @param {ResealEnd} state
 * @param {ResealBatch} batch
 * @param {number} first
 * @param {Set<string>} stuck
 * @param {ResealIo} io
 * @returns {ResealEnd}
 */
function finish(state, { left, more }, first, stuck, io) {
  io.tell(state, { left, first, more, stuck: stuck.size });
  return state;
}

/**
 * @param {string[]} tips
 * @param {ResealBatch["shift_notes"]} notes
 * @param {ResealBatch} batch
 * @param {Work} work
 */
async function moveAll(tips, notes, { left, more }, { keyId, first, stuck, io }) {
  let done = 0;
  /** @type {(id: string, move: () => Promise<unknown>) => Promise<void>} */
  const step = async (id, move) => {
    await io.rest();
    // Where the server stopped counting, nothing can be counted down from.
    io.tell("working", { left: more ? left : left - done, first, more });
    try {
      await ask(move, io);
      done += 1;
    } catch (error) {
      // Another browser was faster, or more was written meanwhile: the next batch tells.
      if (/** @type {Thrown} */ (error).status !== 409) stuck.add(id);
    }
  };
  for (const reference of io.shuffle(tips)) {
    await step(reference, () => moveTip(reference, keyId, io));
  }
  for (const { id, sealed } of notes) {
    await step(id, async () => io.moveNote(id, { to: keyId, sealed: await io.sealFile(sealed) }));
  }
}

/** @type {(reference: string, keyId: string, io: ResealIo) => Promise<void>} */
async function moveTip(reference, keyId, io) {
  const sealed = await io.seal(await io.read(reference));
  await io.move(reference, Object.assign({ to: keyId }, sealed));
}

// Out of reach, it comes again by itself; whatever the server or a file refuses is thrown.
/** @type {<T>(act: () => Promise<T>, io: ResealIo) => Promise<T>} */
async function ask(act, io) {
  for (;;) {
    try {
      return await act();
    } catch (error) {
      if (!(error instanceof TypeError) && !(Number(/** @type {Thrown} */ (error).status) >= 500))
        throw error;
      io.tell("offline", {});
      await io.wait(AGAIN);
      await io.rest();
    }
  }
}
