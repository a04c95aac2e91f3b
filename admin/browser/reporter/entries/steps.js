// One question a screen, for who wants it.

import { startSteps } from "../form/steps.js";

window.DengshaoSteps = startSteps;
