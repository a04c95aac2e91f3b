// What the desk's scripts hand to each other, what its server gives of sealed tips, and what its pages say.

// The keys of a page's unit, and the name of the member whose they are: unit_keys.js.
type MemberKeys = UnitKeys & { holder: string };

// /desk/tips/…/sealed.json, by admin/desk/tip/opening.py. `sealed` is null once the tip was deleted.
interface SealedTip {
  reference: string;
  unit: string;
  status: string;
  sealed: string | null;
  kept: "" | "kept" | "doubted";
  marks: string[];
  seen: string;
  length: number;
  messages: SealedMessage[];
  notes: SealedNote[];
  uploads: Uploads;
  csrf: string;
}

interface SealedMessage {
  number: number;
  direction: Direction;
  day: string;
  digest: string;
  sealed: string;
}

type NoteKind = "note" | "grading";

interface SealedNote {
  number: number;
  kind: NoteKind;
  by: string;
  at: string;
  sealed: string;
}

// The bytes of files that the server holds of a tip, by blob.
type Uploads = Record<string, number>;

// /desk/offered.json, by admin/desk/offered.py.
interface Offered {
  units: Routes["units"];
  routes: Routes;
}

// What a row's sealed bytes are opened with.
type Open = (bytes: Uint8Array) => Promise<Uint8Array>;
type WithBytes<Row> = Row & { bytes: Uint8Array };

// Why a message is not believed; messages/thread.js tells of each.
type TalkFault =
  | "sealed"
  | "content"
  | "kind"
  | "mac"
  | "digest"
  | "chain"
  | "missing"
  | "no_question";

// What was found of a message under its seal.
interface JudgedMessage {
  kind: MessageKind | null;
  body: string | null;
  digest: string;
  fault: TalkFault | null;
  day?: string;
}

// A message as the page shows it; `number` is null for what is missing altogether.
interface ReadMessage extends JudgedMessage {
  number: number | null;
  direction: Direction;
  day: string;
  missing: number;
}

// Where the next message or note must hang.
interface ChainEnd {
  number: number;
  digest: string;
}

// A note as it stands under its seal, and as the page shows it.
interface NoteContent {
  v: 1;
  kind: NoteKind;
  reference: string;
  number: number;
  by: string;
  previous: string;
  body: string;
  mac: string;
}

interface ReadNote {
  number: number;
  expected: number;
  kind: NoteKind;
  by: string;
  at: string;
  body: string | null;
  digest: string;
  isWhole: boolean;
}

type GradeName = "source" | "information" | "handling";
type Grades = Record<GradeName, Record<string, string>>;
type Grading = Record<GradeName | "by" | "at", string>;

// What the reporter read of the answers: tip/seen.js.
interface JudgedSeen {
  number: number;
  day: string;
  held: ReadMessage | null;
  isOther: boolean;
  isMisdated: boolean;
}

// A tip that was opened on this page.
interface ReadTip {
  tip: TipContent;
  marks: string[];
  talk: ReadMessage[];
  seen: JudgedSeen | null;
  notes: ReadNote[];
  uploads: Uploads;
}

interface HeldTip extends ReadTip {
  unit: MemberKeys;
}

// A sealed message or note on its way, with the fields that the server asks for.
interface SealedNoteForm {
  number: string;
  sealed: string;
  key: string;
}

interface SealedReplyForm extends SealedNoteForm {
  digest: string;
}

// What of an opened tip is kept to find its like: tip/alike.js. Days since 1970.
interface Trace {
  reference: string;
  unit: string;
  township: string;
  span: [from: number, to: number] | null;
  place: string[];
  what: string[];
}

type KeptTrace = Trace & { first: string };

// See messages/ready.js.
interface ReadyWords {
  title: string;
  body: string;
}

interface SealedReady {
  id: string;
  sealed: string;
}

type ReadyAnswer = ReadyWords & { id: string; isOld: boolean };

interface ReadyAnswers {
  answers: ReadyAnswer[];
  untrusted: number;
}

type ReadySaid = Record<
  "none" | "none_for_tip" | "untrusted" | "empty" | "title_long" | "change" | "delete" | "blanks",
  string
>;

interface ReadyPage extends HTMLElement {
  dataset: DeskPage["dataset"] & { answers: string; save: string; mayChange: "yes" | "no" };
}

// The list that a text about closed matters is held to: admin/district/bulletins.py, bulletins/rules.js.
interface BulletinRules {
  plain: string;
  rules: {
    id: string;
    zh: string;
    say: string;
    says: Record<string, string>;
    warns: boolean;
    pattern: string;
    unless: string;
    whole: boolean;
  }[];
}

interface BulletinFinding {
  rule: string;
  what: string;
  words: string;
  say: string;
  warns: boolean;
}

