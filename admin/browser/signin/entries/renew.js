// The two pages on which a unit's key is taken back: by a holder, or by the recovery sheet.

import "../../shared/old.js";
import { byId } from "../../shared/page/dom.js";
import { watch } from "../keyring.js";
import { startRecovery } from "../renewal/recover_page.js";
import { startRenewal } from "../renewal/renew_page.js";

watch();
if (byId("renew")) startRenewal(byId("renew"));
if (byId("recover")) startRecovery(byId("recover"));
