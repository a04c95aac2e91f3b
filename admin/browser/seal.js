// The form's page. Small: what needs keys comes with seal-worker.js, once the form is touched.

import { startForm } from "./form/index.js";
import { isAble } from "./mailbox/able.js";
import { Page } from "./seal/page.js";

const form = document.querySelector("form#form");
if (form) {
  startForm(form);
  const page = new Page(form);
  if (isAble(globalThis) && typeof Worker === "function") page.start();
  else page.goPlain();
}
