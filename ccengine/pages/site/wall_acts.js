// What a supervisor does to an agent or a waiting caller: one dialog, closed when it is done. That
// it worked is seen by the feed; what does not work is said here, with its remedy.

import { Problem } from "./api.js";
import { callerOf } from "./caller.js";
import { h, setText } from "./dom.js";
import { stands } from "./fold.js";
import { campaignActs } from "./wall_campaigns.js";
import { CoachPart } from "./wall_coaching.js";
import { marksOf } from "./wall_tables.js";
import { clientOf } from "./wall_view.js";

const PRIORITY_AT_MOST = 1000;

export class Acts {
  constructor({ api, feed, words }) {
    this.api = api;
    this.feed = feed;
    this.t = words.t;
    this.refresh = () => {};
    this.onDone = () => {}; // something was done that the feed may not tell
    this.coach = new CoachPart(this, feed.board);
    this.heading = h("h2", { id: "act-heading" });
    this.state = h("p", { role: "status" });
    this.failure = h("p", { role: "alert", class: "failure" });
    this.body = h("div", { class: "acts" });
    const close = h("button", { type: "button", onclick: () => this.dialog.close() }, this.t("close"));
    this.dialog = h("dialog", { "aria-labelledby": "act-heading" },
      this.heading, this.state, this.body, this.failure, h("p", { class: "end" }, close));
    this.dialog.addEventListener("close", () => { this.refresh = () => {}; });
  }

  // Has the open dialog say how things are now.
  update() {
    this.refresh();
  }

  async onAgent(id) {
    const agent = this.feed.board.agents.get(id);
    if (agent === undefined) return;
    const body = h("div", { class: "acts" });
    this.open(agent.name, body, () => {
      const now = this.feed.board.agents.get(id) ?? agent;
      const marks = marksOf(now, this.feed.board, this.t);
      setText(this.state, this.t(`state_${now.state}`) + (marks === "" ? "" : `; ${marks}`));
      for (const button of body.querySelectorAll("[data-when]")) {
        const states = button.dataset.when.split(" ");
        button.hidden = !states.includes(now.state);
      }
      this.coach.draw(now);
    });
    const path = `agents/${encodeURIComponent(id)}`;
    this.fillAgent(body, path, { reasons: null, queues: null }, agent);
    try {
      const desk = await this.api.get(`${path}/desk`);
      if (this.body === body) this.fillAgent(body, path, desk, agent);
    } catch (problem) {
      if (this.body === body) this.fillAgent(body, path, { reasons: [], queues: null }, agent);
      this.tell(problem, body);
    }
  }

  fillAgent(body, path, desk, agent) {
    const { t } = this;
    const focused = document.activeElement?.id;
    const act = (label, where, when, more = {}) => h("button", {
      type: "button", "data-when": when, onclick: () => this.send(`${path}/${where}`), ...more,
    }, label);
    const queues = desk.queues?.map((one) => one.queue) ?? agent.serves ?? [];
    body.replaceChildren(
      h("p", { class: "buttons" },
        act(t("do_ready"), "ready", "not_ready on_call wrap_up", { id: "act-ready" }),
        act(t("do_end_wrap_up"), "wrap-up/end", "wrap_up", { id: "act-end" }),
        act(t("do_log_off"), "log-out", "available not_ready offered on_call wrap_up", { id: "act-off" })),
      this.notReadyForm(path, desk),
      ...this.coach.formOf(this.feed.board.agents.get(agent.agent) ?? agent),
      ...queues.length > 0 ? [this.pauseForm(path, queues, agent.paused)] : [],
      h("p", { class: "hint", "data-when": "on_call" }, t("after_call")),
      h("p", { class: "hint", "data-when": "offline" }, t("logged_off_hint")),
    );
    this.refresh();
    const again = focused === undefined || focused === "" ? null : body.querySelector(`#${CSS.escape(focused)}`);
    (again ?? [...body.querySelectorAll("button")].find((one) => one.offsetParent !== null))?.focus();
  }

