// Hears what the words sound like, offers one question a screen, and brings a receipt's further aids.
// Loaded with every page, whatever is typed: no request tells of anything.

import { startKinds } from "../kinds/kinds.js";
import { passedBy } from "../kinds/officials.js";

window.DengshaoKinds = { startKinds, passedBy };
