// What a member's browser holds and what the desk's server tells it of keys.

// One key of a unit, as /desk/keyring.json gives it.
interface KeyringUnit {
  id: string;
  unit_id: string;
  recipient: string;
  recovery: string;
  grant: string;
  roster: [name: string, recipient: string][];
  roster_mac: string;
  retired: boolean;
  succeeds: string | null;
  vouch: string | null;
}

interface Keyring {
  name: string;
  recipient: string;
  sealed_identity: string;
  wrap_key: string;
  reads_labels: boolean;
  waits: boolean;
  units: KeyringUnit[];
  // Of the member's unit, where it was made before somebody leaves, and they were given it.
  next: KeyringUnit | null;
}

// One key of a unit, opened.
interface OpenedKey {
  identity: string;
  recipient: string;
  recovery: string;
  unitId: string;
  id: string;
  isRetired: boolean;
  succeeds: string | null;
  vouch: string | null;
}

// All keys that a member holds of a unit; see gather in open.js.
interface HeldKeys {
  identities: string[];
  keyIds: string[];
  next?: { recipient: string; recovery: string };
}

interface CurrentKeys extends HeldKeys {
  isOldOnly?: undefined;
  keyId: string;
  identity: string;
  recipient: string;
  recovery: string;
  isVouched?: boolean;
}

interface OldKeys extends HeldKeys {
  isOldOnly: true;
  keyId?: undefined;
  identity?: undefined;
  recipient?: undefined;
  recovery?: undefined;
  isVouched?: undefined;
}

type UnitKeys = CurrentKeys | OldKeys;

// `waiting` is the own identity of who has no key of their unit yet; `heard` is for which key of their
// unit was read out to them as they joined in this tab.
interface OpenedKeys {
  name: string;
  recipient: string;
  units: Record<string, UnitKeys>;
  // The own identity of a dispatcher.
  own?: string;
  waiting?: string;
  heard?: Heard;
}

interface Heard {
  unit: string;
  fingerprint: string;
}

// What passphrase and code were stretched to; `seal` is the salt of the sealed identity.
interface Stretched {
  seal: string;
  auth: string;
  key: Uint8Array;
}

interface MadeUnit {
  identity: string;
  recipient: string;
  recovery: string;
}

// A dispatcher for whom a holder of the unit's key vouched: label_readers.js.
type LabelReader = [name: string, recipient: string, mac: string];

// What opens a member's keys.
interface Secrets {
  name: string;
  passphrase: string;
  code: string;
}

// What was typed to sign in: without a code where this computer keeps it under a passkey.
interface WholeSecrets extends Secrets {
  isTyped?: boolean;
}

interface TypedSecrets extends Omit<WholeSecrets, "code"> {
  code: string | null;
}

// A code that lies on this computer under a passkey's secret.
interface SealedCode {
  credential: string;
  iv: string;
  sealed: string;
}

interface RememberedCodes {
  last: string;
  codes: Record<string, string | SealedCode>;
}

// What a passkey gave: `secret` is null where its authenticator gives none.
interface PasskeySecret {
  credential: string;
  secret: Bytes | null;
}

// What a passkey is asked to make secrets of.
type PrfInputs = AuthenticationExtensionsPRFValues;

interface UsedPasskey extends PasskeySecret {
  posted: object;
  second: Bytes | null;
}

// `gives` a secret, says its authenticator; it `travels` where a cloud takes it to other devices.
interface MadePasskey {
  posted: object;
  credential: string;
  gives: boolean;
  travels: boolean;
}

// What one touch opens.
interface OwnIdentity {
  name: string;
  identity: string;
}

// Which second factors a member has, as the server says; and what showing one brought.
interface SecondAsked {
  name?: string;
  totp: boolean;
  passkeys: number;
}

interface SecondShown extends Partial<PasskeySecret> {
  next?: string;
}

// What the server answers at a step of the second factor.
interface SecondAnswer extends SecondShown {
  csrf?: string;
  codes?: string[];
}

// A page's policy for scripts' addresses; TypeScript's own library has none.
interface ScriptPolicy {
  createScriptURL(url: string): string;
}

interface Window {
  trustedTypes?: {
    createPolicy(name: string, rules: ScriptPolicy): ScriptPolicy;
  };
}

// What was thrown, as far as a page asks: its own names and the server's sentences.
interface Thrown {
  name?: string;
  sentence?: string;
  status?: number;
  field?: HTMLElement;
}

// Name and public key of each who holds a unit's key.
type Roster = KeyringUnit["roster"];

