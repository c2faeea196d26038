// What is beside the call: script, the customer's history, callbacks, the agent's own numbers.

import { h, sayAnew, setText } from "./dom.js";
import { callerOf } from "./caller.js";
import { shortName } from "./desk_bar.js";

// Draws again only when what it draws is another.
class Part {
  constructor(id, words, title) {
    this.words = words;
    this.drawn = null;
    this.title = h("h2", { id: `${id}-title` }, words.t(title));
    this.body = h("div", { class: "scroll" });
    this.element = h("section", { class: "panel", id, "aria-labelledby": `${id}-title` }, this.title, this.body);
  }

  show(what, make) {
    const written = JSON.stringify(what);
    if (written === this.drawn) return;
    this.drawn = written;
    this.body.replaceChildren(...make());
  }

  none(key) {
    return [h("p", { class: "quiet" }, this.words.t(key))];
  }

  moment(at) {
    return at ? this.words.moment(Date.parse(at)) : "";
  }

  table(heads, rows) {
    const head = h("tr", {}, ...heads.map((key) => h("th", { scope: "col" }, this.words.t(key))));
    const body = rows.map((row) => h("tr", {}, ...row.map((text) => h("td", {}, h("bdi", {}, text)))));
    return h("table", {}, h("thead", {}, head), h("tbody", {}, ...body));
  }

  outcomeOf(call) {
    const { words } = this;
    const key = `outcome_${call.outcome}`;
    const word = words.has(key) ? words.t(key) : (call.outcome ?? "");
    return call.disposition || word;
  }
}

export class ScriptPart extends Part {
  constructor(words) {
    super("script", words, "script");
  }

  draw(state) {
    const script = state.desk?.script ?? null;
    this.show(script, () => (script === null ? this.none("no_script") : [
      h("h3", { dir: "auto" }, script.title),
      h("ol", { dir: "auto" }, ...script.steps.map((step) => h("li", {}, h("span", {}, step.say),
        step.note ? h("p", { class: "aside" }, h("bdi", {}, this.words.t("note")), ": ", h("bdi", {}, step.note)) : null))),
    ]));
  }
}

export class HistoryPart extends Part {
  constructor(words) {
    super("history", words, "history");
  }

  draw(state) {
    const { calls, call } = state.history;
    const shown = call !== null && call === (state.callId ?? state.debrief?.call) ? calls : null;
    this.element.hidden = shown === null;
    this.show(shown, () => (!shown?.length ? this.none("no_history") : [
      this.table(["when", "queue", "result", "talk"], shown.map((one) => [
        this.moment(one.arrived_at), shortName(one.queue), this.outcomeOf(one),
        this.words.duration(one.talk_seconds),
      ])),
    ]));
  }
}

export class CallbacksPart extends Part {
  constructor(words) {
    super("callbacks", words, "callbacks");
  }

  draw(state) {
    const list = state.callbacks ?? [];
    this.show(list, () => (list.length === 0 ? this.none("no_callbacks") : [
      this.table(["customer", "queue", "when", "place"], list.map((one) => [
        `${one.kind === "voicemail" ? "✉ " : ""}${callerOf({ caller: one.customer }, this.words.t)}`,
        `${one.client_name} ${shortName(one.queue)}`,
        this.moment(one.booked_for ?? one.called_at),
        one.position === null ? this.words.t("later") : this.words.number(one.position),
      ])),
    ]));
  }
}

export class DayPart extends Part {
  constructor(words) {
    super("day", words, "today");
  }

  draw(state) {
    const { day } = state;
    this.element.hidden = day === null;
    this.show(day, () => (day === null ? [] : [this.numbers(day)]));
  }

  numbers(day) {
    const { words } = this;
    const breaks = Object.values(day.not_ready).reduce((sum, seconds) => sum + seconds, 0);
    const facts = {
      logged_in: words.duration(day.logged_in),
      calls: words.number(day.calls),
      talked: words.duration(day.talked),
      wrapped_up: words.duration(day.wrapped_up),
      breaks: words.duration(breaks),
      missed: words.number(day.missed),
    };
    return h("dl", { class: "numbers" }, ...Object.entries(facts).map(([key, text]) =>
      h("div", {}, h("dt", {}, words.t(key)), h("dd", {}, text))));
  }
}

export class RecentPart extends Part {
  constructor(words) {
    super("recent", words, "recent");
  }

  draw(state) {
    const calls = state.recent ?? [];
    this.show(calls, () => (calls.length === 0 ? this.none("no_recent") : [
      this.table(["when", "caller", "queue", "result"], calls.map((one) => [
        this.moment(one.arrived_at), callerOf(one, this.words.t), shortName(one.queue),
        this.outcomeOf(one),
      ])),
    ]));
  }
}

// One line for those who hear the page: said at once, or when there is a pause.
export class Voice {
  constructor() {
    this.loud = h("p", { role: "alert", class: "unseen", id: "said-at-once" });
    this.soft = h("p", { role: "status", class: "unseen", id: "said" });
  }

  shout(text) {
    sayAnew(this.loud, text);
  }

  hush() {
    setText(this.loud, "");
  }

  say(text) {
    setText(this.soft, text);
  }
}
