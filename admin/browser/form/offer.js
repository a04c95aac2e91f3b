// Offers one question a screen; what does it is loaded once somebody wants it.

import { loadScript } from "../page/load.js";

const SCRIPT = "/app/steps.js";
// As in steps.js: a form that was sent in steps comes back with it.
const HASH = "#steps";

export function offerSteps(form) {
  const offer = document.getElementById("step-offer");
  const start = (isBack) => {
    loadScript(SCRIPT).then(
      () => window.DengshaoSteps(form, { isBack }),
      () => {
        offer.hidden = true;
      },
    );
  };
  const take = (event) => {
    if (!event.target.closest("button")) return;
    // From here on the steps listen by themselves.
    offer.removeEventListener("click", take);
    start(false);
  };
  offer.hidden = false;
  if (location.hash === HASH) start(true);
  else offer.addEventListener("click", take);
}