// What the desk's worker does, each of its jobs by name: entries/desk-worker.js.
interface DeskJobs {
  signIn(job: ToStretch): string;
  seal(job: ToStretch): Uint8Array;
  reseal(job: { unit: ResealKeys; bundle: OldBundle }): Promise<NewBundle>;
  compare(job: { unit: CompareKeys; both: BothBundles }): Promise<Compared>;
  sealCase(job: { recipient: string; passphrase: string; bytes: Uint8Array }): Promise<Uint8Array>;
  resealFile(job: { unit: ResealKeys; sealed: string }): Promise<string>;
  pack(job: PackJob): Promise<PackedTip>;
  packBack(job: PackBackJob): Promise<Pick<Bundle, "length" | "messages" | "notes">>;
  contentOf(job: { identities: string[]; bundle: NamedBundle }): Promise<string | null>;
}

// A tip on its way to another unit: signin/transfer/packing.js. `holdsAll` is as in ResealKeys.
interface NamedBundle extends Bundle {
  reference: string;
}

interface Opener {
  identities: string[];
  holdsAll: boolean;
}

interface PackJob {
  opener: Opener;
  to: { id: string; recipients: string[] };
  routes: Routes;
  bundle: NamedBundle;
  note: { number: string; own: string } | null;
}

interface PackBackJob extends Omit<PackJob, "note"> {
  reporter: string;
}

interface PackedTip extends Bundle {
  mark: string;
  content_mac: string;
}

// /desk/transfers/next.json, by admin/desk/transfer/list_views.py.
interface UncheckedTransfers {
  to: string;
  tips: string[];
  riddle: string;
  words: TransferWords;
}

// What a page says of transfers, by admin/desk/transfer/words.py.
type TransferWords = Record<
  | "excluded"
  | "excluded_back"
  | "false_key"
  | "false_routes"
  | "not_opened"
  | "not_arrived"
  | "choose"
  | "working"
  | "checking"
  | "checked"
  | "differs",
  string
>;

// Asks it for one: what is sent, and what comes back, follow from the job's name.
type AskWorker = <Name extends keyof DeskJobs>(
  job: { job: Name } & Parameters<DeskJobs[Name]>[0],
) => Promise<Awaited<ReturnType<DeskJobs[Name]>>>;

// `salt` is hexadecimal.
interface ToStretch {
  passphrase: string;
  code: string;
  salt: string;
}

// What a worker opens and seals with; `holdsAll` is told of in renewal/bundle.js.
interface ResealKeys {
  identities: string[];
  identity: string;
  recipient: string;
  recovery: string;
  holdsAll: boolean;
}

// What seals for whom this member is not: the identities open, the recipients may be another unit's.
type SealKeys = Omit<ResealKeys, "identity">;

type CompareKeys = Pick<ResealKeys, "identity" | "identities">;

// A tip's sealed files in base64, as admin/renewal/parts.py writes them; messages and notes by number.
interface Bundle {
  length: number;
  sealed: string;
  label: string;
  messages: Record<string, string>;
  notes: Record<string, string>;
}

// /desk/reseal/tips/….json, and what is posted there.
interface OldBundle extends Bundle {
  old: string;
  reference: string;
}

interface NewBundle extends Bundle {
  old: string;
  content_mac: string;
}

// /desk/reseal/next.json, by admin/renewal/resealing_views.py.
interface ResealBatch {
  to: string;
  fingerprint: string;
  confirmed: boolean;
  riddle: string;
  left: number;
  more: boolean;
  keys: string[];
  tips: string[];
  shift_notes: { id: string; old: string; sealed: string }[];
  words: ResealWords;
}

// What sealing anew works with: renewal/reseal.js.
type ResealEnd = "done" | "stuck" | "stale";
type ResealState = ResealEnd | "waiting" | "working" | "offline";

interface ResealNumbers {
  left?: number;
  first?: number;
  more?: boolean;
  stuck?: number;
}

interface ResealIo {
  next(skip: number): Promise<ResealBatch>;
  read(reference: string): Promise<OldBundle>;
  move(reference: string, body: NewBundle & { to: string }): Promise<unknown>;
  moveNote(id: string, body: { to: string; sealed: string }): Promise<unknown>;
  seal(bundle: OldBundle): Promise<NewBundle>;
  sealFile(sealed: string): Promise<string>;
  wait(seconds: number): Promise<unknown>;
  rest(): Promise<void>;
  shuffle(references: string[]): string[];
  tell(state: ResealState, numbers: ResealNumbers): void;
}

