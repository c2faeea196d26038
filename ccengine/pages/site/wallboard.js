// The supervisors' wallboard.
import { enter } from "./sign_in.js";
import { Words } from "./words.js";
import { SHARED } from "./words_shared.js";

const words = new Words(SHARED);
words.apply("Wallboard");
await enter(document.getElementById("content"), words, ["admin", "supervisor", "quality", "client"]);
