// The forms of a tip's page: sent by script, so that a refusal leaves what was typed where it is.

import { byId, element, say } from "../shared/page/dom.js";
import { post } from "./post.js";

/** @typedef {ActOptions & Required<Pick<ActOptions, "fieldsOf" | "retries">>} Sending */

// `fieldsOf` may be async; it returns the fields to send, or null after saying what is missing.
// `renew` reads the tip again after a conflict or a new sign-in. `retries` is for what stands whatever
// a colleague did: after a conflict it is made and sent anew, so many times, before anybody is told.
/** @type {(form: DeskForm, options: ActOptions) => void} */
export function bindAct(form, options) {
  const { words, fieldsOf = plainFields } = options;
  // What is missing is told by the server's sentences, which stand beside the fields.
  form.noValidate = true;
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    if (form.dataset.busy) return;
    setBusy(form, true);
    clearErrors(form);
    try {
      const fields = await fieldsOf(form);
      if (fields) await send(form, fields, Object.assign({ fieldsOf, retries: 0 }, options));
    } catch {
      showError(form, words.sentences.offline);
    } finally {
      setBusy(form, false);
    }
  });
}

/** @type {(form: DeskForm) => FormFields} */
export const plainFields = (form) =>
  /** @type {FormFields} */ (
    Array.from(new FormData(form)).filter(([, value]) => typeof value === "string")
  );

/** @type {(form: HTMLElement, sentence?: string) => void} */
export function showError(form, sentence) {
  say(/** @type {HTMLElement} */ (form.querySelector("[data-error]")), sentence);
}

/** @type {(form: DeskForm, fields: FormFields, options: Sending) => Promise<void>} */
async function send(form, fields, options) {
  const { renew, fieldsOf, onSent = () => {}, retries, send: sendOff = post, next } = options;
  const answer = await sendOff(form.action, fields);
  if (answer.ok) {
    onSent();
    if (next) window.location.href = next;
    else window.location.reload();
    return;
  }
  if (answer.code === 409 && retries) {
    await renew();
    const anew = await fieldsOf(form);
    if (anew) await send(form, anew, Object.assign({}, options, { retries: retries - 1 }));
    return;
  }
  if (answer.code === 409) {
    showConflict(/** @type {Conflict} */ (answer), byId("conflict"), byId("tip"));
  } else {
    showFieldErrors(form, answer.errors || {});
    showError(form, answer.error || String(answer.code));
  }
  if ([400, 401, 409].includes(answer.code)) await renew();
}

/** @type {(form: DeskForm, busy: boolean) => void} */
function setBusy(form, busy) {
  if (busy) form.dataset.busy = "yes";
  else delete form.dataset.busy;
  form.setAttribute("aria-busy", String(busy));
}

/** @type {(form: DeskForm) => void} */
function clearErrors(form) {
  showError(form);
  form.querySelectorAll(".field__error[id]").forEach((error) => error.remove());
  form.querySelectorAll(".field--error").forEach((field) => field.classList.remove("field--error"));
  form.querySelectorAll("[aria-invalid]").forEach((control) => {
    control.removeAttribute("aria-invalid");
    control.removeAttribute("aria-describedby");
  });
}

/** @type {(form: DeskForm, errors: Record<string, string[]>) => void} */
function showFieldErrors(form, errors) {
  Object.keys(errors).forEach((name) => {
    const control = form.querySelector(`[name="${name}"], #${name}`);
    const field = control && control.closest(".field");
    if (!field) return;
    const message = element("p", "field__error", errors[name].join(" "));
    message.id = `${name}-error`;
    field.classList.add("field--error");
    /** @type {Element} */ (field.querySelector(".field__label")).after(message);
    control.setAttribute("aria-invalid", "true");
    control.setAttribute("aria-describedby", message.id);
  });
  /** @type {HTMLElement | null} */
  const first = form.querySelector("[aria-invalid]");
  if (first) first.focus();
}

/** @type {(page: TipPage, name: "status" | "claimed_by") => Element} */
const coverOf = (page, name) =>
  /** @type {Element} */ (page.querySelector(`[data-cover="${name}"]`));

// The second of two: who did what is told, and every form learns where the tip now stands, so that
// pressing again is a choice made with open eyes.
/** @type {(answer: Conflict, place: ConflictPlace, page: TipPage) => void} */
function showConflict(answer, place, page) {
  /** @type {NodeListOf<HTMLInputElement>} */
  const versions = page.querySelectorAll('input[name="version"]');
  versions.forEach((input) => {
    input.value = String(answer.version);
  });
  coverOf(page, "status").textContent = answer.status;
  if (answer.claimed_by) {
    coverOf(page, "claimed_by").textContent = answer.claimed_by;
  }
  const news = answer.events.filter(({ step }) => step > Number(page.dataset.step));
  const lines = news.map(({ day, by, what, status }) =>
    element("li", "", `${day} `, element("b", "", by), ` ${what}`, status && ` → ${status}`),
  );
  const again = element("a", "button button--quiet", place.dataset.reload);
  again.href = window.location.pathname;
  say(place, element("p", "", element("b", "", answer.error)), element("ul", "", ...lines), again);
  place.focus();
}
