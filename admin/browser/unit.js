// The page of a member's own unit.

import "./lib/old.js";
import { byId } from "./desk/dom.js";
import { startUnit } from "./members/unit.js";
import { watch } from "./staff/keyring.js";

watch();
startUnit(byId("unit"));
