// Setting up and joining: passphrase, keys made here, the card in the hand, and only then the post.

import { byId, element, findById, replaceChildren, say } from "../../shared/page/dom.js";
import { askBeforeLeaving } from "../../shared/page/leaving.js";
import { fingerprint, groupedCode, normalisePassphrase } from "../../shared/sealing/member.js";
import { postJson } from "../api.js";
import { Opener } from "../opening.js";
import { askSecond } from "../second.js";
import { drawCard } from "./card.js";
import { checkCode, spokenParts, wrongGroups } from "./check_code.js";
import { bindForm, isAble, Missing, plainGroup, show } from "./forms.js";
import { makeMember, memberFingerprint, newcomer, randomBytes } from "./making.js";
import { followLink } from "./progress.js";

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
  if (kind === "setup") {
    // The link that lies on the server has the code behind its "#".
    byId("code").value = token;
    return new Joining(page, words, {}).start();
  }
  if (!token) return say(byId("joining-error"), words.no_token);
  const at = kind === "head" ? "/desk/join/head/invitation" : "/desk/join/invitation";
  try {
    const invited = await postJson(at, { token });
    fillFacts(byId("invited"), words, invited);
    followLink(byId("progress"), token, words.progress);
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
    this.opener = new Opener();
    this.workers = [this.opener.proofWorker, this.opener.sealWorker];
    // Which key of the unit was read out to them; by it they confirm it later.
    /** @type {Heard | null} */
    this.heard = null;
    /** @type {Newcomer | null} */
    this.me = null;
  }

  start() {
    const { words } = this;
    /** @type {MadeMember | null} */
    this.made = null;
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
    const typed = byId("code").value.trim();
    if (!typed) throw new Missing(byId("code"), this.words[this.kind.code]);
    const { code, digits } = this.known.token ? spokenParts(typed) : { code: "", digits: typed };
    await this.show(digits);
    if (code) this.checkUnit(code);
    this.me = await newcomer(this.who.name);
    fillFacts(byId("facts"), this.words, Object.assign({}, this.who, { made_by: "" }));
    if (this.heard) this.readBack();
    this.step("first", "choose", 1);
  }

  // The server took the digits behind it. Where one group differs from the unit's key, it was misheard;
  // where more do, the server names another key than the speaker has, and nothing is made.
  /** @type {(code: string) => void} */
  checkUnit(code) {
    const { unit_key: unit } = this.who;
    const print = unit ? fingerprint(unit.id, unit.recipient, unit.recovery) : "";
    const wrong = unit ? wrongGroups(code, checkCode(print)) : null;
    if (unit && wrong && !wrong.length) {
      this.heard = { unit: unit.id, fingerprint: print };
      return;
    }
    if (wrong && wrong.length === 1) {
      throw new Missing(byId("code"), this.words.misheard.replace("%(n)s", String(wrong[0])));
    }
    say(
      byId("joining-error"),
      element("p", "", element("b", "", this.words.unit_changed)),
      element("p", "", this.words.unit_changed_do),
    );
    throw new Missing(byId("code"), this.words.unit_changed);
  }

  // The call goes on: the speaker types what is read back.
  readBack() {
    const { name, recipient } = /** @type {Newcomer} */ (this.me);
    byId("my-print").textContent = checkCode(memberFingerprint(name, recipient));
    byId("heard").hidden = false;
  }

  /** @type {(code: string) => Promise<void>} */
  async show(code) {
    const field = findById("name");
    const name = field ? field.value.trim() : "";
    if (field && !name) throw new Missing(field, this.words.no_name);
    const typed = Object.assign({ code }, this.known, name ? { name } : {});
    /** @type {Invited} */
    this.who = await postJson(this.kind.tryAt, typed);
    // As the server stores it: what is printed and hashed must be that very name.
    this.known = Object.assign(typed, name ? { name: this.who.name } : {});
  }

  propose() {
    const { syllables } = this.words;
    // 64 syllables: six bits of each random byte choose one, all equally often.
    const chosen = Array.from(randomBytes(SYLLABLES), (byte) => syllables[byte % syllables.length]);
    byId("passphrase").value = chosen.join("-");
    byId("show").checked = true;
    this.reveal(true);
    byId("proposed").textContent = this.words.proposed;
  }

  /** @type {(on: boolean) => void} */
  reveal(on) {
    byId("passphrase").type = on ? "text" : "password";
  }

  async makeKeys() {
    const passphrase = normalisePassphrase(byId("passphrase").value);
    if (Array.from(passphrase).length < this.words.min_length) {
      throw new Missing(byId("passphrase"), this.words.short);
    }
    byId("choose-status").textContent = this.words.making;
    try {
      this.made = await makeMember(/** @type {Newcomer} */ (this.me), passphrase, this.workers);
    } finally {
      byId("choose-status").textContent = "";
    }
    this.passphrase = passphrase;
    byId("passphrase").value = "";
    this.printCard();
    this.step("choose", "card", 2);
  }

  printCard() {
    byId("card-name").textContent = this.who.name;
    byId("card-unit").textContent = this.who.unit || this.who.roles.join("、");
    const { code } = /** @type {MadeMember} */ (this.made);
    byId("card-code").textContent = groupedCode(code);
    drawCard(byId("card-address"), byId("card-picture"), this.who.name, code);
  }

  // With the card in the hand and the passphrase in the head: who can write both here can sign in, so
  // that this tab need not ask for them once more.
  async send() {
    const { code, posted, stretched } = /** @type {MadeMember} */ (this.made);
    const last = /** @type {string} */ (groupedCode(code).split("-").pop());
    // Whoever copies the whole code has it in the hand too.
    if (!plainGroup(byId("group").value).endsWith(plainGroup(last))) {
      throw new Missing(byId("group"), this.words.wrong_group);
    }
    if (normalisePassphrase(byId("again").value) !== this.passphrase) {
      throw new Missing(byId("again"), this.words.different);
    }
    byId("copied-status").textContent = this.words.sending;
    try {
      await postJson(this.kind.postAt, Object.assign({}, this.known, posted));
      this.made = null;
      byId("card-code").textContent = byId("again").value = "";
      replaceChildren(byId("card-picture"));
      await this.enter(stretched);
    } finally {
      byId("copied-status").textContent = "";
    }
  }

  // Registered by now: where signing in fails, the page leads to where it is done again.
  /** @type {(stretched: Stretched) => Promise<void>} */
  async enter(stretched) {
    const { name } = this.who;
    try {
      const shown = await this.opener.enter(
        name,
        stretched,
        (asked) => {
          byId("card").hidden = true;
          return askSecond(byId("second"), Object.assign({ name }, asked));
        },
        this.heard || undefined,
      );
      location.replace(shown.next || "/desk/");
    } catch {
      byId("card").hidden = true;
      show("done");
    }
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
