// What several scripts hand to each other, and what travels between them and the server. Names alone:
// nothing of it is in a bundle.

type Bytes = Uint8Array<ArrayBuffer>;

// What stands under an id of the desk's and sign-in's pages, where it is more than an HTMLElement; each
// folder adds its own. An id that means different elements on different pages is not here.
interface ElementsById {
  main: HTMLElement;
}

interface ById {
  <Id extends keyof ElementsById>(id: Id): ElementsById[Id];
  <T extends HTMLElement = HTMLElement>(id: string): T;
}

interface FindById {
  <Id extends keyof ElementsById>(id: Id): ElementsById[Id] | null;
  <T extends HTMLElement = HTMLElement>(id: string): T | null;
}

// A sentence or two of a page by its name, translated with it.
type Words = Record<string, string>;

// What an element is made of; a number is written out.
type Child = string | number | Node;

// Makes an element of a tag's own kind.
type MakeElement = <Tag extends keyof HTMLElementTagNameMap>(
  tag: Tag,
  className?: string,
  ...children: Child[]
) => HTMLElementTagNameMap[Tag];

// /tip/routes.json; admin/vault/offered.py writes it.
interface OfferedUnit {
  key: string;
  recipients: string[];
  otherwise: string[];
  // A holder of its key was shut out: others of its route stand in for it.
  resting?: boolean;
}

interface Routes {
  site: string;
  // The units of tips about officials, in the order in which they are asked; the last is the unit above.
  takers: string[];
  units: Record<string, OfferedUnit>;
  categories: Record<string, string>;
  // An office that is no unit of ours has none to exclude.
  offices: Record<string, string | null>;
  contact: { custodian: string; reviewer: string } | null;
  // Whether a unit that rests gives way to those of its route.
  stands_in: boolean;
}

// What decides a tip's way; see factsOf in shared/sealing/routes.js.
interface Facts {
  category: string;
  official: string;
  exclude: string[];
  when: string;
  minor: string;
}

// /keys.json, which the static site publishes.
interface PublishedKey {
  unit: string;
  fingerprint: string;
  until?: string;
  // Of an older key: the last day on which a form may still seal to it.
  overlap?: string;
}

// A unit as the server names it, with what it offers to seal to.
interface NamedUnit {
  id: string;
  recipients: string[];
}

interface Published {
  keys: PublishedKey[];
  digest: string;
}

// The form's answers by name; what was left empty is left out.
type Answers = Record<string, string | string[]>;

// A file inside a sealed tip or letter; admin/sealing/files.py reads it.
interface FileEntry {
  name: string;
  type: string;
  size: number;
  sha256: string;
  blob: string;
  key: string;
  offset: number;
  state: string;
}

// What a tip's sealed file is made from.
interface TipToSeal {
  reference: string;
  fields: Answers;
  reporter: string;
  talk: Uint8Array;
  contact: string;
  files?: FileEntry[];
}

// What of a tip is in its sealed file.
interface TipContent {
  v: 1;
  kind: "tip";
  reference: string;
  fields: Answers;
  reporter: string;
  talk: string;
  files?: FileEntry[];
  contact?: string;
}

interface LabelContent {
  v: 1;
  kind: "label";
  category: string;
  township: string;
  flags: string[];
}

// What stands beside a sealed tip on its way, in clear.
interface Cover {
  lookup: string;
  reference: string;
  unit: string;
  key: string;
  urgency: string;
  label: string;
  sealed: string;
  mark: string;
}

// What the worker makes a cover from.
interface TipJob extends Published {
  digits: string;
  fields: Answers;
  contact: string;
  files?: FileEntry[];
  routes: Routes;
}

interface SupplementJob extends Published {
  digits: string;
  fields: Answers;
  files: FileEntry[];
  thread: Thread;
  sent: Cover;
  routes: Routes;
}

// A letter, or why there is none.
type Supplement = { letter?: Letter; apart?: true; closed?: true };

