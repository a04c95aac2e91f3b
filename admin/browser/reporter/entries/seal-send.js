// The part of the form's script that reads, checks and sends. Its keys are in seal-worker.js.

import { Page } from "../sealing/page.js";

window.DengshaoPage = Page;
