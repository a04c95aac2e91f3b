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
  content: object;
  isApart: boolean;
}

interface SessionOptions {
  isPractice: boolean;
  onPost?: (receipt: Receipt) => Promise<void>;
}

// What a worker says: of itself, or of a job.
interface WorkerAnswer {
  id: number;
  result?: unknown;
  error?: string;
  isReady?: true;
  isAlive?: true;
}

interface Window {
  DengshaoPage: typeof import("./sealing/page.js").Page;
  DengshaoResult: typeof import("./sealing/result.js").Result;
  DengshaoSteps: typeof import("./form/steps.js").startSteps;
}