// /desk/reseal/moved/next.json and …/….json, by admin/renewal/checking_views.py.
interface MovedBatch {
  to: string;
  tips: string[];
  riddle: string;
  words: ResealWords;
}

interface BothBundles {
  reference: string;
  now: Bundle;
  kept: Bundle;
}

interface MovedTip extends BothBundles {
  by: string;
  day: string;
  must_compare: boolean;
  riddle: string;
}

// What a second browser found; `compared` and the MAC are missing where the new files do not open.
interface Compared {
  verdict: "same" | "changed" | "unopened";
  compared?: boolean;
  content_mac?: string;
}

type CheckWords = Pick<ResealWords, "checking" | "checked" | "differs">;

interface CheckIo<Both extends { must_compare: boolean } = MovedTip> {
  next(): Promise<Omit<MovedBatch, "words"> & { words: CheckWords }>;
  read(reference: string): Promise<Both>;
  confirm(reference: string, body: Omit<Compared, "verdict"> & { proof: string }): Promise<unknown>;
  doubt(reference: string, body: { proof: string }): Promise<unknown>;
  compare(both: Both): Promise<Compared>;
  solve(riddle: string): Promise<string>;
  tell(state: "checking" | "checked" | "differs", sentence: string): void;
}

// /desk/unit/roster.json, by admin/unit_keys/views.py.
interface UnitRoster {
  unit_id: string;
  recipient: string;
  recovery: string;
  roster: Roster;
  roster_mac: string;
  waiting: WaitingMember[];
}

// `heard` is what a holder heard of their 核对码 while they joined.
interface WaitingMember {
  name: string;
  recipient: string;
  heard: { code: string; mac: string } | null;
}

// /desk/unit/renew.json and recover.json, by admin/renewal/views.py.
interface RenewalAsked extends Omit<UnitRoster, "waiting"> {
  old: string;
  // Those too who are about to leave.
  suspended: string[];
  planned: boolean;
  riddle: string;
}

interface RecoveryAsked {
  unit_id: string;
  old: string;
  recovery: string;
  riddle: string;
  is_held: boolean;
  older: { id: string; recovery: string }[];
  current: { recipient: string; recovery: string; vouch: string | null };
  me: { name: string; recipient: string };
}

// A unit's key that was made in this browser: what goes on paper, and what is posted.
interface MadeKey<Posted = object> {
  halves: string[];
  fingerprint: string;
  posted: Posted;
}

interface FirstKey extends MadeKey<{ recipient: string; recovery: string }> {
  identity: string;
}

interface NextKey
  extends MadeKey<{
    recipient: string;
    recovery: string;
    roster_mac: string;
    vouch: string;
    grants: Record<string, string>;
  }> {
  identity: string;
}

// A member's own keys that were made in this browser.
interface MadeMember {
  code: string;
  fingerprint: string;
  posted: { recipient: string; salt: string; auth_hash: string; sealed_identity: string };
  stretched: Stretched;
}

// Who was invited, as /desk/join/… and /desk/setup/code tell.
interface Invited {
  name: string;
  unit: string;
  roles: string[];
  made_by: string;
  unit_key?: { id: string; recipient: string; recovery: string } | null;
}

// Who joins, with the identity that was made for them.
interface Newcomer {
  name: string;
  identity: string;
  recipient: string;
}

// The sentences of pages by their names: admin/signin/words.py, members/joining_words.py and
// renewal/words.py.
type SignInWords = Record<
  | "no_name"
  | "no_passphrase"
  | "bad_code"
  | "working"
  | "opened"
  | "wrong_secret"
  | "keys_changed"
  | "signed_out"
  | "no_server"
  | "code_kept_sealed"
  | "too_old",
  string
>;

type SecondWords = Record<
  | "no_code"
  | "no_recovery"
  | "working"
  | "done"
  | "touch"
  | "no_passkey"
  | "no_passkeys_here"
  | "signed_out"
  | "no_server"
  | "code_sealed"
  | "code_not_sealed"
  | "new_codes"
  | "remove",
  string
>;

type TouchWords = Record<
  | "touch"
  | "opened"
  | "not_shown"
  | "no_secret"
  | "keys_changed"
  | "signed_out"
  | "no_server"
  | "no_passphrase"
  | "bad_code"
  | "wrong_secret"
  | "code_kept_sealed"
  | "opening"
  | "make"
  | "try"
  | "gives_none"
  | "travels"
  | "exists"
  | "made",
  string
