// Makes a plain field for files one that cleans, seals and sends by itself.

import { languagePrefix } from "../../shared/page/prefix.js";
import { isSupervisory } from "../../shared/sealing/routes.js";
import { Workshop } from "../sealing/workshop.js";
import { Memory } from "../uploading/memory.js";
import { Proofs } from "../uploading/proofs.js";
import { askWords } from "../uploading/server.js";
import { Closed } from "../uploading/upload.js";
import { Block } from "./block.js";
import { Field } from "./field.js";
import { outcomeOf } from "./outcome.js";

const WORKER = "/app/files-worker.js";
const JOBS = "DengshaoFileJobs";
// These go on with a file that the same worker opened.
const ON_OPEN = ["part", "digest"];

// `root` is #files-block, `place` is `tip` or `mailbox`. Returns what the page asks of its files.
// A `form` decides by its answers whether the files travel together; else `isPacked` is asked once.
/** @type {(root: HTMLElement, options: FilesOptions) => Promise<FilesField>} */
export async function startFiles(root, { place, isPractice, isYoung, form, isPacked }) {
  const words = await askWords(addressOf(isYoung));
  // Only the form takes files without scripts too.
  if (!form) words.askKind = words.ask;
  /** @type {Workshop<FileJobs>} */
  const workshop = new Workshop(WORKER, JOBS);
  await workshop.open();
  const run = runnerOf(workshop);
  const block = new Block(root, words);
  const field = new Field({
    run,
    words,
    limits: words.limits,
    memory: new Memory(place, run),
    proof: new Proofs(run),
    isPractice,
    onChange: (item) => block.show(item),
  });
  const files = new Files(block, field, workshop);
  block.bind(field);
  if (form) files.follow(form);
  else if (isPacked) field.travelTogether(await isPacked());
  if (!isPractice) await files.recall();
  root.dataset.ready = "yes";
  block.listen();
  return files;
}

// The page itself works once the worker was given up: what that was asked is asked anew. What another
// worker opened, or the one before, is not open here.
/** @type {(workshop: Workshop<FileJobs>) => Run<FileJobs>} */
function runnerOf(workshop) {
  const opened = new Map();
  const place = () => workshop.jobs || workshop.worker;
  /** @type {Workshop<FileJobs>["run"]} */
  const run = async (job, content) => {
    if (ON_OPEN.includes(job) && opened.get(content.id) !== place()) throw new Closed();
    const result = await workshop.run(job, content);
    if (job === "open") opened.set(content.id, place());
    return result;
  };
  return async (job, content) => {
    const { jobs } = workshop;
    try {
      return await run(job, content);
    } catch (error) {
      if (jobs || !workshop.isSilent) throw error;
      return run(job, content);
    }
  };
}

/** @type {(isYoung?: boolean) => string} */
function addressOf(isYoung) {
  return `${languagePrefix()}/tip/files/words${isYoung ? "?page=young" : ""}`;
}

class Files {
  /**
   * @param {Block} block
   * @param {Field} field
   * @param {Workshop<FileJobs>} workshop
   */
  constructor(block, field, workshop) {
    this.block = block;
    this.field = field;
    this.workshop = workshop;
    /** @type {HTMLFormElement | null} */
    this.form = null;
  }

  // The answers decide the tip's way, and with it how its files travel.
  /** @param {HTMLFormElement} form */
  follow(form) {
    this.form = form;
    form.addEventListener("change", () => this.look());
    this.look();
  }

  // What is changed while the tip is on its way is not part of it.
  look() {
    if (!this.form || this.block.isHeld) return;
    const answers = new FormData(this.form);
    const official = /** @type {string} */ (answers.get("official") || "unclear");
    const exclude = /** @type {string[]} */ (answers.getAll("exclude"));
    this.field.travelTogether(isSupervisory(official, exclude));
  }

  async recall() {
    const lost = await this.field.recall();
    if (lost) this.block.say(this.block.words.lost);
  }

  get isEmpty() {
    return !this.field.items.length;
  }

  get words() {
    return this.field.words;
  }

  faults() {
    return this.field.faults();
  }

  // Waits for all; `onWait()` hears that there is something to wait for.
  /** @param {() => void} onWait */
  async collect(onWait) {
    if (this.field.items.length) onWait();
    await this.field.adding;
    return this.field.collect();
  }

  // While the tip is on its way no file joins it; leaving one out still works.
  /** @param {boolean} isHeld */
  hold(isHeld) {
    this.block.hold(isHeld);
    this.look();
  }

  recheck() {
    return this.field.recheck();
  }

  // What became of each file, told when the words are stored: `[{name, text}]`.
  /** @param {FileEntry[]} entries */
  outcome(entries) {
    return this.field.items.map((item) => outcomeOf(item, entries, this.field));
  }

  // Sent, or given up: nothing of it stays in this tab.
  wipe() {
    this.field.wipe();
    this.block.show(null);
    this.workshop.close();
  }

  // Gives the files back to the plain field, for the way without scripts.
  release() {
    const chosen = this.field.items.map(({ file }) => file);
    const files = /** @type {File[]} */ (chosen.filter(Boolean));
    this.field.items.slice().forEach((item) => this.field.remove(item));
    this.wipe();
    this.block.remove();
    return giveBack(this.block.input, files);
  }
}

// Not every browser lets a script fill the field.
/** @type {(input: FileInput, files: File[]) => boolean} */
function giveBack(input, files) {
  try {
    const transfer = new DataTransfer();
    files.forEach((file) => transfer.items.add(file));
    input.files = transfer.files;
    return input.files.length === files.length;
  } catch {
    return !files.length;
  }
}
