// The bar on top of the desk: how the agent is, and what they can change about it.

import { h, setAttribute, setChildren, setText } from "./dom.js";
import { STATE_SYMBOLS } from "./symbols.js";

const NO_REASON = "not ready"; // where the tenant names none: kept as it is, in every language

export class Bar {
  constructor(state, words) {
    this.state = state;
    this.words = words;
    const { t } = words;
    const act = (path, body) => () => this.state.act(path, typeof body === "function" ? body() : body);
    this.name = h("h1", { class: "name" });
    this.symbol = h("span", { "aria-hidden": true, class: "symbol" });
    this.label = h("span", { id: "state-label" });
    this.time = h("span", { class: "time" });
    this.detail = h("span", { class: "quiet", id: "state-detail" });
    this.phone = h("input", {
      id: "phone", inputmode: "numeric", maxlength: 8, size: 6, required: true, dir: "ltr", autocomplete: "off",
    });
    this.logIn = h("form", { class: "inline", id: "log-in" },
      h("label", { for: "phone" }, t("phone")), this.phone,
      h("button", { type: "submit", class: "main" }, t("log_in")));
    this.logIn.addEventListener("submit", (event) => {
      event.preventDefault();
      this.state.act("log-in", { phone: this.phone.value.trim() });
    });
    this.ready = h("button", { type: "button", class: "main", id: "ready", onclick: act("ready") }, t("ready"));
    this.reason = h("select", { id: "reason" });
    this.notReady = h("button", { type: "button", id: "not-ready", onclick: () => this.goNotReady() }, t("not_ready"));
    this.pause = h("span", { class: "inline group" },
      h("label", { for: "reason", class: "unseen" }, t("reason")), this.reason, this.notReady);
    this.help = h("button", { type: "button", id: "help", onclick: act("help") });
    this.logOut = h("button", { type: "button", id: "log-out", onclick: act("log-out") }, t("log_out"));
    this.element = h("section", { class: "panel bar", "aria-labelledby": "you" },
      h("h2", { id: "you", class: "unseen" }, t("you")), this.name,
      h("p", { class: "state" }, this.symbol, this.label, " ", this.time, " ", this.detail),
      h("div", { class: "acts" }, this.logIn, this.ready, this.pause, this.help, this.logOut));
  }

  // What F2 does.
  toggleReady() {
    if (this.ready.hidden) this.goNotReady();
    else this.state.act("ready");
  }

  goNotReady() {
    const { desk } = this.state;
    const reason = this.reason.value;
    if (reason === "" && desk?.reasons.length > 0) {
      this.reason.focus();
      return;
    }
    this.state.act("not-ready", { reason: reason || NO_REASON });
  }

  draw() {
    const { agent, desk, state } = this.state;
    const { t } = this.words;
    const known = desk?.agent;
    setText(this.name, known?.name ?? agent?.name ?? this.state.name);
    setText(this.symbol, STATE_SYMBOLS[state] ?? "");
    setAttribute(this.element, "data-state", state);
    setText(this.label, t(`state_${state}`));
    setText(this.detail, this.details(agent, known).join(" · "));
    const isIn = state !== "offline";
    this.logIn.hidden = isIn;
    if (!isIn && desk !== null && this.phone.value === "" && document.activeElement !== this.phone) {
      this.phone.value = desk.usual_phone ?? "";
    }
    const wantsCalls = state === "available" || (state !== "not_ready" && known?.after_call === null);
    this.ready.hidden = !isIn || wantsCalls || state === "wrap_up";
    this.pause.hidden = !isIn || (state === "not_ready" && desk?.reasons.length === 0);
    this.help.hidden = !isIn;
    this.logOut.hidden = !isIn;
    const asks = known?.asks_for_help ?? false;
    this.help.disabled = asks;
    setText(this.help, t(asks ? "help_asked" : "ask_help"));
    this.drawReasons(desk?.reasons ?? []);
    this.tick();
  }

  details(agent, known) {
    const { t } = this.words;
    const details = [agent?.cause || agent?.barred || ""];
    if (agent?.phone) details.push(t("at_phone", { phone: agent.phone }));
    if (known?.after_call) details.push(t("after_call", { state: t(`state_${known.after_call}`) }));
    return details.filter((one) => one !== "");
  }

  drawReasons(reasons) {
    const written = JSON.stringify(reasons);
    if (this.reasons === written) return;
    this.reasons = written;
    const { value } = this.reason;
    this.reason.replaceChildren(
      h("option", { value: "" }, this.words.t("choose")),
      ...reasons.map((reason) => h("option", { value: reason }, reason)));
    this.reason.value = reasons.includes(value) ? value : "";
    this.reason.hidden = reasons.length === 0;
  }

  tick() {
    const { since } = this.state;
    const time = since === null ? "" : this.words.duration((this.state.feed.now() - since) / 1000);
    setText(this.time, time);
  }
}

const TOLD_WITHIN_MS = 1000; // the feed says that it was done

// Whose calls the agent gets, one switch for each.
export class Queues {
  constructor(state, words) {
    this.state = state;
    this.words = words;
    this.list = h("ul", { class: "plain" });
    this.rows = new Map();
    this.element = h("section", { class: "panel", id: "queues", "aria-labelledby": "queues-title" },
      h("h2", { id: "queues-title" }, words.t("own_queues")), this.list);
  }

  draw() {
    const queues = this.state.desk?.queues ?? [];
    this.element.hidden = queues.length === 0;
    const isIn = this.state.state !== "offline";
    const rows = queues.map((queue) => {
      const row = this.rows.get(queue.queue) ?? this.row(queue);
      this.rows.set(queue.queue, row);
      row.box.checked = row.wanted ?? !(this.state.agent?.paused ?? []).includes(queue.queue);
      row.box.disabled = !isIn;
      setText(row.waiting, this.words.t("waiting_count", { count: this.words.number(queue.waiting) }));
      return row.element;
    });
    setChildren(this.list, rows);
  }

  row(queue) {
    const box = h("input", { type: "checkbox" });
    const row = { box, wanted: null }; // what was clicked, until it is done or refused
    box.addEventListener("change", async () => {
      row.wanted = box.checked;
      const done = await this.state.act(box.checked ? "resume" : "pause", { queue: queue.queue });
      setTimeout(() => { row.wanted = null; this.draw(); }, done === null ? 0 : TOLD_WITHIN_MS);
    });
    const waiting = h("span", { class: "quiet" });
    const label = `${queue.client_name}: ${shortName(queue.queue)}`;
    const element = h("li", {}, h("label", {}, box, " ", h("bdi", {}, label),
      h("span", { class: "unseen" }, ` ${this.words.t("takes")}`)), " ", waiting);
    return Object.assign(row, { waiting, element });
  }
}

// A queue's own name, without its client's.
export function shortName(queue) {
  return (queue ?? "").split("/").at(-1);
}
