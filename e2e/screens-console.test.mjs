// Every screen of the operators' console.
import { screens } from "./tour.mjs";
import { below, walk } from "./walk.mjs";

walk(screens.filter((screen) => below("/console", screen)));
