// The page on which staff write down what somebody tells them: a tip, sealed in this browser.

import "./lib/old.js";
import { byId } from "./desk/dom.js";
import { Entering } from "./desk/entering.js";
import { watch } from "./staff/keyring.js";

watch();
new Entering(byId("enter")).start();
