// What makes the console quicker where there is JavaScript; everything works without it.
import {initAll} from "./govuk.js";

document.body.classList.add("js-enabled", "govuk-frontend-supported");
initAll();
