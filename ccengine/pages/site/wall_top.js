// The head of the wallboard: how things are with the engine, what is shown, in which language.

import { Closures } from "./closures.js";
import { h, sayAnew, setAttribute, setChildren, setText } from "./dom.js";
import { bannerText, languagePicker, liveText } from "./page_top.js";
import { signOut } from "./sign_in.js";

const COUNTED = ["available", "on_call", "offered", "wrap_up", "not_ready"];

export class Top {
  constructor(wall, me) {
    this.wall = wall;
    this.words = wall.words;
    const { t } = this.words;
    this.status = h("p", { class: "status" });
    this.clock = h("p", { class: "clock" });
    this.banner = h("p", { class: "banner", role: "status" });
    this.closures = new Closures(this.words);
    this.spoken = h("p", { class: "unseen", role: "status", "aria-live": "polite" });
    this.numbers = h("ul", { class: "numbers", "aria-label": t("agents") });
    this.selects = new Map(["client", "queue", "team"].map((name) => [name, this.selectOf(name)]));
    if (!wall.seesAgents) this.selects.delete("team");
    this.offline = h("input", {
      type: "checkbox", id: "filter-offline",
      onchange: () => this.choose({ offline: this.offline.checked }),
    });
    this.screen = h("a", { href: "#screen" }, t("big_screen"));
    document.getElementById("top").append(
      h("div", { class: "bar" },
        h("p", { class: "title" }, t("title")), this.status, this.clock, this.numbers,
        h("span", { class: "quiet who" }, h("bdi", {}, me.name)), languagePicker(this.words),
        h("button", { type: "button", class: "out", onclick: () => signOut() }, t("sign_out"))),
      h("form", { class: "filters", "aria-label": t("filters"), onsubmit: (event) => event.preventDefault() },
        [...this.selects].map(([name, select]) =>
          h("span", {}, h("label", { for: select.id }, t(name)), select)),
        wall.seesAgents
          ? h("span", {}, this.offline, h("label", { for: "filter-offline" }, t("show_offline")))
          : null,
        this.screen),
      this.banner, this.closures.element, this.spoken,
    );
    window.addEventListener("keydown", (event) => {
      if (event.key === "Escape" && wall.filter.screen) this.choose({ screen: false });
    });
  }

  selectOf(name) {
    const select = h("select", {
      id: `filter-${name}`,
      onchange: () => this.choose({ [name]: select.value, ...name === "client" ? { queue: "" } : {} }),
    });
    return select;
  }

  choose(changes) {
    location.hash = this.wall.filter.but(changes).hash;
  }

  show(board, filter) {
    const queues = [...board.queues.values()];
    const inClient = queues.filter((one) => filter.client === "" || one.client === filter.client);
    this.offer("client", [...new Set(queues.map((one) => one.client))].sort(), filter.client);
    this.offer("queue", inClient.map((one) => one.queue), filter.queue);
    const teams = [...board.agents.values()].map((one) => one.team).filter((team) => team !== null);
    this.offer("team", [...new Set(teams)].sort(), filter.team);
    this.offline.checked = filter.offline;
    setAttribute(this.screen, "href", filter.but({ screen: true }).hash);
    this.showNumbers(board);
    this.closures.show(board, filter.clientShown);
  }

  offer(name, values, chosen) {
    const select = this.selects.get(name);
    if (select === undefined) return;
    const wanted = ["", ...values, ...chosen === "" || values.includes(chosen) ? [] : [chosen]];
    const known = [...select.options].map((one) => one.value);
    if (wanted.join("\n") !== known.join("\n")) {
      select.replaceChildren(...wanted.map((value) =>
        h("option", { value }, value === "" ? this.words.t("all") : value)));
    }
    if (select.value !== chosen) select.value = chosen;
  }

  showNumbers(board) {
    if (!this.wall.seesAgents) return;
    const counts = new Map(COUNTED.map((state) => [state, 0]));
    for (const { state } of board.agents.values()) counts.set(state, (counts.get(state) ?? 0) + 1);
    setChildren(this.numbers, COUNTED.map((state) => {
      const item = this.numbers.querySelector(`[data-state="${state}"]`)
        ?? h("li", { "data-state": state }, h("strong"), " ", h("span", {}, this.words.t(`state_${state}`)));
      setText(item.firstElementChild, this.words.number(counts.get(state)));
      return item;
    }));
  }

  showStatus(feed) {
    this.feed = feed;
    this.tick();
  }

  tick() {
    setText(this.clock, this.words.time(this.wall.feed.now()));
    if (this.feed === undefined) return;
    const { status, board } = this.feed;
    setAttribute(this.status, "data-status", status);
    setText(this.status, liveText(this.feed, this.words));
    setText(this.banner, bannerText(this.feed, this.words));
    setAttribute(document.documentElement, "data-old", status !== "connected" && board.seq !== null);
  }

  announce(text) {
    sayAnew(this.spoken, text);
  }
}
