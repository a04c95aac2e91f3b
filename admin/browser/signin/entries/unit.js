// The page of a member's own unit, and an administrator's pages of units and invitations.

import "../../shared/old.js";
import { load, watch } from "../keyring.js";
import { bindCopies } from "../members/copy.js";
import { followDesk } from "../members/progress.js";
import { startUnit } from "../members/unit.js";
import { resealInBackground } from "../renewal/bar.js";

// The administrator's form has a field of the same name.
const page = /** @type {UnitPage | null} */ (document.querySelector("div#unit"));
const place = /** @type {HTMLElement | null} */ (document.querySelector("#progress[data-words]"));

watch();
bindCopies();
if (page) {
  startUnit(page);
  // What hangs on an older key is sealed anew while the member looks at something else.
  load().then(
    (keys) => resealInBackground(keys, page.dataset.unit),
    () => null,
  );
} else if (place) {
  const words = JSON.parse(/** @type {string} */ (place.dataset.words));
  // What is typed into one of the forms must not go by what happens elsewhere.
  const fields = /** @type {NodeListOf<HTMLInputElement>} */ (
    document.querySelectorAll("form.desk input[type=text]")
  );
  followDesk(place, words, () => Array.from(fields).some((field) => field.value));
}
