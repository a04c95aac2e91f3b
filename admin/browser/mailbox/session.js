// One visit to the mailbox: the keys of the receipt, what the server said, and what is on its way.

import { today } from "../shared/day.js";
import { aWhile, lastSeen } from "./seen.js";
import { askKeys, askThread, isCut, Offline, Refused, sendLetter, sendSeen } from "./server.js";

const AGAIN = ["number_taken", "token", "unit_open"];
// A call for protection without a word: where no key is there to seal to, the mark still counts.
/** @type {SentLetter} */
const MARK = { kind: "danger", number: 0, digest: "", sealed: "" };

export class Visit {
  /**
   * @param {MailboxTools} tools
   * @param {string} base
   * @param {string} typed
   * @param {string} digits
   * @param {string} site
   */
  constructor(tools, base, typed, digits, site) {
    this.tools = tools;
    this.base = base;
    this.typed = typed;
    this.keys = tools.derive(digits, site);
    this.lookup = tools.toHex(this.keys.lookup);
    // What the server said last; there before anything is done with it.
    this.answer = /** @type {Thread} */ (/** @type {unknown} */ (null));
    /** @type {PendingLetter | null} */
    this.pending = null;
    // Whether the pending letter may have been stored, and its answer lost.
    this.mayBeStored = false;
  }

  // Returns the entries of the talk, or null where nothing lies under this receipt.
  /** @type {() => Promise<TalkEntry[] | null>} */
  async look() {
    const day = today();
    this.answer = await askThread(this.base, this.lookup);
    const pause = aWhile();
    const entries = this.answer.known ? await this.tools.openThread(this.keys, this.answer) : null;
    this.tellSeen(entries, day, pause).catch(() => false);
    return entries;
  }

  // The unit learns up to where its answers came. Nobody waits for it, and nothing hangs on it. A while
  // after the answer, whatever there was to open: who watches the line must not see by it whether the
  // receipt is known.
  /**
   * @param {TalkEntry[] | null} entries
   * @param {string} day
   * @param {Promise<unknown>} pause
   */
  async tellSeen(entries, day, pause) {
    const { keys, answer, tools, base, lookup } = this;
    const box = entries
      ? tools.sealSeen(keys.talk, answer.reference, lastSeen(entries, answer.messages, day))
      : tools.blankSeen();
    await pause;
    await sendSeen(base, lookup, tools.toBase64(box));
  }

  // Seals and stores. Where another message came first, or the page is a day old, it looks again,
  // numbers anew and tries once more. `tickets` are those of the files that the body names. Returns
  // whether the words went along, or the mark alone.
  /** @type {(kind: MessageKind, body: string, tickets?: string[]) => Promise<boolean>} */
  async send(kind, body, tickets = []) {
    try {
      await this.sendOnce(kind, body, tickets);
    } catch (error) {
      if (!(error instanceof Refused) || !AGAIN.includes(error.reason)) throw error;
      this.pending = null;
      this.answer = await askThread(this.base, this.lookup);
      await this.sendOnce(kind, body, tickets);
    }
    const { content } = /** @type {PendingLetter} */ (this.pending);
    this.pending = null;
    this.mayBeStored = false;
    return content !== MARK;
  }

  /** @type {(kind: MessageKind, body: string, tickets: string[]) => Promise<void>} */
  async sendOnce(kind, body, tickets) {
    const letter = await this.letter(kind, body);
    const content = tickets.length
      ? Object.assign({ files: tickets }, letter.content)
      : letter.content;
    // A browser that knows of no line sends nothing.
    if (await isCut()) throw new Offline();
    const before = this.mayBeStored;
    this.mayBeStored = true;
    try {
      await sendLetter(this.base, this.lookup, letter.token, content);
    } catch (error) {
      if (error instanceof Refused) this.mayBeStored = before;
      throw error;
    }
  }

  // A retry of the same words sends the same letter under the same token: it is stored once.
  /** @type {(kind: MessageKind, body: string) => Promise<PendingLetter>} */
  async letter(kind, body) {
    const pending = this.pending;
    if (pending && pending.kind === kind && pending.body === body) return pending;
    this.mayBeStored = false;
    const content = this.isClosed ? unsealed(kind) : await this.seal(kind, body);
    this.pending = { kind, body, content, token: this.answer.token };
    return this.pending;
  }

  /** @type {(kind: MessageKind, body: string) => Promise<SentLetter>} */
  async seal(kind, body) {
    this.tools.checkReader(this.answer.unit, await askKeys());
    try {
      return await this.tools.sealLetter(this.keys, this.answer, kind, body);
    } catch (error) {
      // No word may go along before somebody of the unit has opened the tip; the call counts.
      if (/** @type {Error} */ (error).name === "Unmarked" && kind === "danger") return MARK;
      throw error;
    }
  }

  // Throws where nothing may be sealed to the unit at which the tip is said to lie.
  checkMark() {
    this.tools.checkMark(this.keys.talk, this.answer);
  }

  get isClosed() {
    return !this.answer.unit.recipients.length;
  }
}

/** @type {(kind: MessageKind) => SentLetter} */
function unsealed(kind) {
  if (kind !== "danger") throw new Refused("unit_closed", 0);
  return MARK;
}
