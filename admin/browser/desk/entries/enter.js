// The page on which staff write down what somebody tells them: a tip, sealed in this browser.

import "../../shared/old.js";
import { byId } from "../../shared/page/dom.js";
import { watch } from "../../signin/keyring.js";
import { Entering } from "../entering/entering.js";

watch();
new Entering(byId("enter")).start();
