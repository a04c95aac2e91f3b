// The mailbox's page. Small: what needs keys comes with mailbox-keys.js, once it is wanted.

import { isAble } from "../../shared/form/able.js";
import { Page } from "../page.js";

const root = document.getElementById("mailbox");
/** @type {HTMLFormElement | null} */
const form = root && root.querySelector("#open");
// It may come twice: with the page, and once more where it seemed not to come (hold.js).
if (root && form && !form.hasAttribute("data-taken")) {
  form.setAttribute("data-taken", "");
  const page = new Page(root);
  page.start();
  if (!isAble(window)) page.offerPlain(form);
}
