// Asks whether the matter is of the kind that its words sound like, and brings a question up that they
// touch. What is not confirmed stays 不清楚: nothing is guessed for anybody.

import { byId, element } from "../../shared/page/element.js";
import { getJson } from "../../shared/page/post.js";
import { languagePrefix } from "../../shared/page/prefix.js";
import { fill } from "../../shared/page/words.js";
import { offerSteps } from "../form/offer.js";
import { putAids } from "./aids.js";
import { watchOfficial } from "./officials.js";
import { typedIn, weight } from "./wordings.js";

const MOST_FOUND = 5;
// A question that comes up must stand behind what brought it.
const FIRST = "#what, #place";

// Rejects without a line, or without fetch: then all of it is left to the list.
/** @type {(form: HTMLFormElement) => Promise<void>} */
export async function startKinds(form) {
  watchOfficial(form);
  /** @type {KindWords} */
  const words = await getJson(`${languagePrefix()}/tip/kinds.json`);
  putAids(words.aids);
  // A receipt that an earlier page kept may stand in the form's place.
  if (!form.isConnected) return;
  putDown(form, words);
  new Kinds(form).start();
  offerSteps(form);
}

// Into the page, where what looks for them finds them.
/** @type {(form: HTMLFormElement, words: KindWords) => void} */
function putDown(form, { kinds, asks }) {
  /** @type {HTMLSelectElement} */
  const list = byId("category");
  Array.from(list.options).forEach((option) => {
    if (kinds[option.value]) option.dataset.words = kinds[option.value];
  });
  Object.keys(asks).forEach((name) => {
    /** @type {HTMLElement | null} */
    const question = form.querySelector(`fieldset#${name}`);
    if (question) question.dataset.words = asks[name];
  });
}

class Kinds {
  /** @param {HTMLFormElement} form */
  constructor(form) {
    this.form = form;
    this.box = byId("kind");
    this.note = /** @type {HTMLElement} */ (this.box.querySelector(".notice"));
    this.said = /** @type {HTMLElement} */ (this.box.querySelector("p"));
    /** @type {HTMLSelectElement} */
    this.list = byId("category");
    /** @type {HTMLInputElement} */
    this.line = byId("kind-find");
    this.found = byId("kind-found");
    // What the words sound like, the likeliest first, and which of them is asked.
    /** @type {HTMLOptionElement[]} */
    this.alike = [];
    this.at = 0;
    this.isDecided = false;
  }

  start() {
    this.form.addEventListener("input", (event) => this.hear(event));
    this.list.addEventListener("change", () => this.choose(this.list.value));
    this.box.addEventListener("click", ({ target }) =>
      this.press(/** @type {HTMLElement} */ (target)),
    );
    this.found.addEventListener("click", ({ target }) => this.take(target));
    this.line.addEventListener("keydown", (event) => this.enter(event));
    if (this.list.value !== "unclear") this.choose(this.list.value);
    // A page that came back with what was typed.
    this.listen();
  }

  /** @type {(event: Event) => void} */
  hear({ target }) {
    if (target === this.line) this.find();
    else if (/** @type {Element} */ (target).matches(FIRST)) this.listen();
  }

  listen() {
    const text = typedIn(this.form, FIRST);
    this.bringUp(text);
    if (this.isDecided || this.list.value !== "unclear") return;
    const [was] = this.alike;
    this.alike = byWeight(this.list, (words) => weight(words, text));
    // Whoever types on is not asked again for what was asked.
    if (was === this.alike[0]) return;
    this.at = 0;
    this.ask();
  }

  // Questions that decide how soon a tip is read, or by whom, come out of the folded part.
  /** @type {(text: string) => void} */
  bringUp(text) {
    /** @type {NodeListOf<HTMLElement>} */
    const asked = this.form.querySelectorAll("#further [data-words]");
    asked.forEach((question) => {
      const { words } = question.dataset;
      if (question.matches("fieldset") && weight(/** @type {string} */ (words), text))
        byId("official").before(question);
    });
  }

