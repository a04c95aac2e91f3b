// Setting up and joining: passphrase, keys made here, the card in the hand, and only then the post.

import { byId, element, findById, replaceChildren, say } from "../../shared/page/dom.js";
import { askBeforeLeaving } from "../../shared/page/leaving.js";
import { groupedCode, normalisePassphrase } from "../../shared/sealing/member.js";
import { postJson } from "../api.js";
import { startWorker } from "../workers.js";
import { bindForm, isAble, Missing, plainGroup, show } from "./forms.js";
import { makeMember, randomBytes } from "./making.js";

const SYLLABLES = 7;

/** @type {Record<string, { code: "no_code" | "no_setup_code", tryAt: string, postAt: string }>} */
const KINDS = {
  setup: { code: "no_setup_code", tryAt: "/desk/setup/code", postAt: "/desk/setup" },
  join: { code: "no_code", tryAt: "/desk/join/code", postAt: "/desk/join" },
};

/** @type {(page: JoiningPage) => Promise<void>} */
export async function startJoining(page) {
  /** @type {JoinWords} */
  const words = JSON.parse(page.dataset.words);
  if (!isAble()) return say(byId("joining-error"), words.too_old);
  // A link pasted where this page is open already changes the fragment alone.
  window.addEventListener("hashchange", () => location.reload());
  const token = takeToken();
  const kind = page.dataset.kind;
  if (kind === "setup") return new Joining(page, words, {}).start();
  if (!token) return say(byId("joining-error"), words.no_token);
  const at = kind === "head" ? "/desk/join/head/invitation" : "/desk/join/invitation";
  try {
    const invited = await postJson(at, { token });
    fillFacts(byId("invited"), words, invited);
    return kind === "head"
      ? startHead(page, words, token)
      : new Joining(page, words, { token }).start();
  } catch (fault) {
    return say(byId("joining-error"), /** @type {Thrown} */ (fault).sentence || words.offline);
  }
}

// The token leaves the address bar, and with it the browser's history.
function takeToken() {
  const token = location.hash.slice(1);
  if (token) history.replaceState(null, "", location.pathname);
  return token;
}

/** @type {(list: HTMLElement, words: JoinWords, who: Invited) => void} */
function fillFacts(list, words, { name, unit, roles, made_by: madeBy }) {
  const texts = [name, unit, roles.join("、"), madeBy];
  replaceChildren(list);
  texts.forEach((text, i) => {
    if (text) list.append(element("dt", "", words.facts[i]), element("dd", "", text));
  });
}

class Joining {
  // `known` is what every post carries: the token of the link, or nothing.
  /**
   * @param {JoiningPage} page
   * @param {JoinWords} words
   * @param {{ token?: string, code?: string, name?: string }} known
   */
  constructor(page, words, known) {
    this.page = page;
    this.words = words;
    this.known = known;
    this.kind = KINDS[page.dataset.kind];
  }

  start() {
    const { words } = this;
    /** @type {MadeMember | null} */
    this.made = null;
    /** @type {AskWorker[]} */
    this.workers = [startWorker(), startWorker()];
    // A card that was printed before it is registered is worth nothing: nobody leaves by a slip.
    askBeforeLeaving(() => this.made !== null);
    bindForm(
      /** @type {HTMLFormElement} */ (byId("first")),
      byId("first-error"),
      () => this.tryCode(),
      words,
    );
    bindForm(byId("choose"), byId("choose-error"), () => this.makeKeys(), words);
    bindForm(byId("copied"), byId("copied-error"), () => this.send(), words);
    byId("print").addEventListener("click", () => window.print());
    byId("propose").addEventListener("click", () => this.propose());
    byId("show").addEventListener("change", ({ target }) =>
      this.reveal(/** @type {HTMLInputElement} */ (target).checked),
    );
    byId("first").hidden = false;
  }

