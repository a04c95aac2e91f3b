// The page on which a tip is referred to an organ outside this house.

import "../../shared/old.js";
import { byId } from "../../shared/page/dom.js";
import { watch } from "../../signin/keyring.js";
import { startReferral } from "../referral/page.js";

watch();
startReferral(byId("referral"));
