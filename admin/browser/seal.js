// The form's page: its comforts at once, and what seals once the form is touched.

import { startForm } from "./form/index.js";
import { isAble } from "./mailbox/able.js";
import { Entry } from "./seal/entry.js";

const form = document.querySelector("form#form");
if (form) {
  startForm(form);
  const entry = new Entry(form);
  // What came with an earlier press lies at the server already: that form goes on the way it began.
  if (form.elements.kept) entry.isPlain = true;
  else if (isAble(window) && typeof Worker === "function") entry.start();
  else entry.goPlain();
}
