// Shows one file of a stranger, in a frame of its own that has no origin: whatever a picture or a film
// does to the browser's decoders, no key, cookie, page or line to the outside is within its reach.
//
// In, from the desk's page alone: { piece }, …, then { show: { view, type, words, size } }, and for a
// picture perhaps { copy: true }. Out: { ready }, { shown: { width, height } }, { copied: { bytes, type } }
// or { failed }.

import { Picture } from "../frame/picture.js";
import { play } from "../frame/player.js";

/** @type {ArrayBuffer[]} */
const pieces = [];
/** @type {Picture | null} */
let picture = null;

// The frame has no origin, and the desk's page knows it by its window.
/** @type {(message: FrameAnswer, moved?: Transferable[]) => void} */
const tell = (message, moved) => window.parent.postMessage(message, "*", moved);

/** @type {(type: string) => Promise<Bytes>} */
async function joined(type) {
  return new Uint8Array(await new Blob(pieces, { type }).arrayBuffer());
}

/** @type {(asked: FrameShow) => Promise<Measures>} */
async function show({ view, type, words, size }) {
  const place = /** @type {HTMLElement} */ (document.getElementById("main"));
  document.documentElement.style.fontSize = `${Number(size) || 16}px`;
  place.setAttribute("aria-label", words[view]);
  if (view !== "picture") return play(place, { blob: new Blob(pieces, { type }), view, words });
  picture = new Picture(await joined(type), type);
  return picture.show(place, words);
}

/** @type {(message: FrameQuestion) => Promise<unknown>} */
async function answer(message) {
  if ("piece" in message) return pieces.push(message.piece);
  if ("show" in message) return tell({ shown: await show(message.show) });
  if (!message.copy || !picture) return null;
  const copied = await picture.copy();
  return tell({ copied }, [copied.bytes]);
}

window.addEventListener("message", ({ source, data }) => {
  if (source !== window.parent) return;
  answer(data).catch(({ problem }) => tell({ failed: problem || "undecodable" }));
});
tell({ ready: true });
