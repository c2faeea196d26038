// The supervisors' wallboard: queues, agents and calls as they are, from the live feed.

import { Problem } from "./api.js";
import { h, setAttribute, setText } from "./dom.js";
import { Feed } from "./feed.js";
import { nothingChanged } from "./fold.js";
import { enter, signOut } from "./sign_in.js";
import { Acts } from "./wall_acts.js";
import { Campaigns } from "./wall_campaigns.js";
import { Filter } from "./wall_filter.js";
import { Figures, readStaff } from "./wall_reads.js";
import { agentTable, callTable, queueTable } from "./wall_tables.js";
import { Top } from "./wall_top.js";
import { agentRows, callRows, levelOf, queueRows, secondsSince } from "./wall_view.js";
import { Words } from "./words.js";
import { SHARED } from "./words_shared.js";
import { WALL } from "./words_wall.js";

const MAY_SEE = ["admin", "supervisor", "quality", "client"];
const MAY_SEE_AGENTS = new Set(["admin", "supervisor", "quality"]);
const MAY_ACT = new Set(["admin", "supervisor"]);
const RENDER_EVERY = 100; // milliseconds
const SECOND = 1_000;

class Wallboard {
  constructor({ api, me }, words) {
    this.words = words;
    this.api = api;
    this.mayAct = MAY_ACT.has(me.role);
    this.seesAgents = MAY_SEE_AGENTS.has(me.role);
    this.filter = new Filter();
    this.feed = new Feed(api.token);
    this.figures = new Figures(api, () => this.showSoon(null));
    this.campaigns = new Campaigns(this);
    this.acts = new Acts(this);
    this.acts.onDone = () => this.campaigns.read();
    this.compare = new Intl.Collator(words.language).compare;
    this.pending = nothingChanged();
    this.timer = null;
    this.over = new Set(); // queues that were over their promise when last looked at
    this.top = new Top(this, me);
    this.sections = [
      { table: queueTable(this), title: "queues", show: (table, changed) => this.showQueues(table, changed) },
      ...this.seesAgents
        ? [{ table: agentTable(this), title: "agents", show: (table, changed) => this.showAgents(table, changed) }]
        : [],
      { table: this.campaigns.table, title: "campaigns", show: () => this.campaigns.show(this.filter) },
      { table: callTable(this), title: "calls", show: (table, changed) => this.showCalls(table, changed) },
    ];
  }

  actOnAgent(id) {
    this.acts.onAgent(id);
  }

  actOnCampaign(id) {
    this.acts.onCampaign(this.campaigns.of(id));
  }

  actOnCall(id) {
    this.acts.onCall(id);
  }

  begin(content) {
    content.replaceChildren(
      h("h1", { class: "unseen" }, this.words.t("title")),
      ...this.sections.map(({ table, title }) => h("section", { "aria-labelledby": `${title}-heading`, class: title },
        h("h2", { id: `${title}-heading` }, this.words.t(title)), table.element)),
      this.acts.dialog,
    );
    this.campaigns.begin(content.querySelector(".campaigns"));
    this.feed.addEventListener("change", ({ detail }) => this.take(detail));
    this.feed.addEventListener("status", () => this.showStatus());
    window.addEventListener("hashchange", () => this.filterBy(new Filter()));
    setInterval(() => this.tick(), SECOND);
    this.filterBy(this.filter);
    this.feed.open();
    this.figures.begin();
  }

  take({ changed, message }) {
    for (const kind of ["queues", "agents", "calls"]) {
      for (const id of changed[kind]) this.pending[kind].add(id);
    }
    this.showSoon(changed.all ? null : this.pending);
    if (message.type === "snapshot") this.learnStaff();
  }

  async learnStaff() {
    if (!this.seesAgents) return;
    try {
      await readStaff(this.api, this.feed.board);
      this.showSoon(null);
    } catch (problem) {
      if (!(problem instanceof Problem)) throw problem; // the counts stay unknown
    }
  }

  filterBy(filter) {
    this.filter = filter;
    setAttribute(document.documentElement, "data-screen", filter.screen);
    this.showSoon(null);
  }

  // Many changes at once are shown once; null: everything may be another.
  showSoon(changed) {
    if (changed === null) this.pending.all = true;
    this.timer ??= setTimeout(() => this.show(), RENDER_EVERY);
  }

  show() {
    const changed = this.pending;
    this.pending = nothingChanged();
    this.timer = null;
    this.top.show(this.feed.board, this.filter);
    for (const { table, show } of this.sections) show(table, changed.all ? null : changed);
    this.acts.update();
    this.announce();
    this.showStatus();
  }

  showQueues(table, changed) {
    this.queues = queueRows(this.feed.board, this.filter, this.feed.now());
    const dirty = changed === null || changed.agents.size > 0 ? null : changed.queues;
    table.update(this.queues, (row) => row.queue, dirty);
  }

  showAgents(table, changed) {
    const rows = agentRows(this.feed.board, this.filter, this.compare);
    const dirty = changed === null || changed.calls.size > 0 ? null : changed.agents;
    table.update(rows, (row) => row.agent, dirty);
  }

  showCalls(table, changed) {
    const rows = callRows(this.feed.board, this.filter);
    const moves = changed === null || changed.calls.size > 0 || changed.agents.size > 0;
    if (moves) table.update(rows, (row) => row.call_id);
  }

  tick() {
    for (const { table } of this.sections) table.tick();
    if (this.filter.screen) this.showSoon(nothingChanged()); // for the order of urgency
    this.top.tick();
    this.announce();
  }

  // Who only listens is told when a queue goes over its promise; the title tells who looks elsewhere.
  announce() {
    const now = this.feed.now();
    const over = (this.queues ?? [])
      .filter((row) => levelOf(secondsSince(row.oldest, now), row.promise_seconds) === "over")
      .map((row) => row.queue);
    const fresh = over.filter((queue) => !this.over.has(queue));
    if (fresh.length > 0) this.top.announce(fresh.map((queue) => this.words.t("went_over", { queue })).join(". "));
    this.over = new Set(over);
    const title = this.words.t("title");
    document.title = over.length > 0 ? `■ ${this.words.number(over.length)} · ${title}` : title;
  }

  showStatus() {
    if (this.feed.status === "refused") signOut("token_wrong");
    this.top.showStatus(this.feed);
  }
}

const words = new Words(SHARED, WALL);
words.apply(words.t("title"));
setText(document.getElementById("skip"), words.t("skip"));
const content = document.getElementById("content");
const wall = new Wallboard(await enter(content, words, MAY_SEE), words);
wall.begin(content);
