// A package for an organ outside: what its page is given, and what its scripts hand to each other.

type MarkName =
  | "receipt"
  | "key"
  | "identity"
  | "account"
  | "phone"
  | "contact"
  | "home"
  | "family"
  | "role"
  | "there"
  | "self"
  | "hour"
  | "file"
  | "spot";

// A place in a text that may tell who wrote it.
interface Mark {
  name: MarkName;
  start: number;
  end: number;
}

// A text of the tip that may leave, as it was written.
interface ReferralItem {
  id: string;
  label: string;
  text: string;
  isChosen: boolean;
}

// The same as it leaves.
interface ReferralText {
  label: string;
  text: string;
}

// An organ, by content/data/organs.yml.
interface Organ {
  id: string;
  name: string;
  kind: string;
  basis: string;
  address: string;
  phone: string;
  key: string | null;
  offices: string[];
  takes: string[];
  officials: boolean;
}

// What stands in #referral-data: admin/desk/referral/.
interface ReferralData {
  version: number;
  number: string;
  today: string;
  unit: string;
  reference: string;
  chase: number;
  sealed: boolean;
  organs: Organ[];
}

type LockKind = "key" | "passphrase" | "paper";

// What the server answers of a package: the letter's number, or what it says against it.
type ReferralAnswer = Partial<Conflict> & DeskAnswer & { number?: string };

interface PackageLock {
  recipient: string;
  passphrase: string;
}

// A file of a package, once it is in it; `about` says what it is.
interface PackedEntry {
  name: string;
  size: number;
  sha256: string;
}

interface ListedEntry extends PackedEntry {
  about: string;
}

interface SealedPackage {
  blob: Blob;
  size: number;
  sha256: string;
}

// What the package's worker is asked, one after the other: desk/entries/desk-package-worker.js.
type PackageQuestion =
  | { lock: PackageLock }
  | { begin: string }
  | { piece: ArrayBuffer }
  | { end: true }
  | { finish: true };
type PackageAnswer = { result: PackedEntry | SealedPackage | null } | { error: string };

interface PackageWorker {
  postMessage(question: PackageQuestion, moved?: Transferable[]): void;
  onmessage: ((event: { data: PackageAnswer }) => unknown) | null;
  onerror: (() => void) | null;
  terminate(): void;
}

// Everything that a letter says, and what goes with it.
interface Letter4Organ {
  reference: string;
  number: string;
  title: string;
  to: string;
  body: string;
  from: string;
  day: string;
  contact: string;
  reply: string;
  texts: ReferralText[];
  entries: ListedEntry[];
}

// A piece of a document, for the page and for a file alike.
type Leaf = string | Tree;

interface Tree {
  tag: keyof HTMLElementTagNameMap;
  className: string;
  children: Leaf[];
}

// The official words of the letter, Chinese in every language of the desk; and the page's sentences:
// admin/desk/referral/package_words.py.
type LetterWords = Record<
  | "title"
  | "body"
  | "number"
  | "reference"
  | "attached"
  | "attached_text"
  | "attached_files"
  | "attached_list"
  | "seal"
  | "contact"
  | "text_title"
  | "unproven"
  | "list_title"
  | "list_name"
  | "list_size"
  | "list_about"
  | "list_later"
  | "about_text"
  | "about_letter"
  | "about_sheet"
  | "about_files"
  | "slip_title"
  | "slip_said"
  | "slip_received"
  | "slip_from"
  | "slip_done"
  | "slip_choices"
  | "slip_by"
  | "slip_phone"
  | "slip_reply"
  | "sums_head",
  string
>;

type ReferralSaid = Record<
  | "later"
  | "before"
  | "after"
  | "goes"
  | "strike"
  | "strike_all"
  | "restore"
  | "no_marks"
  | "marks_left"
  | "excluded"
  | "none_offered"
  | "no_key"
  | "fingerprint"
  | "choose_organ"
  | "choose_key"
  | "nothing"
  | "read_whole"
  | "unchecked"
  | "secret"
  | "too_large"
  | "total"
  | "working"
  | "failed"
  | "saved_not_sent"
  | "go"
  | "again"
  | "void"
  | "saved"
  | "printed"
  | "passphrase"
  | "sum"
  | "next"
  | "print"
  | "print_letter"
  | "file_kept"
  | "file_original"
  | "file_gone",
  string
>;

interface ReferralWords extends TipWords {
  referral: {
    said: ReferralSaid;
    marks: Record<MarkName, string>;
    letter: LetterWords;
  };
}

interface ReferralPage extends OpenTipPage {
  dataset: OpenTipPage["dataset"] & { sent: string; back: string; noted?: string };
}

interface ElementsById {
  referral: ReferralPage;
  organ: HTMLSelectElement;
  "key-checked": HTMLInputElement;
  "letter-body": HTMLTextAreaElement;
  "letter-contact": HTMLInputElement;
  "letter-from": HTMLInputElement;
  "letter-reply": HTMLInputElement;
  "letter-title": HTMLInputElement;
  "lock-key": HTMLInputElement;
  "lock-paper": HTMLInputElement;
  "lock-passphrase": HTMLInputElement;
  "read-whole": HTMLInputElement;
  "referral-fields": HTMLFieldSetElement;
  "referral-go": HTMLButtonElement;
}