type BulletinSaid = Record<
  | "fine"
  | "refused"
  | "warned"
  | "found"
  | "shared"
  | "mend"
  | "compare_first"
  | "compared"
  | "bad_reference"
  | "again",
  string
>;

type BulletinPageWords = DeskWords & { bulletin: BulletinSaid };

interface BulletinPage extends HTMLElement {
  dataset: DeskPage["dataset"] & { list: string; tips: string; rules: string };
}

// See queue_place.js.
interface QueuePlace {
  unit: string;
  search: string;
  rows: string[];
  at: string;
  next: string;
  isLeft: boolean;
}

// What the server answers each minute: see queue/pulse.js. Numbers are as wide as the widest.
interface Pulse {
  counts: Record<string, string>;
  mark: string;
}

interface Alike {
  reference: string;
  township: string;
  reasons: ("place" | "near" | "time" | "text")[];
}

// What a form of the desk gets back, by admin/desk/answers.py; only what is refused says more.
interface DeskAnswer {
  ok: boolean;
  code: number;
  error?: string;
  errors?: Record<string, string[]>;
}

interface Conflict extends DeskAnswer {
  error: string;
  version: number;
  status: string;
  claimed_by: string | null;
  events: { step: number; by: string; what: string; status: string; day: string }[];
}

type FormFields = [name: string, value: string][];

interface ActOptions {
  words: { sentences: Pick<DeskWords["sentences"], "offline"> };
  renew: () => Promise<void>;
  fieldsOf?: (form: DeskForm) => FormFields | null | Promise<FormFields | null>;
  onSent?: () => void;
  retries?: number;
  // How it goes, where it is no form's fields.
  send?: (url: string, fields: FormFields) => Promise<DeskAnswer>;
  // Where it leads, where that is not this page again.
  next?: string;
}

// A file of a tip as its row shows it: files/entries.js. `entry` is null where it cannot be read.
type FileView = "picture" | "sound" | "film";
type FileFamily = FileView | "paper" | "other";

interface ListedFile {
  number: number;
  message: number;
  day: string;
  entry: FileEntry | null;
  name: string;
  shown: string;
  family: FileFamily;
  view: FileView | "";
  state?: string;
  size: number;
  sealedSize: number;
}

// What a page says of a file, by its code.
type FileSaid = keyof TipFileWords["said"];

// What the files' worker is asked, and answers: entries/desk-files-worker.js.
interface FileAsked {
  address: string;
  sealedSize: number;
  entry: FileEntry;
}

type FileQuestion = FileAsked | { next: true };
type FileAnswer = { piece: ArrayBuffer } | { done: true } | { problem: FileSaid };

// The same worker as its page sees it.
interface FileWorker {
  postMessage(question: FileQuestion): void;
  onmessage: ((event: { data: FileAnswer }) => unknown) | null;
  onerror: (() => void) | null;
  terminate(): void;
}

// Takes a piece of a file, and the bytes that came before it.
type TakePiece = (piece: ArrayBuffer, before: number) => unknown;
type ReadPieces = (take: TakePiece) => Promise<void>;

// What the frame is told, and tells: entries/desk-frame.js.
type FrameQuestion = { piece: ArrayBuffer } | { show: FrameShow } | { copy: true };

interface FrameShow {
  view: FileView;
  type: string;
  words: FrameWords;
  size: number;
}

interface Measures {
  width: number;
  height: number;
}

interface FrameAnswers {
  ready: true;
  shown: Measures;
  copied: { bytes: ArrayBuffer; type: string };
}

type FrameProblem = "too_many_pixels" | "undecodable" | "spoils";
type FrameAnswer = Partial<FrameAnswers> & { failed?: FrameProblem };

// The sentences of pages by their names: admin/desk/words.py, queue/words.py, tip/words.py and
// files/words.py.
interface DeskWords {
  fields: [name: string, label: string][];
  choices: Record<string, Record<string, string>>;
  flags: Record<string, string>;
  kinds: Partial<Record<MessageKind, string>>;
  people: Record<Direction, string>;
  reads: Record<string, string>;
  keys: { title: string; close: string; off: string };
  // Why an end takes two people, by the codes of members/grounds.Ground.
  grounds: Record<string, string>;
  // The unit above all.
  upper: string;
  sentences: Record<
    | "locked"
    | "no_key"
    | "old_key_only"
    | "not_opened"
    | "not_opened_do"
    | "kept_opened"
    | "kept_differs"
    | "kept_by"
    | "kept_restore"
    | "kept_not_restored"
    | "junk"
    | "junk_do"
    | "junk_note"
    | "fingerprint"
    | "lock_false"
    | "lock_false_do"
    | "lock_offered"
    | "lock_unchecked"
    | "label_not_opened"
    | "label_uncopied"
    | "labels_false"
    | "labels_false_do"
    | "custodial"
    | "astray"
    | "astray_do"
    | "other_tip"
    | "chain"
    | "untrusted"
    | "question_gone"
    | "contact_closed"
    | "contact_no_file"
    | "talk_broken"
    | "reads"
    | "purge"
    | "second"
    | "two"
    | "two_why"
    | "two_excluded"
    | "two_sent"
    | "two_one"
    | "clear_failed"
    | "no_words"
    | "nth"
    | "seen_upto"
    | "seen_nothing"
    | "seen_misdated"
    | "seen_not"
    | "seen_held"
    | "seen_held_do"
    | "seen_other"
    | "seen_other_do"
    | "offline"
    | "seal_failed"
    | "empty",
    string
  >;
}

