// Messages between staff and a reporter: what `Envelope` in admin/sealing/payload.py does.

import { hmac } from "@noble/hashes/hmac.js";
import { sha256 } from "@noble/hashes/sha2.js";
import { equal, fromUtf8, toHex, toUtf8 } from "../bytes.js";
import { isDay } from "../day.js";

export const TIP_STEP = 8192;
// What an ordinary tip is filled up to, with a contact or without; longer ones grow in steps.
export const TIP_CLASS = 2 * TIP_STEP;
export const LABEL_STEP = 512;
export const MESSAGE_STEP = 4096;
const KINDS = ["message", "supplement", "danger", "withdraw"];
const DIRECTIONS = ["staff", "reporter"];
const SPACE = 0x20;

// What was opened is not what we write.
export class BadContent extends Error {
  /** @param {string} message */
  constructor(message) {
    super(message);
    this.name = "BadContent";
  }
}

// Not written by one who holds this tip's key, or not for this tip.
export class WrongMac extends BadContent {
  constructor() {
    super("a message that does not belong to this tip");
    this.name = "WrongMac";
  }
}

// A message is missing, repeated or out of order.
export class BrokenChain extends BadContent {
  /**
   * @param {number} found
   * @param {number} expected
   */
  constructor(found, expected) {
    super(`message ${found} where ${expected} must stand`);
    this.name = "BrokenChain";
  }
}

// Fills up with spaces to the next whole step; what is whole already stays.
/** @type {(bytes: Uint8Array, step: number) => Bytes} */
export function pad(bytes, step) {
  const padded = new Uint8Array(Math.ceil(bytes.length / step) * step).fill(SPACE);
  padded.set(bytes);
  return padded;
}

// The same to a length that is given, unless there is more already.
/** @type {(bytes: Uint8Array, length: number) => Uint8Array} */
export const padTo = (bytes, length) => (bytes.length < length ? pad(bytes, length) : bytes);

/** @type {(bytes: Uint8Array) => Uint8Array} */
function unpad(bytes) {
  let end = bytes.length;
  while (end && bytes[end - 1] === SPACE) end -= 1;
  return bytes.subarray(0, end);
}

/** @type {(bytes: Uint8Array) => string} */
export const digestOf = (bytes) => toHex(sha256(unpad(bytes)));

// `day` stands in the first line, where without one nothing but one of two words stands.
/**
 * @param {Uint8Array} talk
 * @param {Omit<Place, "previous"> & { body: string, day?: string }} message
 */
export function messageMac(talk, { direction, reference, number, body, day = "" }) {
  const first = day ? `${direction} ${day}` : direction;
  return toHex(hmac(sha256, talk, toUtf8(`${first}\n${reference}\n${number}\n${body}`)));
}

// Returns the padded bytes to seal, and the digest that stands in clear beside them. `day` is that of an
// answer, so that no row says another; the reporter's messages have none.
/**
 * @param {string} body
 * @param {Uint8Array} talk
 * @param {Place & { kind: MessageKind, day?: string }} place
 */
export function makeEnvelope(
  body,
  talk,
  { kind, direction, reference, number, previous, day = "" },
) {
  // A lone surrogate would be written one way in the JSON and another way under the MAC.
  const wellFormed = fromUtf8(toUtf8(body));
  const mac = messageMac(talk, { direction, reference, number, body: wellFormed, day });
  const content = { v: 1, kind, direction, reference, number, previous, body: wellFormed, mac };
  const whole = Object.assign(content, day ? { day } : {});
  const bytes = pad(toUtf8(JSON.stringify(whole)), MESSAGE_STEP);
  return { bytes, digest: digestOf(bytes) };
}

// Reads an envelope without trusting it: `verifyEnvelope` is what callers want.
/** @type {(bytes: Uint8Array) => Envelope} */
export function parseEnvelope(bytes) {
  const content = /** @type {any} */ (parse(bytes));
  const texts = ["kind", "direction", "reference", "previous", "body", "mac"];
  const hasDay = "day" in content;
  const whole =
    content.v === 1 &&
    Object.keys(content).length === texts.length + (hasDay ? 3 : 2) &&
    (!hasDay || isDay(content.day)) &&
    texts.every((name) => typeof content[name] === "string") &&
    Number.isSafeInteger(content.number) &&
    content.number >= 1;
  if (!whole || !KINDS.includes(content.kind) || !DIRECTIONS.includes(content.direction)) {
    throw new BadContent("a malformed message");
  }
  return content;
}

// Returns the message, or throws unless it is the one that belongs at this place.
/** @type {(bytes: Uint8Array, talk: Uint8Array, place: Place) => Envelope} */
export function verifyEnvelope(bytes, talk, { direction, reference, number, previous }) {
  const envelope = parseEnvelope(bytes);
  const expected = messageMac(talk, Object.assign({}, envelope, { direction, reference }));
  const samePlace = envelope.direction === direction && envelope.reference === reference;
  if (!samePlace || !equal(toUtf8(envelope.mac), toUtf8(expected))) throw new WrongMac();
  if (envelope.number !== number || envelope.previous !== previous) {
    throw new BrokenChain(envelope.number, number);
  }
  return envelope;
}

// Returns the JSON of a tip or label that was opened.
/** @type {(bytes: Uint8Array, kind: string) => Record<string, unknown>} */
export function parseContent(bytes, kind) {
  const content = parse(bytes);
  if (content.v !== 1 || content.kind !== kind) throw new BadContent("another kind of content");
  return content;
}

/** @type {(bytes: Uint8Array) => Record<string, unknown>} */
function parse(bytes) {
  let content;
  try {
    content = JSON.parse(fromUtf8(bytes));
  } catch {
    throw new BadContent("not JSON");
  }
  if (content === null || typeof content !== "object") throw new BadContent("not JSON");
  return content;
}
