// Every screen of a member that is not the coach's: the team, the person, and scouting.
import { screens } from "./tour.mjs";
import { lead, walk } from "./walk.mjs";

walk(screens.filter((screen) => screen.as && !lead(screen)));
