// Every other screen of a member: the team, the person, and scouting.
import { screens } from "./tour.mjs";
import { below, walk } from "./walk.mjs";

walk(screens.filter((screen) => screen.as === "member" && !below("/coach", screen) && !below("/analysis", screen)));
