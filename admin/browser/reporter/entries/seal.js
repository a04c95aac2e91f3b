// The form's page: its comforts at once, and what seals once the form is touched.

import { isAble } from "../../shared/form/able.js";
import { startForm } from "../form/index.js";
import { Entry } from "../sealing/entry.js";

/** @type {TipForm | null} */
const form = document.querySelector("form#form");
// It may come twice: with the page, and once more where it seemed not to come (hold.js).
if (form && !form.hasAttribute("data-taken")) {
  form.setAttribute("data-taken", "");
  startForm(form);
  new Entry(form).start(isAble(window));
}
