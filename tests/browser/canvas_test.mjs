// Whether a canvas gives back what was drawn: canvases that do, and such as browsers put in their place.

import assert from "node:assert/strict";
import { test } from "node:test";
import { isTrue } from "../../admin/browser/shared/true_canvas.js";

// A canvas whose pixels go through `spoil(level, i)` when they are read.
const canvasWith = (spoil) => (width, height) => {
  const data = new Uint8ClampedArray(width * height * 4).fill(255);
  const pen = {
    fillRect(left, top, wide, high) {
      const [red, green, blue] = pen.fillStyle.match(/\d+/g).map(Number);
      for (let y = top; y < top + high; y += 1) {
        for (let x = left; x < left + wide; x += 1)
          data.set([red, green, blue], 4 * (y * width + x));
      }
    },
    getImageData: () => ({ data: data.map(spoil) }),
  };
  return { getContext: () => pen };
};

let seed = 1;
const noise = () => {
  seed = (seed * 48271) % 2147483647;
  return seed % 256;
};

const CANVASES = [
  ["as it was drawn", (level) => level, true],
  ["with noise in the lowest bit", (level, i) => level ^ (i % 2), true],
  ["white", () => 255, false],
  ["empty", () => 0, false],
  ["noise", noise, false],
  ["grey", () => 128, false],
];

for (const [name, spoil, isGood] of CANVASES) {
  test(`a canvas that is ${name}`, () => assert.equal(isTrue(canvasWith(spoil)), isGood));
}
