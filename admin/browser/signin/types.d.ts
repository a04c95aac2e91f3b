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
  units: KeyringUnit[];
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
interface UnitKeys {
  identities: string[];
  keyIds: string[];
  isOldOnly?: true;
  keyId?: string;
  identity?: string;
  recipient?: string;
  recovery?: string;
  isVouched?: boolean;
}

interface OpenedKeys {
  name: string;
  recipient: string;
  units: Record<string, UnitKeys>;
}

// What opens a member's keys.
interface Secrets {
  name: string;
  passphrase: string;
  code: string;
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
