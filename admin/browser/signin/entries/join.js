// Setting up, joining, and the second person's page: all that is done without an account.

import "./lib/old.js";
import { byId } from "./desk/dom.js";
import { startJoining } from "./members/joining.js";

startJoining(byId("joining"));
