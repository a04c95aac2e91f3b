// The page of a member's own unit.

import "../../shared/old.js";
import { byId } from "../../shared/page/dom.js";
import { load, watch } from "../keyring.js";
import { startUnit } from "../members/unit.js";
import { resealInBackground } from "../renewal/bar.js";

watch();
startUnit(byId("unit"));
// What hangs on an older key is sealed anew while the member looks at something else.
load().then(
  (keys) => resealInBackground(keys, byId("unit").dataset.unit),
  () => null,
);
