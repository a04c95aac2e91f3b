// What must outlive a reload, a mis-tapped link, a phone that asks nothing: kept in this tab, sealed
// under a key that stands in the page alone and that only the server gives out again, for a day. The
// browser's own AES-GCM does it, so that it works without any other script, and without a line.

import { withStore } from "../../shared/form/kept.js";

const NAME = "dengshao.draft.";
const NONCE = 12;

// The sealed record of an earlier page of this tab, `{ticket, box}`; or null.
export function keptDraft(place) {
  return withStore((store) => JSON.parse(store.getItem(NAME + place)));
}

export function dropDraft(place) {
  withStore((store) => store.removeItem(NAME + place));
}

// Where records of one kind (`tip`, `tip.2`, …) lie, the oldest first: what cannot be opened yet is not
// written over.
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
export function freePlace(kind) {
  const last = keptPlaces(kind).pop();
  return last ? `${kind}.${numberOf(last) + 1}` : kind;
}

const numberOf = (place) => Number(place.split(".")[1] || 1);

export class Draft {
  // `given` is "ticket key" as the server put it into the page; empty in practice, where nothing is kept.
  constructor(place, given) {
    this.place = place;
    [this.ticket, this.key] = (given || "").split(" ");
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
export async function openBox(key, box) {
  const bytes = toBytes(box);
  const algorithm = { name: "AES-GCM", iv: bytes.subarray(0, NONCE) };
  const words = await crypto.subtle.decrypt(algorithm, await read(key), bytes.subarray(NONCE));
  return JSON.parse(new TextDecoder().decode(words));
}

const read = (key) =>
  crypto.subtle.importKey("raw", toBytes(key), "AES-GCM", false, ["encrypt", "decrypt"]);

const toBytes = (text) => Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));

// Twelve bytes are sixteen letters without an end of their own: the two texts stand one after the other.
const toText = (bytes) => btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(""));
