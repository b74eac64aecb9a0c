// Every screen of coaches and leads: the coach's and the analysis.
import { screens } from "./tour.mjs";
import { lead, walk } from "./walk.mjs";

walk(screens.filter(lead));
