// Calls what a form can do without: see kinds.js.

import { Loading, loadScript } from "../../shared/page/load.js";

const KINDS = "/app/kinds.js";

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
