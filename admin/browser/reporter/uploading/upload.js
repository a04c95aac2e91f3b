// One sealed file on its way to the server, part by part, until all of it stands there.
//
// It is told to go, to halt, and to be dropped. A broken line is waited for; after it the server is
// asked what stands, and the next part is made again from the file's own bytes.

import { Offline, Refused } from "../../shared/page/post.js";
import { askNext, askTicket, dropFile, patienceFor, sendPart } from "./server.js";
import { Waiting, waitFor } from "./waiting.js";

const MOST_RENEWALS = 3;
/** @type {Words} */
const HOPELESS = { full: "full", away: "away", too_big: "tooBig" };
// Words wait for a file no longer than this: then its sender is told, and may send without it.
const MOST_AWAY = 3;
const WAITED_FOR = ["busy", "part", "challenge"];

// What had opened the file, to seal it part by part, is gone.
export class Closed extends Error {
  constructor() {
    super("the file must be opened anew");
    this.name = "Closed";
  }
}

export class Upload {
  // `tools` are `{run, proof, memory, onChange}`; `saved` is what a page before this one had made.
  /**
   * @param {number} id
   * @param {Blob | null} source
   * @param {number} length
   * @param {UploadTools} tools
   * @param {UploadKept | null} [saved]
   */
  constructor(id, source, length, tools, saved) {
    this.id = id;
    this.source = source;
    this.length = length;
    this.run = tools.run;
    this.proof = tools.proof;
    this.memory = tools.memory;
    this.onChange = tools.onChange;
    this.waiting = new Waiting();
    this.reserving = Promise.resolve();
    /** @type {UploadState} */
    this.state = "queued";
    this.reason = "";
    this.isHeld = false;
    this.tries = 0;
    this.aways = 0;
    this.renewals = 0;
    this.rechecks = 0;
    this.begin(saved || {});
  }

  /** @param {Partial<UploadStand>} stand */
  begin({ ticket, keep, lock, done, prefix, sha256, blob }) {
    /** @type {string} */
    this.ticket = ticket || "";
    /** @type {string} */
    this.keep = keep || "";
    /** @type {FileLockText | null} */
    this.lock = lock || null;
    /** @type {number} */
    this.done = done || 0;
    // What the parts are that were sent, arrived or not: `{parts, digest, sealed}`; see `prove`.
    /** @type {SentPrefix | null} */
    this.prefix = prefix || null;
    /** @type {string} */
    this.sha256 = sha256 || "";
    /** @type {string} */
    this.blob = blob || "";
    this.isOpen = false;
    // What the server has must be asked before a part is sent, unless the ticket is new.
    this.isKnown = false;
    this.isWhole = false;
    /** @type {number} */
    this.parts = 0;
    /** @type {{ number: number, part: Promise<SealedPart> } | null} */
    this.ahead = null;
    if (this.sha256) this.state = "whole";
  }

  get isOver() {
    return ["whole", "failed", "dropped"].includes(this.state);
  }

  get share() {
    if (this.state === "whole") return 1;
    return this.parts ? this.done / this.parts : 0;
  }

  // Gets its ticket before its turn comes: what has one is not forgotten when the page is loaded anew.
  // Where that fails, its turn tries again.
  reserve() {
    this.reserving = this.reserving.then(async () => {
      if (!this.isOpen && !this.isOver) await this.open();
      if (this.isOpen && !this.ticket && !this.isOver) await this.take();
    });
    this.reserving = this.reserving.catch(() => {});
  }

  // Works until it is whole, failed, halted or dropped.
  async go() {
    this.isHeld = false;
    await this.reserving;
    if (!this.isOver && !this.isHeld) this.set("moving");
    while (!this.isOver && !this.isHeld) {
      try {
        await this.advance();
        this.tries = 0;
      } catch (error) {
        await this.mend(error);
      }
    }
  }

  async advance() {
    if (!this.isOpen) await this.open();
    else if (!this.ticket) await this.take();
    else if (!this.isKnown) await this.ask();
    else if (this.done < this.parts) await this.send();
    else await this.finish();
    if (!this.isOver && !this.isHeld) this.set("moving");
  }

  async open() {
    const { id, length, lock, prefix } = this;
    const source = /** @type {Blob} */ (this.source);
    const opened = await this.run("open", { id, source, length, lock, prefix });
    if (!opened.isSame) {
      // Another file under the same name: what was sent of the old one is of no use.
      this.renew();
      return;
    }
    this.lock = opened.lock;
    this.size = opened.size;
    this.parts = opened.parts;
    // A part that was begun before may hold what the file held then.
    this.ahead = null;
    this.isOpen = true;
  }

  async take() {
    const proof = await this.proof.take();
    const { ticket, keep, blob } = await askTicket(proof, /** @type {number} */ (this.size));
    this.ticket = ticket;
    this.keep = keep;
    this.blob = blob;
    this.done = 0;
    this.isKnown = true;
    await this.save();
  }

  async ask() {
    const { next, whole, keep } = await askNext(this.ticket);
    this.keep = keep;
    this.isWhole = whole;
    if (next !== this.done) this.ahead = null;
    this.isKnown = true;
    this.reach(next);
  }

  // The server has `next` parts: all that were sent, or all but the last. Where it is otherwise, nobody
  // knows whether they are parts of this file.
  /** @param {number} next */
  reach(next) {
    const sent = this.prefix ? this.prefix.parts : 0;
    if (next === sent || next === sent - 1) this.done = next;
    else this.renew();
  }

