// Offers one question a screen, and calls what hears of kinds: scripts of their own, which a form can do
// without.

import { byId } from "../../shared/page/element.js";
import { Loading, loadScript } from "../../shared/page/load.js";
import { isLost } from "../../shared/page/post.js";

const KINDS = "/app/kinds.js";
const SCRIPT = "/app/steps.js";
// As in steps.js: a form that was sent in steps comes back with it.
const HASH = "#steps";

/** @type {(form: HTMLFormElement) => void} */
export function offerSteps(form) {
  const offer = byId("step-offer");
  const loading = new Loading(() => loadScript(SCRIPT, () => Boolean(window.DengshaoSteps)));
  let isStarted = false;
  /** @type {(isBack: boolean) => Promise<void>} */
  const start = async (isBack) => {
    try {
      await loading.get();
    } catch (error) {
      // Where the line failed, the next press tries again.
      if (!isLost(error)) offer.hidden = true;
      return;
    }
    // From here on the steps listen by themselves.
    if (!isStarted) window.DengshaoSteps(form, { isBack });
    isStarted = true;
  };
  offer.hidden = false;
  offer.addEventListener("click", ({ target }) => {
    if (/** @type {Element} */ (target).closest("button") && !isStarted) start(false);
  });
  if (location.hash === HASH) start(true);
}

// Called with every page, before anything is typed; where the line failed, again at a touch.
/** @type {(form: HTMLFormElement) => void} */
export function callKinds(form) {
  const loading = new Loading(async () => {
    await loadScript(KINDS, () => Boolean(window.DengshaoKinds));
    await /** @type {NonNullable<Window["DengshaoKinds"]>} */ (window.DengshaoKinds).startKinds(
      form,
    );
  });
  const call = () => loading.get().catch(() => {});
  form.addEventListener("focusin", call);
  call();
}
