// The form's and the mailbox's field for files. Loaded once it is touched, or where an earlier page of
// this tab had begun to send some.

import { startFiles } from "../files/start.js";

window.DengshaoFiles = startFiles;