  async send() {
    const number = this.done;
    const part = await this.made(number);
    if (!(await this.prove(number, part))) {
      this.renew();
      return;
    }
    // Halted, or dropped, meanwhile.
    if (this.isHeld || this.isOver) return;
    if (number + 1 < this.parts) this.made(number + 1).catch(() => {});
    const { next, whole } = await this.post(number, part);
    this.aways = 0;
    this.isWhole = whole;
    this.reach(next);
  }

  // Two contents sealed under one key and one number would open each other. So before a part goes it is
  // kept what it holds, and what goes again in its place must be the same.
  /** @type {(number: number, part: SealedPart) => Promise<boolean>} */
  async prove(number, { digest, prefix }) {
    const last = this.prefix;
    if (last && last.parts === number + 1 && last.sealed !== digest) return false;
    this.prefix = { parts: number + 1, digest: prefix, sealed: digest };
    await this.save();
    return true;
  }

  // The next part is sealed while this one is on its way.
  /** @type {(number: number) => Promise<SealedPart>} */
  made(number) {
    const ready = this.ahead && this.ahead.number === number ? this.ahead : null;
    if (ready) return ready.part;
    this.ahead = { number, part: this.run("part", { id: this.id, number }) };
    return this.ahead.part;
  }

  /** @type {(number: number, part: SealedPart) => Promise<UploadAnswer>} */
  async post(number, part) {
    const request = new AbortController();
    /** @type {AbortController | null | undefined} */
    this.request = request;
    const hangUp = () => request.abort();
    const timer = setTimeout(hangUp, patienceFor(this.tries));
    window.addEventListener("offline", hangUp);
    try {
      return await sendPart(this.ticket, number, part, request.signal);
    } finally {
      clearTimeout(timer);
      window.removeEventListener("offline", hangUp);
      this.request = null;
    }
  }

  async finish() {
    if (!this.isWhole) await this.ask();
    // Begun anew.
    if (!this.isOpen) return;
    if (!this.isWhole) throw new Refused("part", 400);
    this.sha256 = await this.run("digest", { id: this.id });
    // Kept before it is told: a page that is loaded anew knows it too.
    await this.save();
    if (this.state === "dropped") return;
    this.set("whole");
    this.run("close", { id: this.id }).catch(() => {});
  }

  /** @type {(error: any) => Promise<void>} */
  async mend(error) {
    this.isKnown = false;
    if (this.isOver || this.isHeld) return;
    const reason = error instanceof Refused ? error.reason : "";
    // Where the store of files is away, the server has asked it again by itself.
    if (reason === "away") this.aways += 1;
    if (HOPELESS[reason] && (reason !== "away" || this.aways > MOST_AWAY))
      this.fail(HOPELESS[reason]);
    else if (reason === "challenge") await this.rest();
    else if (error instanceof Offline || isPassing(error)) await this.rest("broken");
    else if (reason) this.renew();
    else if (error instanceof Closed) this.reopen();
    else this.fail(error.message === "Unreadable" ? "unreadable" : "worker");
  }

  /** @param {UploadState} [state] */
  async rest(state) {
    if (state) this.set(state);
    const tries = this.tries;
    this.tries += 1;
    await this.waiting.rest(waitFor(tries));
  }

  // The ticket is too old, or the server knows nothing of it: everything anew, under another lock.
  renew() {
    this.memory.forget(this);
    if (this.ticket) dropFile(this.ticket).catch(() => {});
    this.begin({});
    this.renewals += 1;
    if (this.renewals > MOST_RENEWALS) this.fail("refused");
    this.onChange();
  }

  reopen() {
    this.isOpen = false;
  }

  /** @param {string} reason */
  fail(reason) {
    this.reason = reason;
    this.set("failed");
  }

  hold() {
    if (this.isOver) return;
    this.isHeld = true;
    this.set("paused");
    this.halt();
  }

  halt() {
    if (this.request) this.request.abort();
    this.waiting.end();
  }

  retry() {
    this.renewals = 0;
    this.tries = 0;
    this.aways = 0;
    this.isHeld = false;
    // The worker may have been another one.
    this.reopen();
    this.set("queued");
  }

  // Gives up what lies at the server; where it does not hear that, its sweeper will.
  drop() {
    const { ticket } = this;
    this.set("dropped");
    this.halt();
    this.memory.forget(this);
    this.run("close", { id: this.id }).catch(() => {});
    if (ticket) dropFile(ticket).catch(() => {});
  }

  /** @param {UploadState} state */
  set(state) {
    if (this.state === "dropped") return;
    this.state = state;
    this.onChange();
  }

  // Asks whether it still stands there whole; begins anew where it does not, or once it was asked in
  // vain: then it hangs on another tip.
  async recheck() {
    if (this.state !== "whole") return;
    try {
      const isWhole = !this.rechecks && (await askNext(this.ticket)).whole;
      this.rechecks = 1;
      if (isWhole) return;
    } catch (error) {
      if (!(error instanceof Refused) || error.status >= 500) throw error;
    }
    this.renew();
    this.retry();
  }

  save() {
    return this.state === "dropped" ? null : this.memory.save(this);
  }
}

/** @type {(error: unknown) => boolean} */
const isPassing = (error) =>
  error instanceof Refused && (WAITED_FOR.includes(error.reason) || error.status >= 500);
