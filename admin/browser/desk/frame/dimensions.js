// How many pixels a picture says it has, read before anything decodes it: a few thousand bytes can
// unfold to more than a computer has.

import { dimensions } from "../../shared/picture_size.js";

const MOST_PIXELS = 110e6;

// Whether a picture may be decoded at all. What does not tell its size is not drawn.
/** @type {(bytes: Uint8Array, type: string) => boolean} */
export function isDrawable(bytes, type) {
  const found = dimensions(bytes, type);
  return found !== null && found[0] > 0 && found[1] > 0 && found[0] * found[1] <= MOST_PIXELS;
}
