// The frame in which a stranger's picture is drawn, or sound and film are played. It has no origin,
// so this page takes from it measures, codes and, where it was asked for one, a copy; never markup.

import { element } from "../../shared/page/dom.js";
import { NotRead } from "./reading.js";

const ADDRESS = "/desk/frame/";
const PROBLEMS = ["too_many_pixels", "undecodable", "spoils"];
// What an audio player or the buttons above a picture take, in CSS pixels.
const CONTROLS = 64;
// A film of a few pixels still needs room for its controls.
const LEAST_SEEN = 200;
const MOST_OF_WINDOW = 0.75;
// A picture is drawn in a second or two; decoders that hang must not hold the page.
const PATIENCE = 60000;

/** @typedef {{ resolve: (value: any) => void, reject: (error: Error) => void }} Waiting */

export class Stage {
  /** @param {string} title */
  constructor(title) {
    this.frame = element("iframe", "files__frame");
    // No other word: above all not allow-same-origin, which would undo all the rest.
    this.frame.setAttribute("sandbox", "allow-scripts");
    this.frame.setAttribute("referrerpolicy", "no-referrer");
    this.frame.title = title;
    /** @type {Partial<Record<keyof FrameAnswers, Waiting>>} */
    this.waiting = {};
    /** @type {(event: MessageEvent) => void} */
    this.listen = (event) => this.hear(event);
    window.addEventListener("message", this.listen);
  }

  /** @type {(place: HTMLElement) => Promise<void>} */
  async open(place) {
    const ready = this.wait("ready");
    this.frame.src = ADDRESS;
    place.append(this.frame);
    await ready;
  }

  close() {
    window.removeEventListener("message", this.listen);
    this.fail("stopped");
    this.frame.remove();
  }

  /** @type {(piece: ArrayBuffer) => void} */
  give(piece) {
    this.send({ piece }, [piece]);
  }

  /** @type {(view: FileView, type: string, words: FrameWords) => Promise<void>} */
  async show(view, type, words) {
    const size = parseFloat(window.getComputedStyle(document.documentElement).fontSize);
    const shown = this.wait("shown");
    this.send({ show: { view, type, words, size } });
    this.fit(await shown);
  }

  /** @type {() => Promise<{ bytes: Bytes, type: string }>} */
  async copy() {
    const copied = this.wait("copied");
    this.send({ copy: true });
    const { bytes, type } = await copied;
    if (!(bytes instanceof ArrayBuffer)) throw new NotRead("undecodable");
    return { bytes: new Uint8Array(bytes), type };
  }

  /** @type {(message: FrameQuestion, moved?: Transferable[]) => void} */
  send(message, moved) {
    // Closed meanwhile, for another file's sake.
    if (!this.frame.contentWindow) throw new NotRead("stopped");
    // An origin can't be named: the frame has none. Nothing else can be loaded into it, for the
    // page's policy lets frames go to this one address.
    this.frame.contentWindow.postMessage(message, "*", moved);
  }

  /** @type {(event: MessageEvent) => void} */
  hear({ source, data }) {
    if (source !== this.frame.contentWindow || data === null || typeof data !== "object") return;
    if (data.failed) this.fail(PROBLEMS.includes(data.failed) ? data.failed : "undecodable");
    this.awaited()
      .filter(([name]) => data[name])
      .forEach(([name, { resolve }]) => resolve(data[name]));
  }

  // As it stands now: who hears their answer waits no longer.
  /** @type {() => [name: string, waiting: Waiting][]} */
  awaited() {
    return Object.entries(this.waiting);
  }

  /** @type {(problem: FileSaid) => void} */
  fail(problem) {
    this.awaited().forEach(([, { reject }]) => reject(new NotRead(problem)));
  }

  /** @type {<Name extends keyof FrameAnswers>(name: Name) => Promise<FrameAnswers[Name]>} */
  wait(name) {
    return new Promise((resolve, reject) => {
      const late = setTimeout(() => this.fail("undecodable"), PATIENCE);
      /** @type {(settle: (value: any) => void) => (value: any) => void} */
      const end = (settle) => (value) => {
        clearTimeout(late);
        delete this.waiting[name];
        settle(value);
      };
      this.waiting[name] = { resolve: end(resolve), reject: end(reject) };
    });
  }

  /** @type {(measures: Measures) => void} */
  fit({ width, height }) {
    const most = window.innerHeight * MOST_OF_WINDOW;
    const room = this.frame.clientWidth;
    const isSeen = width > 0 && height > 0;
    const wanted = Math.min(height, (room * height) / width) + CONTROLS;
    const chosen = isSeen ? Math.max(LEAST_SEEN, Math.min(most, wanted)) : CONTROLS;
    this.frame.style.height = `${Math.round(chosen)}px`;
  }
}
