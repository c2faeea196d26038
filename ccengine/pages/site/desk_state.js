// What the desk knows: the feed's word at once, the engine's whole answer a moment later.
//
// Tells "now" when anything is to be drawn, and "problem" with what the engine refused.

import { Problem } from "./api.js";

const HISTORY = 6;
const RECENT = 8;
const UNTOLD_EVERY = 20_000; // milliseconds: of callbacks, and of who waits, an agent is told nothing
const CONSULT_EVERY = 4_000; // whom a colleague's phone rings for is not told either
const DAY_EVERY = 300_000;
const DAY_SOON = 1_500; // after a call: what the engine answers from has it then

const WITH_CALL = new Set(["offered", "on_call", "wrap_up"]);

export class DeskState extends EventTarget {
  constructor(api, agent, feed) {
    super();
    this.api = api;
    this.name = agent;
    this.feed = feed;
    this.desk = null; // the answer of getDesk
    this.history = { call: null, calls: [] };
    this.callbacks = null;
    this.recent = null;
    this.day = null;
    this.since = null; // milliseconds: when the agent came into this state
    this.key = "";
    this.callId = null;
    this.isFetching = false;
    this.isStale = false;
  }

  open() {
    this.feed.addEventListener("change", (event) => this.take(event.detail));
    this.feed.addEventListener("status", () => {
      this.tell("now");
      if (this.feed.status === "connected") this.refreshAll();
    });
    setInterval(() => {
      this.refresh();
      this.refreshCallbacks();
    }, UNTOLD_EVERY);
    setInterval(() => this.refreshDay(), DAY_EVERY);
    setInterval(() => {
      if (this.call?.consults) this.refresh();
    }, CONSULT_EVERY);
    this.feed.open();
  }

  // The agent by the feed, which is first to know; by the desk before the first snapshot.
  get agent() {
    return this.feed.board.agents.get(this.name) ?? null;
  }

  get state() {
    return this.agent?.state ?? this.desk?.agent.state ?? "offline";
  }

  // The call at the desk: the feed's few words, and all the rest once it is here.
  get call() {
    const id = this.callId;
    if (id === null) return null;
    const known = this.desk?.call;
    const told = this.feed.board.calls.get(id);
    if (known?.call === id) return { ...known, state: told?.state ?? known.state };
    if (told === undefined) return null;
    const { client, kind, queue, number, state } = told; // who calls is told to those who saw it come
    const client_name = this.desk?.queues.find((one) => one.client === client)?.client_name ?? client;
    return { call: id, client, client_name, kind, queue, caller: told.caller || null, number, state };
  }

  get debrief() {
    return this.desk?.debrief ?? null;
  }

  take({ changed, message }) {
    const changes = message.changes ?? [];
    if (changed.closures.size > 0) this.tell("now");
    const concerns = changed.all || changed.agents.has(this.name)
      || changes.some((one) => one.agent === this.name || one.call_id === this.callId);
    if (!concerns) return;
    this.notice();
    this.tell("now");
    this.refresh();
  }

  // Takes the agent's state from the feed: since when it is so, and whether there is another call.
  notice() {
    const { agent } = this;
    if (agent === null) return;
    const key = `${agent.state} ${agent.cause} ${agent.call_id}`;
    if (key !== this.key) {
      if (this.key !== "" && !WITH_CALL.has(agent.state)) this.later();
      this.key = key;
      this.since = agent.since === null ? null : Date.parse(agent.since);
    }
    const before = this.callId;
    this.callId = WITH_CALL.has(agent.state) ? agent.call_id : null;
    if (this.callId !== null && this.callId !== before) this.refreshHistory(this.callId);
  }

  later() {
    setTimeout(() => {
      this.refreshDay();
      this.refreshRecent();
      this.refreshCallbacks();
    }, DAY_SOON);
  }

  refreshAll() {
    this.refresh();
    this.refreshCallbacks();
    this.refreshRecent();
    this.refreshDay();
    if (this.callId !== null) this.refreshHistory(this.callId);
  }

  // Asks for the desk; who wants it while it is being asked for gets one more.
  async refresh() {
    this.isStale = true;
    if (this.isFetching) return;
    this.isFetching = true;
    try {
      while (this.isStale) {
        this.isStale = false;
        this.desk = await this.api.get(`agents/${this.name}/desk`);
        this.tell("now");
      }
    } catch (problem) {
      forgive(problem); // the feed comes again, and then this is asked anew
    } finally {
      this.isFetching = false;
    }
  }

  async refreshHistory(call) {
    if (this.history.call !== call) this.history = { call, calls: [] };
    await this.ask(`calls/${call}/history`, { limit: HISTORY }, (page) => {
      if (this.history.call === call) this.history = { call, calls: page.calls };
    });
  }

  refreshCallbacks() {
    return this.ask(`agents/${this.name}/callbacks`, {}, (list) => {
      this.callbacks = list.callbacks;
    });
  }

  refreshRecent() {
    return this.ask("calls", { limit: RECENT }, (page) => {
      this.recent = page.calls;
    });
  }

  refreshDay() {
    return this.ask(`agents/${this.name}/day`, {}, (day) => {
      this.day = day;
    });
  }

  async ask(path, query, keep) {
    try {
      keep(await this.api.get(path, query));
      this.tell("now");
    } catch (problem) {
      forgive(problem); // what was shown stays
    }
  }

  // Changes something of the agent; returns the answer, or null if it was refused: that is told.
  act(path, body = undefined, method = "POST") {
    return this.change(`agents/${this.name}/${path}`, body, method);
  }

  async change(path, body = undefined, method = "POST") {
    try {
      const answer = await this.api.change(path, body, method);
      this.tell("problem", null);
      this.refresh();
      return answer;
    } catch (problem) {
      forgive(problem);
      this.tell("problem", problem);
      this.tell("now"); // what was clicked is drawn as it still is
      return null;
    }
  }

  tell(type, detail = undefined) {
    this.dispatchEvent(new CustomEvent(type, { detail }));
  }
}

function forgive(problem) {
  if (!(problem instanceof Problem)) throw problem;
}
