// Campaigns on the wallboard: how each goes, and starting, pausing and finishing it.
//
// Figures are asked for: every few seconds, and at once when the feed tells of a lead's call or of
// an agent. Where the token sees no campaign, there is no such part of the page.

import { h, setAttribute, setText } from "./dom.js";
import { Table, showMark, showText } from "./table.js";

const EVERY = 3_000; // milliseconds
const SOON = 400; // many things happen at once
const NOTHING = "–";
const SYMBOLS = { running: "▶", resting: "☾", paused: "‖", stopped: "■" };
const LEVEL_SYMBOLS = { none: "", ok: "●", near: "▲", over: "■" };
const NEAR = 2 / 3; // of a limit
const ACTS = { running: ["pause", "finish"], resting: ["pause", "finish"], paused: ["start", "finish"], stopped: ["start"] };
const LEFT = ["fresh", "waiting", "callback", "claimed", "dialing"]; // states of leads

// "none": no answer is counted yet; "ok", "near", "over".
export function levelOfLimit({ percent, abandoned_percent: share }) {
  if (share === null || share === undefined) return "none";
  if (share > percent) return "over";
  return share >= percent * NEAR ? "near" : "ok";
}

export function leadsLeft(leads) {
  return LEFT.reduce((sum, state) => sum + (leads[state] ?? 0), 0);
}

// Whether a change of the feed may have changed figures of a campaign.
export function concernsCampaigns(change) {
  return /^(Lead|Campaign)/.test(change.type) || change.kind === "lead" || change.type === "PlanLoaded";
}

export class Campaigns {
  constructor(wall) {
    this.wall = wall;
    this.rows = [];
    this.timer = null;
    this.isReading = false;
    this.isStale = false;
    this.table = campaignTable(wall);
    this.section = null;
  }

  begin(section) {
    this.section = section;
    section.hidden = true;
    this.wall.feed.addEventListener("change", ({ detail: { message } }) => {
      const changes = message.changes ?? [];
      const seen = changes.some((one) => concernsCampaigns(one) || this.wall.feed.board.calls.get(one.call_id)?.kind === "lead");
      if (message.type === "snapshot" || seen) this.readSoon();
    });
    setInterval(() => { if (!document.hidden) this.read(); }, EVERY);
    document.addEventListener("visibilitychange", () => { if (!document.hidden) this.read(); });
    this.read();
  }

  of(id) {
    return this.rows.find((one) => one.campaign === id);
  }

  readSoon() {
    this.timer ??= setTimeout(() => {
      this.timer = null;
      this.read();
    }, SOON);
  }

  // Who wants it while it is being read gets it once more.
  async read() {
    this.isStale = true;
    if (this.isReading) return;
    this.isReading = true;
    try {
      while (this.isStale) {
        this.isStale = false;
        this.rows = (await this.wall.api.get("campaigns")).campaigns;
      }
    } catch {
      this.rows = []; // none is better than old ones
    } finally {
      this.isReading = false;
    }
    this.wall.showSoon(null);
  }

  show(filter) {
    const client = filter.clientShown;
    const shown = this.rows.filter((one) => client === "" || one.client === client);
    this.section.hidden = this.rows.length === 0;
    this.table.update(shown, (row) => row.campaign);
  }
}