>;

type FormWords = Record<"too_old" | "offline" | "failed", string>;

interface JoinWords
  extends FormWords,
    Record<
      | "no_token"
      | "no_code"
      | "no_setup_code"
      | "no_name"
      | "short"
      | "different"
      | "making"
      | "sending"
      | "wrong_group"
      | "proposed"
      | "unit_changed"
      | "misheard"
      | "unit_changed_do",
      string
    > {
  progress: ProgressWords;
  facts: string[];
  min_length: number;
  syllables: string[];
}

interface UnitWords
  extends FormWords,
    Record<
      | "making"
      | "sending"
      | "wrong_half"
      | "no_fingerprint"
      | "wrong_print"
      | "wrong_print_do"
      | "wrong_reader"
      | "confirm_wrong"
      | "roster_changed"
      | "roster_changed_do"
      | "gone"
      | "handing"
      | "handed"
      | "not_whole"
      | "wrong_group"
      | "wrong_member"
      | "other_key"
      | "heard_kept"
      | "code_made",
      string
    > {
  progress: ProgressWords;
}

interface RenewalWords
  extends FormWords,
    Record<
      | "making"
      | "sending"
      | "wrong_half"
      | "roster_changed"
      | "no_half"
      | "bad_half"
      | "not_a_pair"
      | "same_half"
      | "opened"
      | "no_new_key"
      | "unvouched",
      string
    > {}

type ResealWords = Record<
  | "title"
  | "left"
  | "done"
  | "waiting"
  | "pause"
  | "resume"
  | "paused"
  | "paused_uncounted"
  | "offline"
  | "checking"
  | "checked"
  | "differs"
  | "stuck",
  string
>;

// The pages, with what their templates write into them.
interface JoiningPage extends HTMLElement {
  dataset: { words: string; kind: "setup" | "join" | "head"; me?: string };
}

interface UnitPage extends HTMLElement {
  dataset: { words: string; unit: string; me: string; holds: "yes" | "no"; ready?: string };
}

interface RenewalPage extends HTMLElement {
  dataset: { words: string; unit: string; ready?: string };
}

interface AccountPage extends HTMLElement {
  dataset: { words: string; name: string; passkeys: string; totp: string; mayChange: string };
}

interface RemoveButton extends HTMLButtonElement {
  dataset: { remove: string };
}

interface SecondPage extends HTMLElement {
  dataset: { words: string; name?: string; totp?: string; passkeys?: string };
}

// The same where a sign-in waits for the second factor.
interface PendingPage extends SecondPage {
  dataset: Required<SecondPage["dataset"]>;
}

// One of the members of the demonstration; the first option is none.
interface DemoOption extends HTMLOptionElement {
  dataset: { name: string; passphrase: string; code: string };
}

interface SecretsPage extends HTMLFormElement {
  dataset: { words: string; next?: string };
}

interface ConfirmForm extends HTMLFormElement {
  dataset: { unit: string; recipient: string; recovery: string; next?: string };
}

// A form of which each row of a list has one.
interface NamedForm extends HTMLFormElement {
  dataset: { name: string; spoken?: "yes" | "no"; unit?: string };
}

// A head's form for one dispatcher: vouching.js.
interface VouchForm extends HTMLFormElement {
  dataset: { name: string; recipient: string };
}

interface CopyButton extends HTMLButtonElement {
  dataset: { copy: string; copied: string };
}

// How far a unit's opening is: admin/unit_keys/progress.py; the page's words beside it.
interface UnitProgress {
  unit: string;
  title: string;
  stage: string;
  steps: { title: string; state: "done" | "now" | "later" }[];
  who: string;
  what: string;
  why: string;
  mine: boolean;
  members: [readers: number, holders: number];
}

type ProgressWords = Record<
  "title" | "turn" | "mine" | "done" | "now" | "later" | "reload",
  string
>;

interface ElementsById {
  account: AccountPage;
  again: HTMLInputElement;
  choose: HTMLFormElement;
  code: HTMLInputElement;
  copied: HTMLFormElement;
  "demo-member": HTMLSelectElement;
  group: HTMLInputElement;
  "halves-copied": HTMLFormElement;
  joining: JoiningPage;
  name: HTMLInputElement;
  "new-codes": HTMLButtonElement;
  passphrase: HTMLInputElement;
  recover: RenewalPage;
  remember: HTMLInputElement;
  renew: RenewalPage;
  second: SecondPage;
  show: HTMLInputElement;
  unit: UnitPage;
}
