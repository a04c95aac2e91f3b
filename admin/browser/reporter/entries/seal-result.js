// Shows the receipt, and what is said where nothing may be sent. Loaded before anything is sent, and where a
// page was loaded anew before the receipt was copied.

import { emptyFields, raiseAlarm, tellNobody } from "../sealing/notices.js";
import { Result } from "../sealing/result.js";

window.DengshaoNotices = { emptyFields, raiseAlarm, tellNobody };
window.DengshaoResult = Result;
