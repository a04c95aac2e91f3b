// What the mailbox's scripts hand to each other.

// All that needs keys; mailbox-keys.js leaves it in the page.
type MailboxTools = typeof import("./entries/mailbox-keys.js").tools;

// One place of the talk as it is shown. `trouble` is "" or says why it cannot be believed.
interface TalkEntry {
  number: number;
  side: "staff" | "reporter";
  day: string;
  body: string;
  act?: string;
  trouble: string;
}

// A letter that is sealed and not yet known to be stored.
interface PendingLetter {
  kind: MessageKind;
  body: string;
  content: SentLetter;
  token: string;
}

// A form with the one field for a letter's words.
interface LetterForm extends HTMLFormElement {
  elements: HTMLFormControlsCollection & { words: HTMLTextAreaElement };
}

interface OpenForm extends HTMLFormElement {
  elements: HTMLFormControlsCollection & { receipt: HTMLInputElement };
}

// Tells how far a step is.
type Say = (sentence: string) => void;

interface Window {
  dengshaoMailbox: MailboxTools;
}
