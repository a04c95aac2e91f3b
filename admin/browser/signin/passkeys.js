// Passkeys: made, asked to sign, and asked for the secret that some of them give (PRF).
//
// That secret locks the member code on this computer. It never leaves the browser: what is posted is
// built here by hand, without the results of extensions, where `toJSON()` would put it in.

import { toUtf8 } from "../shared/bytes.js";

const PRF_INPUT = toUtf8("dengshao member code v1");
const RANDOM = 32;

/** @typedef {PublicKeyCredential & { response: AuthenticatorAttestationResponse }} Made */
/** @typedef {PublicKeyCredential & { response: AuthenticatorAssertionResponse }} Used */

export const isAble = () => Boolean(window.PublicKeyCredential && navigator.credentials);

// `options` are the server's. Resolves to what is posted.
/** @type {(options: any) => Promise<object>} */
export async function makePasskey(options) {
  const publicKey = Object.assign({}, options, {
    challenge: fromBase64Url(options.challenge),
    user: Object.assign({}, options.user, { id: fromBase64Url(options.user.id) }),
    excludeCredentials: withIds(options.excludeCredentials),
    // Asked for now, so that the authenticator makes the secret along with the key.
    extensions: { prf: {} },
  });
  const made = /** @type {Made} */ (await navigator.credentials.create({ publicKey }));
  return toPost(made, {
    attestationObject: toBase64Url(made.response.attestationObject),
    transports: made.response.getTransports ? made.response.getTransports() : [],
  });
}

// Resolves to `{posted, credential, secret}`; `secret` is null where the authenticator gives none.
/** @type {(options: any) => Promise<{ posted: object } & PasskeySecret>} */
export async function usePasskey(options) {
  const publicKey = Object.assign({}, options, {
    challenge: fromBase64Url(options.challenge),
    allowCredentials: withIds(options.allowCredentials),
    extensions: { prf: { eval: { first: PRF_INPUT } } },
  });
  const used = /** @type {Used} */ (await navigator.credentials.get({ publicKey }));
  const { response } = used;
  const posted = toPost(used, {
    authenticatorData: toBase64Url(response.authenticatorData),
    signature: toBase64Url(response.signature),
    userHandle: response.userHandle ? toBase64Url(response.userHandle) : null,
  });
  return { posted, credential: toBase64Url(used.rawId), secret: secretOf(used) };
}

// The secret alone, with nobody to prove anything to: the challenge goes nowhere.
/** @type {(credentials: string[]) => Promise<PasskeySecret>} */
export async function askSecret(credentials) {
  const challenge = toBase64Url(crypto.getRandomValues(new Uint8Array(RANDOM)));
  const allowCredentials = credentials.map((id) => ({ id, type: "public-key" }));
  const { credential, secret } = await usePasskey({ challenge, allowCredentials, timeout: 60000 });
  return { credential, secret };
}

/** @type {(used: PublicKeyCredential) => Bytes | null} */
function secretOf(used) {
  const { prf } = used.getClientExtensionResults();
  return prf && prf.results && prf.results.first
    ? new Uint8Array(/** @type {ArrayBuffer} */ (prf.results.first))
    : null;
}

/** @type {(made: PublicKeyCredential, response: object) => object} */
const toPost = (made, response) => ({
  id: made.id,
  rawId: toBase64Url(made.rawId),
  type: made.type,
  clientExtensionResults: {},
  response: Object.assign({ clientDataJSON: toBase64Url(made.response.clientDataJSON) }, response),
});

/** @type {(list?: { id: string }[]) => object[]} */
const withIds = (list) =>
  (list || []).map((one) => Object.assign({}, one, { id: fromBase64Url(one.id) }));

/** @type {(buffer: ArrayBuffer | Uint8Array) => string} */
function toBase64Url(buffer) {
  const binary = Array.from(new Uint8Array(buffer), (byte) => String.fromCharCode(byte)).join("");
  return btoa(binary).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");
}

/** @type {(text: string) => Bytes} */
function fromBase64Url(text) {
  const binary = atob(text.replace(/-/g, "+").replace(/_/g, "/"));
  return Uint8Array.from(binary, (character) => character.charCodeAt(0));
}
