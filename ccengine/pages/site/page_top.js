// What every page has on top: whether what is shown is how it is now, and the choice of a language.

import { h } from "./dom.js";
import { LANGUAGES, chooseLanguage } from "./words.js";

const PATIENCE = 1_500; // milliseconds without a connection before it is said

export function liveText({ status }, { t }) {
  return status === "connected" ? `● ${t("connected")}` : `○ ${t("connecting")}`;
}

// Empty: all is well, or has not been otherwise for long.
export function bannerText({ status, statusSince, reason, board }, words) {
  const { t } = words;
  if (status === "stopped") return t("stopped", { reason });
  if (status === "connected") return board.switchLost ? t("switch_lost") : "";
  const isOld = board.seq !== null && Date.now() - statusSince > PATIENCE;
  return isOld ? t("not_connected", { time: words.time(statusSince) }) : "";
}

export function languagePicker(words) {
  const picker = h("select", { "aria-label": words.t("language"), onchange: () => chooseLanguage(picker.value) },
    Object.entries(LANGUAGES).map(([code, name]) =>
      h("option", { value: code, lang: code, selected: code === words.language }, name)));
  return picker;
}
