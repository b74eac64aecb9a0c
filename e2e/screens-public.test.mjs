// Every screen that is open to strangers.
import { screens } from "./tour.mjs";
import { walk } from "./walk.mjs";

walk(screens.filter(({ as }) => !as));
