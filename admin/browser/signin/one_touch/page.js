// One touch on the pages where one signs in or unlocks: a button, and what it says.

import { byId, findById } from "../../shared/page/dom.js";
import { isAble } from "../passkeys.js";

// In localStorage: that a passkey of this computer opens, and not whose.
const HERE = "dengshao.touch";
/** @type {Record<string, keyof TouchWords>} */
const SAID = { KeysChanged: "keys_changed", NoSecret: "no_secret" };

export const rememberTouch = () => localStorage.setItem(HERE, "yes");

// The button stands first where it is known to lead somewhere; else a quieter one stands last, for who
// carries a key along. `act` resolves to the next page's address.
/** @type {(act: () => Promise<string>) => void} */
export function offerTouch(act) {
  const place = findById("touch");
  if (!place) return;
  const page = new TouchPage(place, act);
  const elsewhere = findById("touch-elsewhere");
  if (!isAble() || !window.Worker) return;
  if (!elsewhere || localStorage.getItem(HERE)) page.show();
  else {
    elsewhere.hidden = false;
    byId("touch-elsewhere-open").addEventListener("click", () => {
      elsewhere.hidden = true;
      page.show();
      page.touch();
    });
  }
}

class TouchPage {
  /**
   * @param {HTMLElement} place
   * @param {() => Promise<string>} act
   */
  constructor(place, act) {
    this.place = place;
    this.act = act;
    /** @type {TouchWords} */
    this.words = JSON.parse(/** @type {string} */ (place.dataset.words));
    /** @type {HTMLButtonElement} */
    this.button = byId("touch-open");
    this.error = byId("touch-error");
    this.status = byId("touch-status");
    this.button.addEventListener("click", () => this.touch());
  }

  show() {
    this.place.hidden = false;
    this.button.focus();
  }

  async touch() {
    this.error.hidden = true;
    this.busy(this.words.touch);
    try {
      const next = await this.act();
      rememberTouch();
      this.busy(this.words.opened);
      location.replace(next);
    } catch (error) {
      this.busy("");
      this.error.textContent = sentenceFor(/** @type {Thrown} */ (error), this.words);
      this.error.hidden = false;
      this.button.focus();
    }
  }

  /** @type {(sentence: string) => void} */
  busy(sentence) {
    this.place.setAttribute("aria-busy", String(Boolean(sentence)));
    this.button.disabled = Boolean(sentence);
    this.status.textContent = sentence;
  }
}

/** @type {(error: Thrown, words: TouchWords) => string} */
export function sentenceFor(error, words) {
  const known = SAID[error.name || ""];
  if (known) return words[known];
  // All that the browser itself says of passkeys: not shown, not known here, not allowed.
  if (error instanceof DOMException) return words.not_shown;
  if (error.name === "DeskRefused" && !error.sentence && error.status === 401) {
    return words.signed_out;
  }
  return error.sentence || words.no_server;
}
