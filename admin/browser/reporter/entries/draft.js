// Keeps what somebody writes, and brings it back. Loaded as soon as the page stands, so that it is there
// when the line is not.

import { Draft } from "../form/draft.js";
import { Keeping } from "../form/keeping.js";
import { openKept } from "../form/kept_again.js";

window.DengshaoDraft = { Draft, Keeping, openKept };
