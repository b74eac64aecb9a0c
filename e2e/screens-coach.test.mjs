// Every screen of the coach.
import { screens } from "./tour.mjs";
import { below, walk } from "./walk.mjs";

walk(screens.filter((screen) => below("/coach", screen)));