  async tryCode() {
    const code = byId("code").value.trim();
    if (!code) throw new Missing(byId("code"), this.words[this.kind.code]);
    const field = findById("name");
    const name = field ? field.value.trim() : "";
    if (field && !name) throw new Missing(field, this.words.no_name);
    const typed = Object.assign({ code }, this.known, name ? { name } : {});
    /** @type {Invited} */
    this.who = await postJson(this.kind.tryAt, typed);
    // As the server stores it: what is printed and hashed must be that very name.
    this.known = Object.assign(typed, name ? { name: this.who.name } : {});
    fillFacts(byId("facts"), this.words, Object.assign({}, this.who, { made_by: "" }));
    this.step("first", "choose", 1);
  }

  propose() {
    const { syllables } = this.words;
    // 64 syllables: six bits of each random byte choose one, all equally often.
    const chosen = Array.from(randomBytes(SYLLABLES), (byte) => syllables[byte % syllables.length]);
    byId("passphrase").value = byId("again").value = chosen.join("-");
    byId("show").checked = true;
    this.reveal(true);
    byId("proposed").textContent = this.words.proposed;
  }

  /** @type {(on: boolean) => void} */
  reveal(on) {
    [byId("passphrase"), byId("again")].forEach((field) => {
      field.type = on ? "text" : "password";
    });
  }

  async makeKeys() {
    const passphrase = normalisePassphrase(byId("passphrase").value);
    if (Array.from(passphrase).length < this.words.min_length) {
      throw new Missing(byId("passphrase"), this.words.short);
    }
    if (passphrase !== normalisePassphrase(byId("again").value)) {
      throw new Missing(byId("again"), this.words.different);
    }
    byId("choose-status").textContent = this.words.making;
    try {
      this.made = await makeMember(this.who.name, passphrase, this.workers);
    } finally {
      byId("choose-status").textContent = "";
    }
    byId("passphrase").value = byId("again").value = "";
    this.printCard();
    this.step("choose", "card", 2);
  }

  printCard() {
    byId("card-name").textContent = this.who.name;
    byId("card-unit").textContent = this.who.unit || this.who.roles.join("、");
    const { code, fingerprint } = /** @type {MadeMember} */ (this.made);
    byId("card-code").textContent = groupedCode(code);
    byId("card-print").textContent = fingerprint;
  }

  async send() {
    const { code, posted } = /** @type {MadeMember} */ (this.made);
    const last = /** @type {string} */ (groupedCode(code).split("-").pop());
    // Whoever copies the whole code has it in the hand too.
    if (!plainGroup(byId("group").value).endsWith(plainGroup(last))) {
      throw new Missing(byId("group"), this.words.wrong_group);
    }
    byId("copied-status").textContent = this.words.sending;
    try {
      await postJson(this.kind.postAt, Object.assign({}, this.known, posted));
    } finally {
      byId("copied-status").textContent = "";
    }
    ["card-code", "card-print"].forEach((id) => {
      byId(id).textContent = "";
    });
    this.made = null;
    this.step("card", "done", 3);
  }

  /** @type {(from: string, to: string, number: number) => void} */
  step(from, to, number) {
    byId(from).hidden = true;
    Array.from(byId("stages").children).forEach((item, i) => {
      if (i === number) item.setAttribute("aria-current", "step");
      else item.removeAttribute("aria-current");
    });
    show(to);
  }
}

// The second person: sees what was asked for, and gets the code that they speak.
/** @type {(page: JoiningPage, words: JoinWords, token: string) => void} */
function startHead(page, words, token) {
  bindForm(
    /** @type {HTMLFormElement} */ (byId("first")),
    byId("first-error"),
    async () => {
      const name = page.dataset.me || byId("name").value.trim();
      if (!name) throw new Missing(byId("name"), words.no_name);
      const { code } = await postJson("/desk/join/head/code", { token, name });
      byId("first").hidden = true;
      byId("spoken").textContent = code;
      show("done");
    },
    words,
  );
  byId("first").hidden = false;
}
