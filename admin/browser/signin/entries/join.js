// Setting up, joining, and the second person's page: all that is done without an account.

import "../../shared/old.js";
import { byId } from "../../shared/page/dom.js";
import { startJoining } from "../members/joining.js";

startJoining(byId("joining"));