interface QueueWords extends DeskWords {
  locked: string;
  queue: Record<
    | "chosen"
    | "of_page"
    | "found"
    | "failed"
    | "cancelled"
    | "claim_failed"
    | "nothing"
    | "changed"
    | "renew",
    string
  >;
  key_rows: KeyRow[];
}

interface TipWords extends DeskWords {
  ready: ReadySaid;
  grades: Grades;
  notes: Record<
    "none" | "graded" | "not_graded" | "broken" | "untrusted" | "empty" | "choose" | "taken",
    string
  >;
  alike: Record<"none" | "place" | "near" | "time" | "text" | "link" | "look", string>;
  turn_to: Record<string, string>;
  not_forwarded: string;
  tip_keys: KeyRow[];
  files: TipFileWords;
  ways: Ways;
  transfer: TransferWords;
}

// What /desk/tips/…/transfer.json, arrived.json and back.json give: admin/desk/transfer/views.py.
interface PassedBundle extends NamedBundle {
  riddle: string;
  keys: string[];
  unit?: string;
}

// By which answers no tip may reach which unit.
interface Ways extends Pick<Routes, "takers" | "offices"> {
  practice: string;
}

// A key and what it does.
type KeyRow = [key: string, word: string];

interface KeyHelp {
  title: string;
  close: string;
  off: string;
  rows: KeyRow[];
}

type FrameWords = Record<FileView | "real_size" | "fit", string>;

interface TipFileWords
  extends Record<
    | "unnamed"
    | "own"
    | "letter"
    | "in_letter"
    | "close"
    | "save"
    | "copy"
    | "stop"
    | "no"
    | "fetching"
    | "save_yes"
    | "copy_yes"
    | "copy_name"
    | "take_yes",
    string
  > {
  families: Record<FileFamily, string>;
  states: Record<string, string>;
  careful: Record<string, string>;
  view: Record<FileView, string>;
  before_saving: string[];
  before_copying: string[];
  cleaning_steps: string[];
  frame: FrameWords;
  said: Record<
    | "gone"
    | "unreadable"
    | "offline"
    | "signed_out"
    | "missing"
    | "changed"
    | "stopped"
    | "other_kind"
    | "undecodable"
    | "too_many_pixels"
    | "too_large"
    | "cannot_save"
    | "not_saved"
    | "not_noted"
    | "not_bare"
    | "spoils"
    | "first_picture"
    | "saved"
    | "copied"
    | "taken",
    string
  >;
}

// The pages, with what their templates write into them, and what tells that a script is done.
interface DeskPage extends HTMLElement {
  dataset: { words: string; unit: string; opened?: string };
}

interface QueuePage extends HTMLElement {
  dataset: DeskPage["dataset"] & {
    opens: "yes" | "no";
    labels: string;
    pulse: string;
    mark: string;
    copied?: "yes" | "no";
  };
}

// /desk/labels.json, by admin/desk/labels/views.py; of readers only where there are any.
interface QueueLabels {
  labels: Record<string, string>;
  readers?: LabelReader[];
  readers_name?: string;
  lacking?: string[];
}

// What a dispatcher may read of a label: queue/copies.js.
interface LabelCopy {
  reference: string;
  category: string;
  township: string;
}

interface CopyCell extends HTMLElement {
  dataset: { copy: string };
}

interface TipPage extends HTMLElement {
  dataset: DeskPage["dataset"] & {
    reference: string;
    step: string;
    purged: "yes" | "no";
    held: "yes" | "no";
    received: string;
  } & Partial<OpenTipData>;
}

// What stands in it only where the member may open the tip.
interface OpenTipData {
  clear: "yes" | "no";
  clearing: string;
  sealed: string;
  marks: string;
  files: string;
  copies: string;
  mostHeld: string;
}

