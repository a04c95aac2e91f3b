// The mailbox's page. Small: what needs keys comes with mailbox-keys.js, once it is wanted.

import { isAble } from "./mailbox/able.js";
import { Page } from "./mailbox/page.js";

const root = document.getElementById("mailbox");
if (root && isAble(window)) {
  new Page(root).start();
} else if (root) {
  const way = document.getElementById("way");
  way.textContent = root.dataset.unable + way.textContent;
}
