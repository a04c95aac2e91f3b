// Passkeys: made, asked to sign, and asked for the secret that some of them give (PRF).
//
// That secret locks the member code on this computer, or opens the member's identity: one_touch/. It
// never leaves the browser: what is posted is built here by hand, without the results of extensions,
// where `toJSON()` would put it in.

import { toUtf8 } from "../shared/bytes.js";

/** @type {PrfInputs} */
const CODE = { first: toUtf8("dengshao member code v1") };
const RANDOM = 32;
// Of the flags in an authenticator's data: the passkey may go to other devices, by a cloud.
const [FLAGS, TRAVELS] = [32, 0x08];

/** @typedef {PublicKeyCredential & { response: AuthenticatorAttestationResponse }} Made */
/** @typedef {PublicKeyCredential & { response: AuthenticatorAssertionResponse }} Used */

export const isAble = () => Boolean(window.PublicKeyCredential && navigator.credentials);

// `options` are the server's. Resolves to what is posted, and to what is known of the passkey.
/** @type {(options: any, inputs?: PrfInputs) => Promise<MadePasskey>} */
export async function makePasskey(options, inputs = CODE) {
  const publicKey = Object.assign({}, options, {
    challenge: fromBase64Url(options.challenge),
    user: Object.assign({}, options.user, { id: fromBase64Url(options.user.id) }),
    excludeCredentials: withIds(options.excludeCredentials),
    // Asked for now, so that the authenticator makes the secret along with the key.
    extensions: { prf: { eval: inputs } },
  });
  const made = /** @type {Made} */ (await navigator.credentials.create({ publicKey }));
  const { response } = made;
  const posted = toPost(made, {
    attestationObject: toBase64Url(response.attestationObject),
    transports: response.getTransports ? response.getTransports() : [],
  });
  const { prf } = made.getClientExtensionResults();
  const travels = Boolean(
    response.getAuthenticatorData &&
      new Uint8Array(response.getAuthenticatorData())[FLAGS] & TRAVELS,
  );
  return { posted, credential: toBase64Url(made.rawId), gives: Boolean(prf?.enabled), travels };
}

// `secret` is null where the authenticator gives none, `second` too where no second one was asked for.
/** @type {(options: any, inputs?: PrfInputs) => Promise<UsedPasskey>} */
export async function usePasskey(options, inputs = CODE) {
  const publicKey = Object.assign({}, options, {
    challenge: fromBase64Url(options.challenge),
    allowCredentials: withIds(options.allowCredentials),
    extensions: { prf: { eval: inputs } },
  });
  const used = /** @type {Used} */ (await navigator.credentials.get({ publicKey }));
  const { response } = used;
  const posted = toPost(used, {
    authenticatorData: toBase64Url(response.authenticatorData),
    signature: toBase64Url(response.signature),
    userHandle: response.userHandle ? toBase64Url(response.userHandle) : null,
  });
  const { prf } = used.getClientExtensionResults();
  const [secret, second] = [prf?.results?.first, prf?.results?.second].map(bytesOf);
  return { posted, credential: toBase64Url(used.rawId), secret, second };
}

// The secret alone, with nobody to prove anything to: the challenge goes nowhere.
/** @type {(credentials: string[]) => Promise<PasskeySecret>} */
export async function askSecret(credentials) {
  const challenge = toBase64Url(crypto.getRandomValues(new Uint8Array(RANDOM)));
  const allowCredentials = credentials.map((id) => ({ id, type: "public-key" }));
  const { credential, secret } = await usePasskey({ challenge, allowCredentials, timeout: 60000 });
  return { credential, secret };
}

/** @type {(found?: BufferSource) => Bytes | null} */
const bytesOf = (found) => (found ? new Uint8Array(/** @type {ArrayBuffer} */ (found)) : null);

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
