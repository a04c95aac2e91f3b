// Cleans a picture: draws it anew, upright, so that nothing is left but what is seen. Place, time,
// telephone, thumbnail and whatever hangs behind the picture stay behind.

import { alive } from "../../shared/alive.js";
import { isPicture } from "../../shared/media.js";
import { dimensions } from "../../shared/picture_size.js";
import { isTrue } from "../../shared/true_canvas.js";
import { bare } from "./bare.js";
import { bytesOf } from "./blob_bytes.js";
import { blotted, turned, turnOfWebp } from "./upright.js";

/** @typedef {HTMLCanvasElement | OffscreenCanvas} Canvas */
/** @typedef {CanvasRenderingContext2D | OffscreenCanvasRenderingContext2D} Pen */

const QUALITY = 0.92;
// A telephone's memory; 4 bytes a point.
const MOST_POINTS = 120e6;
// A JPEG's header stands behind its thumbnail, its colours and its maker's notes.
const HEAD = 524288;

// Why a file could not be cleaned: `kind`, `broken`, `large`, `browser`, `spoils`.
export class NotCleaned extends Error {
  /** @param {Uncleaned} reason */
  constructor(reason) {
    super(reason);
    this.name = "NotCleaned";
    this.reason = reason;
  }
}

// Returns a Blob whose type says what it is: JPEG, or PNG where the picture may be see-through.
/** @type {(file: Blob, type: string) => Promise<Blob>} */
export async function redraw(file, type) {
  if (!isPicture(type)) throw new NotCleaned("kind");
  const told = dimensions(await bytesOf(file, 0, Math.min(file.size, HEAD)), type);
  if (told && told[0] * told[1] > MOST_POINTS) throw new NotCleaned("large");
  const turn = type === "image/webp" ? turnOfWebp(await bytesOf(file, 0, file.size)) : null;
  const picture = await decode(turn ? blotted(file, turn) : file, type);
  alive();
  try {
    return await draw(picture, type, turn ? turn.turn : 1);
  } finally {
    picture.close();
  }
}

/** @type {(file: Blob, type: string) => Promise<ImageBitmap>} */
async function decode(file, type) {
  if (typeof createImageBitmap !== "function") throw new NotCleaned("browser");
  try {
    // Stated, not left to what a browser does by itself: a photo must not lie on its side.
    return await createImageBitmap(file, { imageOrientation: "from-image" });
  } catch (error) {
    throw new NotCleaned(
      error instanceof TypeError || type === "image/heic" ? "browser" : "broken",
    );
  }
}

/** @type {(picture: ImageBitmap, type: string, turn: number) => Promise<Blob>} */
async function draw(picture, type, turn) {
  const { width, height } = picture;
  if (width * height > MOST_POINTS) throw new NotCleaned("large");
  const { size, transform } = turned(turn, width, height);
  const canvas = newCanvas(...size);
  const pen = /** @type {Pen | null} */ (canvas.getContext("2d"));
  if (!pen) throw new NotCleaned("large");
  if (!isTrue(newCanvas)) throw new NotCleaned("spoils");
  pen.setTransform(...transform);
  pen.drawImage(picture, 0, 0);
  alive();
  const blob = await encode(canvas, isSeeThrough(pen, type) ? "image/png" : "image/jpeg");
  // What is given back, so that a small telephone can go on.
  canvas.width = canvas.height = 0;
  // A canvas that is too large comes out empty in some browsers.
  if (!blob || blob.size < 64) throw new NotCleaned("large");
  return bare(blob);
}

/** @type {(width: number, height: number) => Canvas} */
function newCanvas(width, height) {
  if (typeof OffscreenCanvas === "function") return new OffscreenCanvas(width, height);
  if (typeof document === "undefined") throw new NotCleaned("browser");
  return Object.assign(document.createElement("canvas"), { width, height });
}

/** @type {(canvas: Canvas, type: string) => Promise<Blob | null>} */
function encode(canvas, type) {
  if ("convertToBlob" in canvas) return canvas.convertToBlob({ type, quality: QUALITY });
  return new Promise((resolve) => canvas.toBlob(resolve, type, QUALITY));
}

// A drawing or a screenshot stays sharp as PNG; a photo never has a see-through point.
/** @type {(pen: Pen, type: string) => boolean} */
function isSeeThrough(pen, type) {
  if (type === "image/png") return true;
  if (type !== "image/webp") return false;
  const { width, height } = pen.canvas;
  const rows = Math.max(1, Math.floor(1e6 / width));
  for (let top = 0; top < height; top += rows) {
    alive();
    const { data } = pen.getImageData(0, top, width, Math.min(rows, height - top));
    for (let i = 3; i < data.length; i += 4) if (data[i] < 255) return true;
  }
  return false;
}