type MessageKind = "message" | "supplement" | "danger" | "withdraw";
type Direction = "staff" | "reporter";

// One message of the talk, as it stands under its seal.
interface Envelope {
  v: 1;
  kind: MessageKind;
  direction: Direction;
  reference: string;
  number: number;
  previous: string;
  body: string;
  mac: string;
  day?: string;
}

// Where a message belongs in its talk.
interface Place {
  direction: Direction;
  reference: string;
  number: number;
  previous: string;
}

// A message as the server tells of it.
interface MessageRow {
  number: number;
  direction: Direction;
  day: string;
  digest: string;
  act: string;
  sealed: string;
  whole: boolean;
}

// What lies under a receipt: /mailbox/thread, by admin/mailbox/js_api.py.
interface Thread {
  known: boolean;
  reference: string;
  status: string;
  status_words: string;
  turn_to: string;
  next_look: string;
  moved: string;
  withdrawn_on: string;
  apart: boolean;
  called: boolean;
  called_on: string;
  recent: string;
  unit: NamedUnit & { key: string };
  marks: string[];
  length: number;
  messages: MessageRow[];
  token: string;
}

// A letter on its way to /mailbox/sealed.
interface Letter {
  kind: MessageKind;
  number: number;
  digest: string;
  sealed: string;
  key: string;
  urgency?: string;
}

// As it is sent: with the tickets of its files. A call for protection without a word has no key.
type SentLetter = Omit<Letter, "key"> & { key?: string; files?: string[] };

// A tip as it is sent to /tip/sealed: `website` is what only a machine fills in.
type SentCover = Cover & { proof: string; website: string; files?: string[] };

// What the server says of what it has stored; `lane` of a tip alone: "machine", or nothing.
interface Stored {
  stored: boolean;
  lane?: string;
}

interface ReporterKeys {
  lookup: Uint8Array;
  identity: string;
  talk: Uint8Array;
}

interface Receipt {
  digits: string;
  receipt: string;
}

// Up to which answer a reporter has read, and on which day.
interface Seen {
  number: number;
  day: string;
  digest: string;
}

// A proof of work that the server asks for.
interface Challenge {
  algorithm: string;
  challenge: string;
  maxnumber: number;
  salt: string;
  signature: string;
}

// A fault that a page shows: at a field, or with the id of a place that is none.
interface Fault {
  text: string | (string | Node)[];
  field?: Element | null;
  to?: string;
}

// What goes with a tip or a letter of its files.
interface SentFiles {
  entries: FileEntry[];
  tickets: string[];
}

// The field for files, once its script is there: what startFiles gives.
interface FilesField {
  isEmpty: boolean;
  words: Words;
  faults(): Fault[];
  collect(onWait: () => void): Promise<SentFiles>;
  hold(isHeld: boolean): void;
  recheck(): Promise<void>;
  outcome(entries: FileEntry[]): { name: string; text: string }[];
  wipe(): void;
  release(): boolean;
}

// The form decides by its answers whether its files travel together; else it is asked once.
interface FilesOptions {
  place: string;
  form?: HTMLFormElement;
  isPractice?: boolean;
  isYoung?: boolean;
  isPacked?: () => Promise<boolean>;
}

// What keeps drafts, once its script is there.
interface DraftKeeper {
  Draft: typeof import("./reporter/form/draft.js").Draft;
  Keeping: typeof import("./reporter/form/keeping.js").Keeping;
  openKept: typeof import("./reporter/form/kept_again.js").openKept;
}

// What `self` is in a worker: TypeScript's own words for it and for a page's cannot stand together.
interface WorkerThread {
  postMessage(message: unknown, transfer?: Transferable[]): void;
  onmessage: ((event: MessageEvent) => void) | null;
}

interface Window {
  DengshaoDraft: DraftKeeper;
  DengshaoFiles: (root: HTMLElement, options: FilesOptions) => Promise<FilesField>;
}
