// Agents sign in by name and PIN, as on a phone, and get a token for some hours.

import { Api, Problem } from "./api.js";
import { h, setText } from "./dom.js";
import { askForToken } from "./sign_in.js";

// Resolves with a token; `enter` of sign_in.js asks what it is.
export function askForPin(place, words, why) {
  return new Promise((resolve) => {
    const failure = h("p", { role: "alert", class: "failure", id: "sign-in-failure" });
    const described = "pin-hint sign-in-failure";
    const agent = h("input", {
      id: "agent", type: "text", required: true, autocomplete: "username", autocapitalize: "none",
      spellcheck: "false", maxlength: 32, dir: "ltr",
    });
    const pin = h("input", {
      id: "pin", type: "password", required: true, autocomplete: "current-password",
      inputmode: "numeric", maxlength: 16, dir: "ltr", "aria-describedby": described,
    });
    const button = h("button", { type: "submit", class: "main" }, words.t("sign_in"));
    const other = h("button", { type: "button", class: "plain" }, words.t("use_token"));
    const form = h("form", { class: "sign-in" },
      h("h1", {}, words.t("desk")),
      h("label", { for: "agent" }, words.t("agent_or_number")), agent,
      h("label", { for: "pin" }, words.t("pin")), pin,
      h("p", { id: "pin-hint", class: "hint" }, words.t("pin_hint")),
      failure, button, other);
    form.addEventListener("submit", async (event) => {
      event.preventDefault();
      button.disabled = true;
      setText(failure, "");
      try {
        const answer = await new Api(null).change("sign-in", {
          agent: agent.value.trim().toLowerCase(), pin: pin.value.trim(),
        });
        resolve(answer.token);
      } catch (problem) {
        if (!(problem instanceof Problem)) throw problem;
        const isWrong = problem.status === 401 || problem.status === 422;
        const lines = problem.lines.join("\n");
        setText(failure, isWrong ? words.t("pin_wrong") : lines || words.t("unreachable"));
        pin.value = "";
        (agent.value.trim() === "" ? agent : pin).focus();
      } finally {
        button.disabled = false;
      }
    });
    other.addEventListener("click", () => resolve(askForToken(place, words, "")));
    place.replaceChildren(form);
    if (why !== "token_wrong") setText(failure, words.t(why)); // that is said of tokens
    agent.focus();
  });
}