  ask() {
    const like = this.alike[this.at];
    this.note.hidden = !like;
    if (like) this.say("like", like, ["yes", "other", "unclear"]);
  }

  /** @type {(name: string, option: HTMLOptionElement, acts: string[]) => void} */
  say(name, option, acts) {
    const sentence = /** @type {string} */ (this.box.dataset[name]);
    this.said.textContent = fill(sentence, { kind: /** @type {string} */ (option.textContent) });
    /** @type {NodeListOf<HTMLElement>} */
    const buttons = this.box.querySelectorAll("button");
    buttons.forEach((button) => {
      button.hidden = !acts.includes(/** @type {string} */ (button.dataset.kind));
    });
  }

  /** @type {(button: HTMLElement) => void} */
  press(button) {
    const act = button.dataset.kind;
    if (act === "yes") this.set(/** @type {HTMLOptionElement} */ (this.alike[this.at]).value);
    else if (act === "unclear") this.set("unclear");
    else if (act === "other") this.other();
    // What was pressed is gone: who cannot see it goes on from here.
    if (act === "yes" || act === "unclear") this.focusNext();
  }

  focusNext() {
    /** @type {HTMLElement[]} */
    const buttons = Array.from(this.box.querySelectorAll("button"));
    const left = this.note.hidden ? null : buttons.find(({ hidden }) => !hidden);
    (left || byId("township")).focus();
  }

  // The next likely one; after the last, or once one was chosen, the whole list.
  other() {
    this.at += 1;
    if (!this.isDecided && this.alike[this.at]) this.ask();
    else {
      /** @type {HTMLDetailsElement} */ (byId("further")).open = true;
      if (!this.isDecided) this.note.hidden = true;
      this.line.focus();
    }
  }

  /** @type {(value: string) => void} */
  set(value) {
    this.list.value = value;
    this.list.dispatchEvent(new Event("change", { bubbles: true }));
  }

  /** @type {(value: string) => void} */
  choose(value) {
    this.isDecided = true;
    this.note.hidden = value === "unclear";
    if (value !== "unclear") this.say("chosen", this.list.selectedOptions[0], ["other"]);
  }

  find() {
    const text = this.line.value.trim().toLowerCase();
    this.found.textContent = "";
    if (!text) return;
    const all = byWeight(this.list, (words, name) =>
      `${words}|${name.toLowerCase()}`.includes(text) ? 1 : weight(words, text),
    ).slice(0, MOST_FOUND);
    if (!all.length) this.found.textContent = /** @type {string} */ (this.found.dataset.none);
    all.forEach(({ value, textContent }) => {
      const button = element("button", "button button--quiet", /** @type {string} */ (textContent));
      button.type = "button";
      button.value = value;
      this.found.append(button);
    });
  }

  /** @type {(target: EventTarget | null) => void} */
  take(target) {
    const { value } = /** @type {HTMLButtonElement} */ (target);
    if (!value) return;
    this.line.value = this.found.textContent = "";
    this.set(value);
    this.list.focus();
  }

  // Enter takes the first one found; it sends nothing.
  /** @type {(event: KeyboardEvent) => void} */
  enter(event) {
    if (event.key !== "Enter" || event.isComposing) return;
    event.preventDefault();
    this.take(this.found.querySelector("button"));
  }
}

// Options that a text speaks of, the likeliest first; of two alike the one that stands first.
/** @type {(list: HTMLSelectElement, weigh: (words: string, name: string) => number) => HTMLOptionElement[]} */
function byWeight(list, weigh) {
  return Array.from(list.options)
    .map((option, place) => {
      const { words } = option.dataset;
      return { option, place, much: words ? weigh(words, `${option.textContent}`) : 0 };
    })
    .filter(({ much }) => much > 0)
    .sort((one, other) => other.much - one.much || one.place - other.place)
    .map(({ option }) => option);
}
