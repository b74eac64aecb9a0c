// Every screen of the analysis.
import { screens } from "./tour.mjs";
import { below, walk } from "./walk.mjs";

walk(screens.filter((screen) => below("/analysis", screen)));
