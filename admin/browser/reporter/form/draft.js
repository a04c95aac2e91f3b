// What must outlive a reload, a mis-tapped link, a phone that asks nothing: kept in this tab, sealed
// under a key that stands in the page alone and that only the server gives out again, for a day. The
// browser's own AES-GCM does it, so that it works without any other script, and without a line.

import { withStore } from "../../shared/form/kept.js";

const NAME = "dengshao.draft.";
const NONCE = 12;

// The sealed record of an earlier page of this tab, `{ticket, box}`; or null.
/** @type {(place: string) => { ticket: string, box: string } | null} */
export function keptDraft(place) {
  return withStore((store) => JSON.parse(/** @type {string} */ (store.getItem(NAME + place))));
}

/** @type {(place: string) => void} */
export function dropDraft(place) {
  withStore((store) => store.removeItem(NAME + place));
}

// Where records of one kind (`tip`, `tip.2`, …) lie, the oldest first: what cannot be opened yet is not
// written over.
/** @type {(kind: string) => string[]} */
export function keptPlaces(kind) {
  const names = withStore((store) => Object.keys(store)) || [];
  const places = names
    .filter((name) => name.startsWith(NAME))
    .map((name) => name.slice(NAME.length));
  const found = places.filter(
    (place) => place === kind || /^[.]\d+$/.test(place.replace(kind, "")),
  );
  return found.sort((one, other) => numberOf(one) - numberOf(other));
}

// The place behind all of them.
/** @type {(kind: string) => string} */
export function freePlace(kind) {
  const last = keptPlaces(kind).pop();
  return last ? `${kind}.${numberOf(last) + 1}` : kind;
}

/** @type {(place: string) => number} */
const numberOf = (place) => Number(place.split(".")[1] || 1);

export class Draft {
  // `given` is "ticket key" as the server put it into the page; empty in practice, where nothing is kept.
  /**
   * @param {string} place
   * @param {string} [given]
   */
  constructor(place, given) {
    this.place = place;
    const [ticket, key] = (given || "").split(" ");
    this.ticket = ticket;
    this.key = key;
    this.turn = 0;
    // Whoever leaves at once has emptied the storage: nothing may be written after that.
    document.addEventListener("leave", () => {
      this.ticket = "";
      this.wipe();
    });
  }

  get mayKeep() {
    return Boolean(this.ticket && window.crypto && crypto.subtle);
  }

  // The latest content wins. Resolves with whether it is kept, and with null where something newer
  // tells. Older words must not come back as if they were these: they go where these find no room.
  /** @type {(content: object) => Promise<boolean | null>} */
  async save(content) {
    if (!this.mayKeep) return false;
    this.turn += 1;
    const turn = this.turn;
    const { ticket } = this;
    const box = await lock(this.key, content);
    // Something newer was said, or all of it thrown away, while it was being sealed.
    if (turn !== this.turn) return null;
    const isKept = Boolean(box) && this.write(JSON.stringify({ ticket, box }));
    if (!isKept) dropDraft(this.place);
    return isKept;
  }

  /** @type {(record: string) => boolean} */
  write(record) {
    const name = NAME + this.place;
    withStore((store) => store.setItem(name, record));
    return withStore((store) => store.getItem(name)) === record;
  }

  wipe() {
    this.turn += 1;
    dropDraft(this.place);
  }
}

// Null where the browser will not.
/** @type {(key: string, content: object) => Promise<string | null>} */
async function lock(key, content) {
  try {
    const iv = crypto.getRandomValues(new Uint8Array(NONCE));
    const words = new TextEncoder().encode(JSON.stringify(content));
    const sealed = await crypto.subtle.encrypt({ name: "AES-GCM", iv }, await read(key), words);
    return toText(iv) + toText(new Uint8Array(sealed));
  } catch {
    return null;
  }
}

// Throws where it was changed, or the key is another one.
/** @type {(key: string, box: string) => Promise<any>} */
export async function openBox(key, box) {
  const bytes = toBytes(box);
  const algorithm = { name: "AES-GCM", iv: bytes.subarray(0, NONCE) };
  const words = await crypto.subtle.decrypt(algorithm, await read(key), bytes.subarray(NONCE));
  return JSON.parse(new TextDecoder().decode(words));
}

/** @type {(key: string) => Promise<CryptoKey>} */
const read = (key) =>
  crypto.subtle.importKey("raw", toBytes(key), "AES-GCM", false, ["encrypt", "decrypt"]);

/** @type {(text: string) => Bytes} */
const toBytes = (text) => Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));

// Twelve bytes are sixteen letters without an end of their own: the two texts stand one after the other.
/** @type {(bytes: Uint8Array) => string} */
const toText = (bytes) => btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(""));
