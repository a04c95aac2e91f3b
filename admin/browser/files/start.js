// Makes a plain field for files one that cleans, seals and sends by itself.

import { isSupervisory } from "../lib/routes.js";
import { Workshop } from "../seal/workshop.js";
import { Block } from "./block.js";
import { Field } from "./field.js";
import { Memory } from "./memory.js";
import { outcomeOf } from "./outcome.js";
import { Proofs } from "./proofs.js";
import { askWords } from "./server.js";

const WORKER = "/app/files-worker.js";

// `root` is #files-block. `place` is `tip` or `mailbox`; `way(changed)` is called with a function to be
// told whether the files travel together. Returns what the page asks of its files.
export async function startFiles(root, { place, isPractice, isYoung }) {
  const words = await askWords(addressOf(isYoung));
  const workshop = new Workshop(WORKER);
  await workshop.open();
  const run = (job, content) => workshop.run(job, content);
  const block = new Block(root, words);
  const field = new Field({
    run,
    words,
    limits: limitsOf(root.dataset),
    memory: new Memory(place, run),
    proof: new Proofs(run),
    isPractice,
    onChange: (item) => block.show(item),
  });
  const files = new Files(block, field, workshop);
  if (!isPractice) await files.recall();
  block.bind(field);
  return files;
}

function addressOf(isYoung) {
  const prefix = document.documentElement.lang.startsWith("en") ? "/en" : "";
  return `${prefix}/tip/files/words${isYoung ? "?page=young" : ""}`;
}

const limitsOf = ({ most, fileMb, tipMb }) => ({
  most: Number(most),
  fileMb: Number(fileMb),
  tipMb: Number(tipMb),
});

class Files {
  constructor(block, field, workshop) {
    Object.assign(this, { block, field, workshop });
  }

  // The answers decide the tip's way, and with it how its files travel. `read()` gives them.
  follow(form, read) {
    const look = () => {
      const { official = "unclear", exclude = [] } = read();
      this.field.travelTogether(isSupervisory(official, exclude));
    };
    form.addEventListener("change", look);
    look();
  }

  async recall() {
    const lost = await this.field.recall();
    if (lost) this.block.say(this.block.words.lost);
  }

  get isEmpty() {
    return !this.field.items.length;
  }

  faults() {
    return this.field.faults();
  }

  // Waits for all; `onShare(percent)` hears how far they are.
  async collect(onShare) {
    this.block.hold(true);
    const tell = () => onShare(Math.floor(100 * this.field.share));
    this.field.watchers.push(tell);
    try {
      await this.field.adding;
      return await this.field.collect();
    } finally {
      this.field.watchers = this.field.watchers.filter((one) => one !== tell);
      this.block.hold(false);
    }
  }

  recheck(options) {
    return this.field.recheck(options);
  }

  // What became of each file, told when the words are stored: `[{name, text}]`.
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
    const files = this.field.items.map(({ file }) => file).filter(Boolean);
    this.field.items.slice().forEach((item) => this.field.remove(item));
    this.wipe();
    this.block.remove();
    return giveBack(this.block.input, files);
  }
}

// Not every browser lets a script fill the field.
function giveBack(input, files) {
  try {
    const transfer = new DataTransfer();
    files.forEach((file) => transfer.items.add(file));
    input.files = transfer.files;
    return input.files.length === files.length;
  } catch (error) {
    return !files.length;
  }
}
