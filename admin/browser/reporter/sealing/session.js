// What one page sends: a tip under a receipt of its own, once, however often the button is pressed.
//
// The words are sealed once and these very bytes are sent until the server says that it has them.
// Files are at the server before; what is sent names them. Where no answer came and the words were changed since, the server is asked what it has: a tip that
// lies there already gets the new words as a supplement.

import {
  askChallenge,
  askPublished,
  askRoutes,
  askThread,
  sendLetter,
  sendTip,
} from "../../shared/form/server.js";
import { isCut, Offline, Refused } from "../../shared/page/post.js";
import { Fresh } from "./fresh.js";
import { Unsealable } from "./workshop.js";

const TURNS = 5;
const PUBLISHED_MINUTES = 10;
// A challenge is good for twenty minutes.
const PROOF_MINUTES = 15;

// The tip is stored, but its unit can read no words now: what was added is not.
export class Later extends Error {
  constructor() {
    super("later");
    this.name = "Later";
  }
}

// The tip that lies under the receipt may not have these words: they become one of their own.
class Apart extends Error {}

export class Session {
  // `run(job, content)` does a job in the worker. In practice nothing is posted. `onPost(receipt)` is
  // waited for before the first post under a receipt.
  /**
   * @param {Run<SealJobs>} run
   * @param {SessionOptions} options
   */
  constructor(run, { isPractice, onPost = async () => {} }) {
    this.run = run;
    this.isPractice = isPractice;
    this.onPost = onPost;
    this.published = new Fresh(() => this.askPublished(), PUBLISHED_MINUTES);
    this.proof = new Fresh(async () => run("solve", await askChallenge()), PROOF_MINUTES);
    this.wipe();
  }

  begin() {
    /** @type {Receipt | null} */
    this.receipt = null;
    /** @type {Attempt | null} */
    this.attempt = null;
    /** @type {SealedLetter | null} */
    this.letter = null;
    this.isKnown = false;
    /** @type {string[]} */
    this.contacts = [];
  }

  // An earlier page of this tab may have sent under this receipt: what lies there gets a supplement.
  /** @type {(receipt: Receipt) => void} */
  resume(receipt) {
    // What was sealed meanwhile lies under another one, and was not stored.
    if (this.receipt && this.receipt.digits !== receipt.digits) this.attempt = null;
    this.receipt = receipt;
    this.mayBeStored = true;
  }

  /** @type {() => Promise<Published & { routes: Routes }>} */
  async askPublished() {
    const [routes, published] = await Promise.all([askRoutes(), askPublished()]);
    return Object.assign({ routes }, published);
  }

  // What can be made while the reporter still types. Where it fails, sending tries again.
  async prepare() {
    /** @type {Promise<unknown>[]} */
    const parts = [this.published.get(), this.newReceipt()];
    if (!this.isPractice) parts.push(this.proof.get());
    await Promise.all(parts.map((part) => part.catch(() => null)));
  }

  /** @type {() => Promise<Receipt>} */
  async newReceipt() {
    this.receipt = this.receipt || (await this.run("newReceipt"));
    return this.receipt;
  }

  // Sends `{fields, contact, website, files}`, files being `{entries, tickets}`. Returns `{receipts, isSupplement, lane}`: more than one
  // receipt, the newest first, where the words lie in more than one tip.
  /** @type {(form: TypedForm) => Promise<SentTip>} */
  async send(form) {
    for (let turn = 1; turn < TURNS; turn += 1) {
      try {
        return await this.sendOnce(form);
      } catch (error) {
        if (!this.mend(error)) throw error;
      }
    }
    return this.sendOnce(form);
  }

  /** @type {(form: TypedForm) => Promise<SentTip>} */
  async sendOnce(form) {
    const isChanged = this.attempt && !isSame(this.attempt.form, form);
    if (isChanged) await this.lookBefore();
    if (this.isKnown && (isChanged || /** @type {Attempt} */ (this.attempt).isOther))
      return this.add(form);
    this.attempt = this.attempt || (await this.seal(form));
    const { lane } = this.isPractice ? {} : await this.post();
    return this.result({ isSupplement: false, lane: lane || "" });
  }

  /** @type {(what: { isSupplement: boolean, lane: string }) => SentTip} */
  result(what) {
    return Object.assign(
      { receipts: [/** @type {Receipt} */ (this.receipt).receipt, ...this.earlier] },
      what,
    );
  }

  // Other words than those that were sent before: were those stored?
  async lookBefore() {
    this.isKnown = this.isKnown || (this.mayBeStored && (await this.isStored()));
    if (!this.isKnown) this.attempt = null;
  }

  async isStored() {
    return (await askThread(/** @type {Attempt} */ (this.attempt).cover.lookup)).known;
  }

  /** @type {(form: TypedForm) => Promise<Attempt>} */
  async seal(form) {
    const { digits } = await this.newReceipt();
    const { fields, contact } = form;
    const published = await this.published.get();
    const work = { digits, fields, contact, files: entriesOf(form) };
    const cover = await this.run("sealTip", Object.assign(work, published));
    return { form, cover };
  }