  notReadyForm(path, desk) {
    const { t } = this;
    const unknown = desk.reasons === null; // a field that becomes a list would take what is typed
    const reason = unknown || desk.reasons.length > 0
      ? h("select", { id: "act-reason", required: true, disabled: unknown },
        (desk.reasons ?? []).map((one) => h("option", {}, one)))
      : h("input", { id: "act-reason", required: true, maxlength: 64 });
    return h("form", {
      "data-when": "available not_ready offered on_call wrap_up",
      onsubmit: (event) => {
        event.preventDefault();
        this.send(`${path}/not-ready`, { reason: reason.value });
      },
    }, h("label", { for: "act-reason" }, t("reason")), reason,
    h("button", { type: "submit", disabled: unknown }, t("do_not_ready")));
  }

  pauseForm(path, queues, paused) {
    const { t } = this;
    const first = queues.find((one) => paused.includes(one));
    const queue = h("select", { id: "act-queue" }, queues.map((one) => h("option",
      { value: one, selected: one === first },
      paused.includes(one) ? t("paused_one", { queue: one }) : one)));
    return h("form", {
      onsubmit: (event) => {
        event.preventDefault();
        this.send(`${path}/${event.submitter?.value ?? "pause"}`, { queue: queue.value });
      },
    }, h("label", { for: "act-queue" }, t("queue")), queue,
    h("span", { class: "pair" },
      h("button", { type: "submit", value: "pause" }, t("do_pause")),
      h("button", { type: "submit", value: "resume" }, t("do_resume"))));
  }

  onCall(id) {
    const call = this.feed.board.calls.get(id);
    if (call === undefined) return;
    const { t } = this;
    const path = `calls/${encodeURIComponent(id)}`;
    const others = [...this.feed.board.queues.keys()].filter(
      (queue) => clientOf(queue) === call.client && queue !== call.queue);
    const queue = h("select", { id: "act-move" }, others.map((one) => h("option", {}, one)));
    const priority = h("input", {
      id: "act-priority", type: "number", step: 1, min: -PRIORITY_AT_MOST, max: PRIORITY_AT_MOST,
      required: true, value: call.priority ?? 0, "aria-describedby": "act-priority-hint",
    });
    const form = (run, ...inside) => h("form", {
      onsubmit: (event) => { event.preventDefault(); run(); },
    }, inside);
    const body = h("div", { class: "acts" },
      ...others.length > 0 ? [form(() => this.send(`${path}/move`, { queue: queue.value }),
        h("label", { for: "act-move" }, t("move_to")), queue,
        h("button", { type: "submit" }, t("do_move")))] : [],
      form(() => this.send(`${path}/priority`, { priority: Number(priority.value) }),
        h("label", { for: "act-priority" }, t("priority")), priority,
        h("button", { type: "submit" }, t("do_priority")),
        h("p", { class: "hint", id: "act-priority-hint" }, t("priority_hint"))));
    this.open(callerOf(call, t), body, () => {
      const now = this.feed.board.calls.get(id);
      const waits = now !== undefined && stands(now);
      setText(this.state, waits ? `${now.queue}, ${t(`place_${now.state}`)}` : t("gone"));
      body.hidden = !waits;
    });
    body.querySelector("select, input").focus();
  }

  // What is done is seen a moment later, where its figures are.
  onCampaign(row) {
    if (row === undefined) return;
    const { t } = this;
    const body = campaignActs(row, t, (path, given) => this.send(path, given));
    this.open(row.name, body, () => setText(this.state, t(`campaign_${row.state}`)));
    body.querySelector("input").focus();
  }

  open(heading, body, refresh) {
    setText(this.heading, heading);
    setText(this.failure, "");
    this.body.replaceWith(body);
    this.body = body;
    this.refresh = refresh;
    this.dialog.showModal();
    refresh();
  }

  // What is more than one step (`stays`) leaves the dialog open: it says how things are.
  async send(path, body = undefined, { method = "POST", stays = false } = {}) {
    const sent = this.body;
    setText(this.failure, "");
    try {
      await this.api.change(path, body, method);
      if (this.body === sent && !stays) this.dialog.close();
      this.onDone();
    } catch (problem) {
      this.tell(problem, sent);
    }
  }

  // Unless another dialog has been opened since.
  tell(problem, body) {
    if (!(problem instanceof Problem)) throw problem;
    if (this.body !== body) return;
    setText(this.failure, problem.textOfChange(this.t));
  }
}
