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

export class Stage {
  constructor(title) {
    this.frame = element("iframe", "files__frame");
    // No other word: above all not allow-same-origin, which would undo all the rest.
    this.frame.setAttribute("sandbox", "allow-scripts");
    this.frame.setAttribute("referrerpolicy", "no-referrer");
    this.frame.title = title;
    this.waiting = {};
    this.listen = (event) => this.hear(event);
    window.addEventListener("message", this.listen);
  }

  async open(place) {
    const ready = this.wait("ready");
    this.frame.src = ADDRESS;
    place.append(this.frame);
    await ready;
  }

  close() {
    window.removeEventListener("message", this.listen);
    Object.keys(this.waiting).forEach((name) => this.waiting[name].reject(new NotRead("stopped")));
    this.frame.remove();
  }

  give(piece) {
    this.send({ piece }, [piece]);
  }

  async show(view, type, words) {
    const size = parseFloat(window.getComputedStyle(document.documentElement).fontSize);
    const shown = this.wait("shown");
    this.send({ show: { view, type, words, size } });
    this.fit(await shown);
  }

  async copy() {
    const copied = this.wait("copied");
    this.send({ copy: true });
    const { bytes, type } = await copied;
    if (!(bytes instanceof ArrayBuffer)) throw new NotRead("undecodable");
    return { bytes: new Uint8Array(bytes), type };
  }

  send(message, moved) {
    // Closed meanwhile, for another file's sake.
    if (!this.frame.contentWindow) throw new NotRead("stopped");
    // An origin can't be named: the frame has none. Nothing else can be loaded into it, for the
    // page's policy lets frames go to this one address.
    this.frame.contentWindow.postMessage(message, "*", moved);
  }

  hear({ source, data }) {
    if (source !== this.frame.contentWindow || data === null || typeof data !== "object") return;
    if (data.failed) this.fail(PROBLEMS.includes(data.failed) ? data.failed : "undecodable");
    Object.keys(this.waiting)
      .filter((name) => data[name])
      .forEach((name) => this.waiting[name].resolve(data[name]));
  }

  fail(problem) {
    Object.keys(this.waiting).forEach((name) => this.waiting[name].reject(new NotRead(problem)));
  }

  wait(name) {
    return new Promise((resolve, reject) => {
      const late = setTimeout(() => this.fail("undecodable"), PATIENCE);
      const end = (settle) => (value) => {
        clearTimeout(late);
        delete this.waiting[name];
        settle(value);
      };
      this.waiting[name] = { resolve: end(resolve), reject: end(reject) };
    });
  }

  fit({ width, height }) {
    const most = window.innerHeight * MOST_OF_WINDOW;
    const room = this.frame.clientWidth;
    const isSeen = width > 0 && height > 0;
    const wanted = Math.min(height, (room * height) / width) + CONTROLS;
    const chosen = isSeen ? Math.max(LEAST_SEEN, Math.min(most, wanted)) : CONTROLS;
    this.frame.style.height = `${Math.round(chosen)}px`;
  }
}
