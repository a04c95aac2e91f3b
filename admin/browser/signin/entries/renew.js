// The two pages on which a unit's key is taken back: by a holder, or by the recovery sheet.

import "../../shared/old.js";
import { findById } from "../../shared/page/dom.js";
import { watch } from "../keyring.js";
import { startRecovery } from "../renewal/recover_page.js";
import { startRenewal } from "../renewal/renew_page.js";

watch();
const renew = findById("renew");
const recover = findById("recover");
if (renew) startRenewal(renew);
if (recover) startRecovery(recover);
