// What the scripts of the reporter's form hand to each other.

// A question as it stands in the page: its own element first, then its notes.
type Question = HTMLElement[];

// What is kept of a form that was written and not sent; and of a receipt that was not copied.
interface KeptForm {
  answers: [name: string, value: string][];
  receipt: Receipt | null;
}

// What the page tells once a tip is stored.
interface StoredTip {
  receipts: string[];
  isSupplement: boolean;
  lane: string;
  count: number;
  files?: { name: string; text: string }[];
}

// /tip/kinds.json: what helps besides, as HTML; what people say, "one|two", of each kind, and of what brings a question up.
interface KindWords {
  kinds: Words;
  asks: Words;
  aids: string;
}

// The form's fields that a script knows by name. Only young people's page says which it is.
interface TipForm extends HTMLFormElement {
  elements: HTMLFormControlsCollection & {
    what: HTMLTextAreaElement;
    contact: HTMLInputElement;
    page?: HTMLInputElement;
  };
}

// What stands in the form when the button is pressed.
interface TypedForm {
  fields: Answers;
  contact: string;
  website: string;
  files?: SentFiles;
}

// What a tip's session gives: the newest receipt first.
type SentTip = Pick<StoredTip, "receipts" | "isSupplement" | "lane">;

// A tip as it was sealed, to be sent until the server says that it has it.
interface Attempt {
  form: TypedForm;
  cover: Cover;
  isOther?: boolean;
}

interface SealedLetter {
  form: TypedForm;
  token: string;
  content: SentLetter;
  isApart: boolean;
}

interface SessionOptions {
  isPractice: boolean;
  onPost?: (receipt: Receipt) => Promise<void>;
}

// What a worker can do: each job takes one content, which travels to it and back as a copy.
type JobTable = Record<string, (content: never) => unknown>;

// Does a job where such are done.
type Run<Jobs extends JobTable> = <Job extends keyof Jobs>(
  job: Job,
  ...content: Parameters<Jobs[Job]>
) => Promise<Awaited<ReturnType<Jobs[Job]>>>;

type SealJobs = typeof import("../shared/sealing/jobs.js").JOBS;
type FileJobs = typeof import("./cleaning/jobs.js").JOBS;

// What a worker says: of itself, or of a job.
interface WorkerAnswer {
  id: number;
  result?: unknown;
  error?: string;
  isReady?: true;
  isAlive?: true;
}

// /tip/files/words, by admin/intake/js_api/file_words.py: sentences, two tables of them, and the limits.
type FileWords = Words & { uncleaned: Words; reasons: Words; limits: FileLimits };

interface FileLimits {
  most: number;
  fileMb: number;
  tipMb: number;
  plainMb: number;
}

// Where a file that was chosen stands; `again`: it was chosen on an earlier page.
type ChosenState = "looking" | "cleaning" | "undecided" | "ready" | "again" | "refused";
type UploadState = "queued" | "moving" | "paused" | "broken" | "whole" | "failed" | "dropped";

// What a file that is sent is to the one that was chosen.
type FileRole = "cleaned" | "kept" | "original";

// Why a picture could not be cleaned.
type Uncleaned = "kind" | "broken" | "large" | "browser" | "spoils";
type CleanCopy = { blob: Blob; reason?: undefined } | { blob?: undefined; reason: Uncleaned };

interface ChosenAs {
  name: string;
  type: string;
  mark: string;
  cleanName: string;
  size: number;
  wantsOriginal: boolean;
  photo: number;
}

// What is to be sent of a file that was chosen.
interface FilePiece {
  source: Blob;
  role: FileRole;
  name: string;
  type: string;
}

// The same, as this tab remembers it.
interface PieceKept {
  item: ChosenAs;
  role: FileRole;
  name: string;
  type: string;
  sourceSize: number;
  cleanDigest?: string;
}

// What opens a sealed file, and what it begins with; as base64 where it travels.
interface FileLock {
  identity: string;
  head: Uint8Array;
  key: Uint8Array;
}
type FileLockText = { [Part in keyof FileLock]: string };

// The parts that were sent: how many, the SHA-256 of all they hold, and that of the last one sealed.
interface SentPrefix {
  parts: number;
  digest: string;
  sealed: string;
}

// What an upload needs to go on.
interface UploadStand {
  ticket: string;
  keep: string;
  lock: FileLockText | null;
  done: number;
  prefix: SentPrefix | null;
  sha256: string;
  blob: string;
}

// What this tab keeps of it: locked, beside its ticket; and as it comes back.
type UploadBoxed = Omit<UploadStand, "ticket" | "keep"> & PieceKept;
type UploadKept = UploadStand & PieceKept;

// One sealed part, its SHA-256, and that of all clear bytes up to its end.
interface SealedPart {
  bytes: Bytes;
  digest: string;
  prefix: string;
}

// What an upload does its work with.
interface UploadTools {
  run: Run<FileJobs>;
  memory: import("./uploading/memory.js").Memory;
  proof: import("./uploading/proofs.js").Proofs;
  onChange: () => void;
}

// A field that a page's template has for files.
type FileInput = HTMLInputElement & { files: FileList };

// An upload, or in practice what looks like one.
interface FileUpload {
  length: number;
  state: UploadState;
  reason: string;
  blob: string;
  ticket: string;
  lock: { identity: string } | null;
  sha256: string;
  renewals?: number;
  isHeld?: boolean;
  readonly isOver: boolean;
  readonly share: number;
  describe?: () => PieceKept;
  onChange: () => void;
  reserve(): void;
  go(): Promise<void>;
  hold(): void;
  retry(): void;
  drop(): void;
  fail(reason: string): void;
  recheck(): Promise<void>;
}

// One of a single file.
type PieceUpload = FileUpload & Omit<FilePiece, "source"> & { sourceSize: number };

// What the server tells of an upload: with which part to go on, and whether all of it stands there.
interface UploadAnswer {
  next: number;
  whole: boolean;
}

interface Window {
  // Null in a page whose line is bad.
  DengshaoKinds?: {
    startKinds: typeof import("./kinds/kinds.js").startKinds;
    passedBy: typeof import("./kinds/officials.js").passedBy;
  };
  DengshaoNotices: typeof import("./sealing/notices.js");
  DengshaoPage: typeof import("./sealing/page.js").Page;
  DengshaoResult: typeof import("./sealing/result.js").Result;
  DengshaoSteps: typeof import("./form/steps.js").startSteps;
}
