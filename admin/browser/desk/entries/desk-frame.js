// Shows one file of a stranger, in a frame of its own that has no origin: whatever a picture or a film
// does to the browser's decoders, no key, cookie, page or line to the outside is within its reach.
//
// In, from the desk's page alone: { piece }, …, then { show: { view, type, words, size } }, and for a
// picture perhaps { copy: true }. Out: { ready }, { shown: { width, height } }, { copied: { bytes, type } }
// or { failed }.

import { Picture } from "../frame/picture.js";
import { play } from "../frame/player.js";

const pieces = [];
let picture = null;

// The frame has no origin, and the desk's page knows it by its window.
const tell = (message, moved) => window.parent.postMessage(message, "*", moved);

async function joined(type) {
  return new Uint8Array(await new Blob(pieces, { type }).arrayBuffer());
}

async function show({ view, type, words, size }) {
  const place = document.getElementById("main");
  document.documentElement.style.fontSize = `${Number(size) || 16}px`;
  place.setAttribute("aria-label", words[view]);
  if (view !== "picture") return play(place, { blob: new Blob(pieces, { type }), view, words });
  picture = new Picture(await joined(type), type);
  return picture.show(place, words);
}

async function answer(message) {
  if (message.piece) return pieces.push(message.piece);
  if (message.show) return tell({ shown: await show(message.show) });
  if (!message.copy || !picture) return null;
  const copied = await picture.copy();
  return tell({ copied }, [copied.bytes]);
}

window.addEventListener("message", ({ source, data }) => {
  if (source !== window.parent) return;
  answer(data).catch(({ problem }) => tell({ failed: problem || "undecodable" }));
});
tell({ ready: true });
