// Some browsers (Tor Browser, Firefox with resistFingerprinting) give back other pixels than were drawn,
// so that nobody is known again by their canvas. A picture that is read back there comes out as noise.

const CELL = 4;
const CELLS = 4;
const SIDE = CELL * CELLS;
// Of 255, on average. Brave and Safari change the lowest bits: to the eye the picture stays as it was.
const TOLERANCE = 8;

// Draws a known pattern on a canvas of the same kind, and reads it back. `newCanvas(width, height)`.
/**
 * @param {(width: number, height: number) => HTMLCanvasElement | OffscreenCanvas} newCanvas
 */
export function isTrue(newCanvas) {
  const pen = /** @type {CanvasRenderingContext2D} */ (newCanvas(SIDE, SIDE).getContext("2d"));
  for (let i = 0; i < CELLS * CELLS; i += 1) {
    pen.fillStyle = `rgb(${colour(i).join()})`;
    pen.fillRect((i % CELLS) * CELL, Math.floor(i / CELLS) * CELL, CELL, CELL);
  }
  return differenceOf(pen.getImageData(0, 0, SIDE, SIDE).data) <= TOLERANCE;
}

// Neither dark nor bright, and no two alike.
/** @type {(i: number) => number[]} */
const colour = (i) => [60 + 8 * i, 190 - 7 * i, 70 + ((37 * i) % 110)];

/** @type {(pixels: Uint8ClampedArray) => number} */
function differenceOf(pixels) {
  let sum = 0;
  for (let at = 0; at < pixels.length; at += 4) {
    const x = (at / 4) % SIDE;
    const y = Math.floor(at / 4 / SIDE);
    const wanted = colour(Math.floor(y / CELL) * CELLS + Math.floor(x / CELL));
    wanted.forEach((level, i) => {
      sum += Math.abs(pixels[at + i] - level);
    });
  }
  return sum / (SIDE * SIDE * 3);
}