  async post() {
    const { form, cover } = /** @type {Attempt} */ (this.attempt);
    const proof = await this.proof.get();
    await this.onPost(/** @type {Receipt} */ (this.receipt));
    // A browser that knows of no line sends nothing.
    if (await isCut()) throw new Offline();
    this.contacts.push(form.contact);
    const before = this.mayBeStored;
    // Until the server refuses it, it may have been stored, and its answer lost.
    this.mayBeStored = true;
    try {
      const whole = Object.assign({ proof, website: form.website }, ticketsOf(form), cover);
      return confirmed(await sendTip(whole));
    } catch (/** @type {any} */ error) {
      const isSure = (error.status >= 400 && error.status < 500) || error.message === "no_room";
      if (isSure) this.mayBeStored = before;
      throw error;
    }
  }

  /** @type {(form: TypedForm) => Promise<SentTip>} */
  async add(form) {
    if (!this.letter || !isSame(this.letter.form, form)) this.letter = await this.sealLetter(form);
    const { lookup } = /** @type {Attempt} */ (this.attempt).cover;
    confirmed(await sendLetter(lookup, this.letter.token, this.letter.content));
    return this.result({ isSupplement: true, lane: this.letter.isApart ? "machine" : "" });
  }

  /** @type {(form: TypedForm) => Promise<SealedLetter>} */
  async sealLetter(form) {
    const { cover } = /** @type {Attempt} */ (this.attempt);
    // A supplement has no room for it, and the stored tip may lack it.
    if (form.contact && this.contacts.some((sent) => sent !== form.contact)) {
      throw new Unsealable("ContactChanged");
    }
    const thread = await askThread(cover.lookup);
    const { digits } = /** @type {Receipt} */ (this.receipt);
    const files = this.newEntries(form);
    const work = { digits, fields: form.fields, files, thread, sent: cover };
    const sealed = await this.run(
      "sealSupplement",
      Object.assign(work, await this.published.get()),
    );
    if (sealed.apart) throw new Apart();
    if (sealed.closed) throw new Later();
    const content = Object.assign(ticketsOf(form), sealed.letter);
    return { form, token: thread.token, content, isApart: thread.apart };
  }

  // Those that the stored tip does not name already. Where it is not the one that was sealed last,
  // nobody knows which it names: one that is named twice is better than one without its key.
  /** @type {(form: TypedForm) => FileEntry[]} */
  newEntries(form) {
    const { isOther, form: stored } = /** @type {Attempt} */ (this.attempt);
    const known = isOther ? [] : entriesOf(stored).map(({ blob }) => blob);
    return entriesOf(form).filter(({ blob }) => !known.includes(blob));
  }

  // Does what an error asks for; tells whether sending may simply go on.
  /** @type {(error: unknown) => boolean} */
  mend(error) {
    if (error instanceof Apart) {
      this.earlier.unshift(/** @type {Receipt} */ (this.receipt).receipt);
      this.begin();
      return true;
    }
    // What does not fit today's keys may fit tomorrow's.
    if (["FalseKey", "FalseRoutes", "NoUnit"].includes(/** @type {Error} */ (error).name)) {
      this.published.drop();
    }
    const remedy = error instanceof Refused && REMEDIES[error.reason];
    if (remedy) remedy(this);
    return Boolean(remedy);
  }

  // None of it can have been stored.
  get isUnsent() {
    return !this.mayBeStored && !this.isKnown;
  }

  wipe() {
    this.begin();
    /** @type {string[]} */
    this.earlier = [];
    /** @type {boolean} */
    this.mayBeStored = false;
  }
}

/** @type {(session: Session) => void} */
const writeAnew = (session) => {
  session.letter = null;
};

/** @type {Record<string, (session: Session) => void>} */
const REMEDIES = {
  // What lies there are words that were sent before these.
  other_words: (session) => {
    session.isKnown = /** @type {Attempt} */ (session.attempt).isOther = true;
  },
  reference_taken: (session) => {
    session.attempt = null;
  },
  unit_closed: (session) => {
    session.published.drop();
    session.attempt = null;
  },
  challenge: (session) => session.proof.drop(),
  number_taken: writeAnew,
  token: writeAnew,
  purged: writeAnew,
};

// Another page than ours can answer in between: nothing is stored unless the answer says so.
/** @type {(answer: Stored) => Stored} */
function confirmed(answer) {
  if (answer.stored !== true) throw new Offline(200);
  return answer;
}

/** @type {(one: TypedForm, other: TypedForm) => boolean} */
const isSame = (one, other) =>
  one.contact === other.contact &&
  JSON.stringify(one.fields) === JSON.stringify(other.fields) &&
  JSON.stringify(entriesOf(one)) === JSON.stringify(entriesOf(other));

/** @type {(form: TypedForm) => FileEntry[]} */
const entriesOf = ({ files }) => (files ? files.entries : []);

// What goes beside the sealed words; nothing where no file comes with them.
/** @type {(form: TypedForm) => { files?: string[] }} */
const ticketsOf = ({ files }) => (files && files.tickets.length ? { files: files.tickets } : {});