interface OpenTipPage extends HTMLElement {
  dataset: TipPage["dataset"] & OpenTipData;
}

// The page of a case file, its sentences, and what the server knows of the tip: desk/case/.
type CaseLine = [label: string, text: string];

interface CaseSection {
  title: string;
  lines: CaseLine[];
}

interface CaseFacts {
  cover: CaseLine[];
  history: CaseLine[];
}

interface CaseWords extends TipWords {
  case: Record<
    | "title"
    | "caution"
    | "content"
    | "talk"
    | "notes"
    | "files"
    | "history"
    | "none"
    | "not_noted"
    | "bad_recipient"
    | "failed"
    | "saved"
    | "passphrase",
    string
  >;
}

interface CasePage extends OpenTipPage {
  dataset: OpenTipPage["dataset"] & { facts: string; note: string; noted?: string };
}

type EnterSentence =
  | "wait"
  | "summary"
  | "offline"
  | "again"
  | "busy"
  | "unclear"
  | "signedOut"
  | "noUnit"
  | "falseKey"
  | "falseRoutes"
  | "otherWords"
  | "toOwn"
  | "toOther"
  | "toSealed"
  | "toNobody"
  | "caller"
  | "noChannel"
  | "asked"
  | "noGroup"
  | "wrongGroup"
  | "printPhone"
  | "printLetter"
  | "printVisit";

type EnterWords = Record<EnterSentence | "unit" | "units", string>;

interface EnterPage extends HTMLElement {
  dataset: EnterWords & { words: string; ready?: string };
}

interface EnterForm extends HTMLFormElement {
  elements: HTMLFormControlsCollection & { attempt: HTMLInputElement };
}

// One tip in the queue.
interface QueueRow extends HTMLElement {
  dataset: { row: string; status: string; version: string; holder: string };
}

// The preview of one thing done to many; `reason` only where ends are asked for.
interface BulkPage extends HTMLElement {
  dataset: DeskPage["dataset"] & { move: string; reason: string };
}

interface DeskForm extends HTMLFormElement {
  dataset: {
    busy?: string;
    act?: string;
    key?: string;
    two?: string;
    above?: string;
    from?: string;
    next?: string;
    // The first half of a reward's code, still sealed.
    grant?: string;
  };
}

// What keeps its words over a lock: drafts.js.
type DraftControl = HTMLInputElement | HTMLTextAreaElement | HTMLSelectElement;

interface DeskBar extends HTMLElement {
  dataset: { member: string; restored: string };
}

interface ConflictPlace extends HTMLElement {
  dataset: { reload: string };
}

interface ElementsById {
  body: HTMLTextAreaElement;
  bulletin: BulletinPage;
  "bulletin-body": HTMLTextAreaElement;
  "bulletin-form": DeskForm;
  "bulletin-none": HTMLInputElement;
  "bulletin-reference": HTMLInputElement;
  "bulletin-title": HTMLInputElement;
  bulk: BulkPage;
  bulk_action: HTMLSelectElement;
  "bulk-form": DeskForm;
  "bulk-why": HTMLTextAreaElement;
  case: CasePage;
  "case-export": HTMLButtonElement;
  "case-print": HTMLButtonElement;
  "case-recipient": HTMLInputElement;
  "choose-all": HTMLInputElement;
  conflict: ConflictPlace;
  contact: DeskPage;
  "contact-file": HTMLInputElement & { files: FileList };
  decision: DeskForm;
  "do-it": HTMLButtonElement;
  "done-reference": HTMLElement & { parentNode: HTMLElement };
  duty: DeskPage;
  enter: EnterPage;
  "find-cover": HTMLInputElement;
  "find-open": HTMLButtonElement;
  "find-progress": HTMLProgressElement;
  "find-words": HTMLInputElement;
  form: EnterForm;
  grading: DeskForm;
  handover: DeskForm;
  "handover-body": HTMLTextAreaElement;
  link: HTMLFormElement & { parentElement: HTMLDetailsElement };
  message: DeskForm;
  note: DeskForm;
  other: HTMLInputElement;
  queue: QueuePage;
  ready: ReadyPage;
  "ready-answers": HTMLDetailsElement & { dataset: { answers: string; shown?: string } };
  "ready-body": HTMLTextAreaElement;
  "ready-form": DeskForm;
  "ready-replaces": HTMLInputElement;
  "ready-title": HTMLInputElement;
  tip: TipPage;
  "to-next": HTMLAnchorElement;
  "to-previous": HTMLAnchorElement;
  "to-queue": HTMLAnchorElement;
}

// Only newer Chromium has it, and TypeScript's library none.
interface Window {
  showSaveFilePicker?: (options: { suggestedName: string }) => Promise<FileSystemFileHandle>;
}
