import { content, empty } from "../page";
import { fill } from "../dom";
fill(content, empty("…", "…"));
content.removeAttribute("aria-busy");
