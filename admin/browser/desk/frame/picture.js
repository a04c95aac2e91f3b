// Draws a picture onto a canvas: nothing but its pixels comes through.

import { isTrue } from "../../shared/true_canvas.js";
import { isDrawable } from "./dimensions.js";

// What is drawn on the screen; a copy has every pixel.
const SHOWN_PIXELS = 16e6;
const QUALITY = 0.92;

export class Undrawable extends Error {
  /** @param {FrameProblem} problem */
  constructor(problem) {
    super(problem);
    this.problem = problem;
  }
}

export class Picture {
  /**
   * @param {Bytes} bytes
   * @param {string} type
   */
  constructor(bytes, type) {
    if (!isDrawable(bytes, type)) throw new Undrawable("too_many_pixels");
    this.blob = new Blob([bytes], { type });
    this.type = type;
  }

  /** @type {(place: HTMLElement, words: FrameWords) => Promise<Measures>} */
  async show(place, words) {
    const whole = await this.decode();
    const scale = Math.min(1, Math.sqrt(SHOWN_PIXELS / (whole.width * whole.height)));
    const canvas = draw(whole, scale);
    canvas.setAttribute("role", "img");
    canvas.setAttribute("aria-label", words.picture);
    const scroller = document.createElement("div");
    scroller.className = "picture";
    scroller.tabIndex = 0;
    scroller.setAttribute("role", "region");
    scroller.setAttribute("aria-label", words.picture);
    scroller.append(canvas);
    place.append(sizeButton(scroller, words), scroller);
    return { width: canvas.width, height: canvas.height };
  }

  // Resolves with the bytes of a picture that was made of the pixels alone.
  async copy() {
    if (!isTrue(newCanvas)) throw new Undrawable("spoils");
    const canvas = draw(await this.decode(), 1);
    const type = this.type === "image/jpeg" ? "image/jpeg" : "image/png";
    /** @type {Blob | null} */
    const blob = await new Promise((resolve) => canvas.toBlob(resolve, type, QUALITY));
    if (!blob) throw new Undrawable("undecodable");
    return { bytes: await blob.arrayBuffer(), type };
  }

  decode() {
    // As the camera was held.
    return createImageBitmap(this.blob, { imageOrientation: "from-image" }).catch(() => {
      throw new Undrawable("undecodable");
    });
  }
}

/** @type {(width: number, height: number) => HTMLCanvasElement} */
const newCanvas = (width, height) =>
  Object.assign(document.createElement("canvas"), { width, height });

/** @type {(bitmap: ImageBitmap, scale: number) => HTMLCanvasElement} */
function draw(bitmap, scale) {
  const sides = /** @type {[number, number]} */ (
    [bitmap.width, bitmap.height].map((side) => Math.max(1, Math.round(side * scale)))
  );
  const canvas = newCanvas(...sides);
  const context = /** @type {CanvasRenderingContext2D} */ (canvas.getContext("2d"));
  context.imageSmoothingQuality = "high";
  context.drawImage(bitmap, 0, 0, canvas.width, canvas.height);
  bitmap.close();
  return canvas;
}

/** @type {(scroller: HTMLElement, words: FrameWords) => HTMLElement} */
function sizeButton(scroller, words) {
  const button = document.createElement("button");
  button.type = "button";
  button.textContent = words.real_size;
  button.addEventListener("click", () => {
    const isReal = scroller.classList.toggle("picture--real");
    button.textContent = isReal ? words.fit : words.real_size;
  });
  return button;
}
