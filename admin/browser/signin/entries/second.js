// The account page: second factors, recovery codes, own sessions, and the code that is remembered.

import "../../shared/old.js";
import { byId, findById } from "../../shared/page/dom.js";
import { postJson } from "../api.js";
import { watch } from "../keyring.js";
import { offerNewTouch } from "../one_touch/account.js";
import { askSecret, isAble } from "../passkeys.js";
import { codeOf, forgetCode, isSealed, rememberSealed } from "../remembered.js";
import { askSecond, offerFactors, showCodes } from "../second.js";

watch();
const page = byId("account");
/** @type {SecondWords} */
const words = JSON.parse(page.dataset.words);
const { name } = page.dataset;
const passkeys = page.dataset.passkeys.split(" ").filter(Boolean);

// Nothing is changed before an old factor was shown: a session that was left open proves nothing.
if (page.dataset.mayChange) offerFactors(page, name).then(() => location.reload());
else byId("start-proving").addEventListener("click", prove);
/** @type {NodeListOf<RemoveButton>} */
const removes = document.querySelectorAll("[data-remove]");
removes.forEach((button) =>
  onSecondPress(button, words.remove, async () => {
    await postJson(button.dataset.remove);
    location.reload();
  }),
);
const newCodes = findById("new-codes");
if (newCodes) {
  onSecondPress(newCodes, words.new_codes, async () => {
    const { codes } = await postJson("/desk/account/recovery-codes");
    await showCodes(byId("second-set-up"), name, codes);
    location.reload();
  });
}
showRemembered();
offerNewTouch(name, async (codes) => {
  if (codes.length) await showCodes(byId("second-set-up"), name, codes);
  location.reload();
});

async function prove() {
  byId("prove").hidden = true;
  const totp = page.dataset.totp === "yes";
  await askSecond(page, { name, totp, passkeys: passkeys.length });
  location.reload();
}

// What can't be taken back asks once: the button itself says so, and acts when pressed again.
/** @type {(button: HTMLButtonElement, question: string, act: () => Promise<void>) => void} */
function onSecondPress(button, question, act) {
  let isAsked = false;
  button.addEventListener("click", async () => {
    if (!isAsked) {
      isAsked = true;
      button.textContent = question;
      button.classList.remove("button--quiet");
      return;
    }
    byId("account-error").hidden = true;
    button.disabled = true;
    try {
      await act();
    } catch (error) {
      button.disabled = false;
      byId("account-error").textContent = /** @type {Thrown} */ (error).sentence || words.no_server;
      byId("account-error").hidden = false;
    }
  });
}

function showRemembered() {
  const card = byId("remembered");
  card.hidden = !codeOf(name) && !isSealed(name);
  byId("remembered-clear").hidden = !codeOf(name);
  byId("remembered-sealed").hidden = !isSealed(name);
  byId("seal-code").hidden = !codeOf(name) || !passkeys.length || !isAble();
  byId("forget-code").onclick = () => {
    forgetCode(name);
    card.hidden = true;
  };
  byId("seal-code").onclick = sealCode;
}

async function sealCode() {
  const says = byId("remembered-says");
  says.textContent = words.touch;
  try {
    await rememberSealed(name, codeOf(name), await askSecret(passkeys));
    says.textContent = words.code_sealed;
  } catch {
    says.textContent = words.code_not_sealed;
  }
  showRemembered();
}
