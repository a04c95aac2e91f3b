// Shows the receipt. Loaded before anything is sent, and where a page was loaded anew before the receipt
// was copied.

import { Result } from "../sealing/result.js";

window.DengshaoResult = Result;
