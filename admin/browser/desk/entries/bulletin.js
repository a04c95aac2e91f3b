// The page of one 办结通报.

import "../../shared/old.js";
import { byId } from "../../shared/page/dom.js";
import { watch } from "../../signin/keyring.js";
import { startBulletin } from "../bulletins/page.js";

watch();
startBulletin(byId("bulletin"));