function campaignTable(wall) {
  const { words } = wall;
  const { t } = words;
  const number = (of) => (cell, row) => setText(cell, words.number(of(row)));
  const columns = [
    { key: "campaign", head: t("campaign"), isHead: true, show: (cell, row) => showText(cell, row.name) },
    { key: "campaign_state", head: t("state"), show: (cell, row, element) => {
      setAttribute(element, "data-state", row.state);
      const closed = row.state === "running" && !row.is_open;
      showMark(cell, `campaign_${row.state}`, SYMBOLS[row.state], t(closed ? "campaign_closed" : `campaign_${row.state}`));
      setAttribute(cell, "title", [row.by, row.reason].filter((one) => one !== "").join(": ") || null);
    } },
    { key: "campaign_mode", head: t("campaign_mode"), show: (cell, row) => setText(cell, t(`mode_${row.mode}`)) },
    { key: "campaign_agents", head: t("agents"), show: (cell, row) => setText(cell, agentsText(row.agents, words)) },
    { key: "utilisation", head: t("utilisation"), show: (cell, row) => {
      const used = row.figures.utilisation_percent;
      setText(cell, used === null ? NOTHING : words.percent(used / 100));
    } },
    { key: "in_the_air", head: t("in_the_air"), show: number((row) => row.calls.in_the_air) },
    { key: "waiting", head: t("waiting"), show: number((row) => row.calls.waiting) },
    { key: "talking", head: t("talking"), show: number((row) => row.calls.talking) },
    { key: "answered", head: t("answered_leads"), show: (cell, row) => setText(cell, t("of_dialed", {
      answered: words.number(row.figures.answered), dialed: words.number(row.figures.dialed),
    })) },
    { key: "limits", head: t("limits"), show: (cell, row, element) => showLimits(cell, row, element, words) },
    { key: "hopper", head: t("hopper"), show: number((row) => row.hopper) },
    { key: "leads_left", head: t("leads_left"), show: number((row) => leadsLeft(row.leads)) },
  ];
  if (wall.mayAct) {
    columns.push({
      key: "acts",
      head: t("acts"),
      make: (cell, id) => cell.append(h("button", {
        type: "button", "aria-haspopup": "dialog", onclick: () => wall.actOnCampaign(id),
      }, "⋯")),
      show: (cell, row) => setAttribute(cell.firstElementChild, "aria-label", t("act_on", { who: row.name })),
    });
  }
  return new Table({ id: "campaigns", label: t("campaigns"), columns, none: t("no_campaigns") });
}

function agentsText({ idle, busy, wrap_up: wrapUp }, words) {
  return words.t("agents_of", {
    idle: words.number(idle), busy: words.number(busy), wrap_up: words.number(wrapUp),
  });
}

// The worst one colours the row; a share never stands without its limit and the time it counts over.
function showLimits(cell, row, element, words) {
  const order = ["none", "ok", "near", "over"];
  const levels = row.limits.map(levelOfLimit);
  const worst = order[Math.max(0, ...levels.map((one) => order.indexOf(one)))];
  setAttribute(element, "data-level", worst);
  const text = row.limits.map((one) => limitText(one, words)).join("; ");
  showMark(cell, worst, LEVEL_SYMBOLS[worst], text === "" ? NOTHING : text);
}

function limitText(limit, words) {
  const { t } = words;
  const share = limit.abandoned_percent;
  const counted = share === null || share === undefined ? NOTHING : words.percent(share / 100);
  return t("limit_of", { share: counted, limit: words.percent(limit.percent / 100), window: t(`window_${limit.window.replaceAll(" ", "_")}`) });
}

// What can be done with a campaign now: a dialog's inside. `send(path, body)` does it.
export function campaignActs(row, t, send) {
  const reason = h("input", { id: "act-campaign-reason", maxlength: 200, autocomplete: "off" });
  const path = row.campaign.split("/").map(encodeURIComponent).join("/");
  const button = (act) => h("button", {
    type: "submit", value: act, id: `act-${act}`, class: act === "finish" ? "danger" : null,
  }, t(`do_${act}_campaign`));
  const form = h("form", {
    onsubmit: (event) => {
      event.preventDefault();
      send(`campaigns/${path}/${event.submitter.value}`, { reason: reason.value });
    },
  }, h("label", { for: reason.id }, t("reason")), reason,
  h("p", { class: "buttons" }, ACTS[row.state].map(button)),
  h("p", { class: "hint" }, t("campaign_hint")));
  return h("div", { class: "acts" }, form);
}
