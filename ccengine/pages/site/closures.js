// What is closed by hand: said on every page for as long as it lasts, as its callers reach nobody.

import { h, setChildren } from "./dom.js";

// Closures in force, those of one client where one is named.
export function inForce(board, client = "") {
  return [...board.closures.values()].filter(
    (one) => one.closed && (client === "" || one.clients.includes(client)));
}

export class Closures {
  constructor(words) {
    this.words = words;
    this.lines = new Map(); // by how they read: what stays is not said again
    this.list = h("ul", { class: "closures" });
    this.element = h("div", { role: "status", "aria-label": words.t("closed_by_hand") }, this.list);
  }

  show(board, client = "") {
    const before = this.lines;
    this.lines = new Map();
    for (const closure of inForce(board, client)) {
      const key = JSON.stringify(closure);
      this.lines.set(key, before.get(key) ?? this.line(closure));
    }
    setChildren(this.list, [...this.lines.values()]);
  }

  line({ closure, name, since, until, by, cause }) {
    const { t } = this.words;
    const moment = (at) => this.words.moment(Date.parse(at));
    const said = [since === null ? t("closed") : t("closed_since", { time: moment(since) })];
    if (by !== "") said.push(t("closed_by", { who: by }));
    if (until !== null) said.push(t("opens_at", { time: moment(until) }));
    return h("li", { "data-closure": closure },
      h("span", { "aria-hidden": true }, "■ "), h("bdi", {}, h("strong", {}, name)), ` · ${said.join(" · ")}`,
      ...cause === "" ? [] : [" · ", h("bdi", {}, cause)]);
  }
}
