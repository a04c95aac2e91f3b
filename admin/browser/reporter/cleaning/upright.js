// How a WebP is to be turned. Browsers differ in whether they heed what its Exif says, so it is read
// here, and blotted out in what they are given.

/** @typedef {[a: number, b: number, c: number, d: number, e: number, f: number]} Transform */
/** @typedef {{ turn: number, at: number, isLittle: boolean }} Turn */

const ORIENTATION = 0x0112;
// a, b, c, d, e, f of the canvas's transform, by orientation; w and h are the lying picture's.
/** @type {Record<number, (w: number, h: number) => Transform>} */
const TURNS = {
  2: (w) => [-1, 0, 0, 1, w, 0],
  3: (w, h) => [-1, 0, 0, -1, w, h],
  4: (_w, h) => [1, 0, 0, -1, 0, h],
  5: () => [0, 1, 1, 0, 0, 0],
  6: (_w, h) => [0, 1, -1, 0, h, 0],
  7: (w, h) => [0, -1, -1, 0, h, w],
  8: (w) => [0, -1, 1, 0, 0, w],
};

// The size of the upright picture, and the transform that draws it; `turn` 1 is upright already.
/** @type {(turn: number, w: number, h: number) => { size: [number, number], transform: Transform }} */
export function turned(turn, w, h) {
  /** @type {[number, number]} */
  const size = turn > 4 ? [h, w] : [w, h];
  return { size, transform: TURNS[turn] ? TURNS[turn](w, h) : [1, 0, 0, 1, 0, 0] };
}

// Finds the Exif chunk of a WebP. Returns `{turn, at}`, `at` being where the number stands; null where
// the file says nothing.
/** @type {(bytes: Uint8Array) => Turn | null} */
export function turnOfWebp(bytes) {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  try {
    return turnIn(view);
  } catch (error) {
    // Cut short, or pointing beyond its end.
    if (error instanceof RangeError) return null;
    throw error;
  }
}

/** @type {(view: DataView) => Turn | null} */
function turnIn(view) {
  for (let at = 12; at + 8 <= view.byteLength; ) {
    const size = view.getUint32(at + 4, true);
    if (view.getUint32(at) === 0x45584946) return turnOfTiff(view, at + 8);
    at += 8 + size + (size % 2);
  }
  return null;
}

// Some writers put "Exif" and two zeros in front of it, as in a JPEG.
/** @type {(view: DataView, start: number) => Turn | null} */
function turnOfTiff(view, start) {
  const base = view.getUint32(start) === 0x45786966 ? start + 6 : start;
  const isLittle = view.getUint16(base) === 0x4949;
  const table = base + view.getUint32(base + 4, isLittle);
  const count = view.getUint16(table, isLittle);
  for (let i = 0; i < count; i += 1) {
    const row = table + 2 + 12 * i;
    if (view.getUint16(row, isLittle) === ORIENTATION) {
      return { turn: view.getUint16(row + 8, isLittle), at: row + 8, isLittle };
    }
  }
  return null;
}

// The same file, saying that it stands upright.
/** @type {(file: Blob, turn: Turn) => Blob} */
export function blotted(file, { at, isLittle }) {
  const upright = new Uint8Array(isLittle ? [1, 0] : [0, 1]);
  return new Blob([file.slice(0, at), upright, file.slice(at + 2)], { type: file.type });
}
