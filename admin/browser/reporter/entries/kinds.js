// Hears what the words sound like, and brings the receipt's further aids. Loaded with every page, whatever
// is typed: no request tells of anything.

import { startKinds } from "../form/kinds.js";
import { passedBy } from "../form/officials.js";

window.DengshaoKinds = { startKinds, passedBy };
