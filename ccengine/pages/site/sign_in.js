// Who reads the page: a token, kept for this tab only, and what the engine says it is.

import { Api, Problem } from "./api.js";
import { h, setText } from "./dom.js";

const KEPT = "ccengine.token";
const AGAIN = 2_000; // milliseconds

function keptToken() {
  return sessionStorage.getItem(KEPT);
}

function keepToken(token) {
  sessionStorage.setItem(KEPT, token);
}

// The page begins anew, with the form: nothing of what was seen stays.
export function signOut(reason = "") {
  sessionStorage.removeItem(KEPT);
  if (reason !== "") sessionStorage.setItem(`${KEPT}.why`, reason);
  location.reload();
}

// Returns `{ api, me }` of the kept token, or of one that `ask` gets by a form inside `place`.
export async function enter(place, words, roles, ask = askForToken) {
  let why = sessionStorage.getItem(`${KEPT}.why`) ?? "";
  sessionStorage.removeItem(`${KEPT}.why`);
  let token = keptToken();
  for (;;) {
    token ??= await ask(place, words, why);
    try {
      const me = await new Api(token).get("me");
      if (roles.includes(me.role)) {
        keepToken(token);
        place.replaceChildren();
        return { api: new Api(token, () => signOut("token_wrong")), me };
      }
      why = words.t("role_wrong", { role: me.role, roles: roles.join(", ") });
      token = null;
    } catch (problem) {
      if (!(problem instanceof Problem)) throw problem;
      if (problem.status === 401) {
        why = "token_wrong";
        token = null;
      } else {
        place.replaceChildren(h("p", { role: "status", class: "banner" }, words.t("unreachable")));
        await new Promise((resolve) => setTimeout(resolve, AGAIN));
      }
    }
  }
}

export function askForToken(place, words, why) {
  sessionStorage.removeItem(KEPT);
  return new Promise((resolve) => {
    const failure = h("p", { role: "alert", class: "failure", id: "sign-in-failure" });
    const field = h("input", {
      id: "token", type: "password", required: true, autocomplete: "off", spellcheck: "false",
      maxlength: 256, dir: "ltr", "aria-describedby": "token-hint sign-in-failure",
    });
    const form = h("form", {
      class: "sign-in",
      onsubmit: (event) => {
        event.preventDefault();
        if (field.value.trim() !== "") resolve(field.value.trim());
      },
    },
    h("h1", {}, words.t("sign_in")),
    h("label", { for: "token" }, words.t("token")),
    field,
    h("p", { id: "token-hint", class: "hint" }, words.t("token_hint")),
    failure,
    h("button", { type: "submit", class: "main" }, words.t("sign_in")));
    place.replaceChildren(form);
    setText(failure, words.t(why)); // after it is there, so that it is read aloud
    field.focus();
  });
}
