import { render } from "preact";
import "ol/ol.css";
import "./generated/roles.css";
import "./look/base.css";
import "./look/shell.css";
import "./look/parts.css";
import "./look/map.css";
import "./look/screens.css";
import "./look/administration.css";
import "./look/print.css";
import { App } from "./shell/App";
import { listen } from "./shell/keys";
import { askBeforeLeaving } from "./shell/saving";
import { start } from "./store";

listen();
askBeforeLeaving();
void start();
render(<App />, document.getElementById("app") as HTMLElement);
