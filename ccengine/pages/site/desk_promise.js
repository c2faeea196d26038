// Another call, promised to the lead that the agent talks with or has just talked with: when, by
// the lead's clock, and who makes it. Whether it may be made then is the engine's to say.

import { Problem } from "./api.js";
import { h, setAttribute, setText } from "./dom.js";

const MINUTES = "2026-11-24T15:30".length; // of what a browser gives

export class PromiseBox {
  constructor(state, words) {
    this.state = state;
    this.words = words;
    this.drawn = null;
    this.call = null;
    this.isSent = false;
    this.clocks = new Map(); // by zone
    const { t } = words;
    this.failure = h("p", { class: "failure", role: "alert", id: "promise-failure" });
    this.inputs = this.makeInputs();
    this.now = h("p", { class: "quiet", id: "promise-now" });
    this.promised = h("p", { class: "promised", role: "status", id: "promised" });
    this.cancel = h("button", { type: "button", id: "promise-cancel", onclick: () => this.send("DELETE") }, t("promise_cancel"));
    this.fields = {
      number: this.field("number", "promise_number"),
      zone: this.field("zone", "promise_zone"),
      at: this.field("at", "promise_at"),
    };
    this.form = h("form", { novalidate: true, autocomplete: "off" },
      h("div", { class: "fields" }, ...Object.values(this.fields)),
      h("p", {}, this.inputs.own, " ", h("label", { for: "promise-own" }, t("promise_own"))),
      this.now, this.failure,
      h("div", { class: "acts" }, h("button", { type: "submit", class: "main", id: "promise-book" }, t("promise_book")), this.cancel));
    this.element = h("section", { class: "panel promise", id: "promise", "aria-labelledby": "promise-title", hidden: true },
      h("h2", { id: "promise-title" }, t("promise_title")), this.promised, this.form);
    this.listen();
  }

  makeInputs() {
    return {
      number: h("select", { id: "promise-number", dir: "ltr" }),
      zone: h("select", { id: "promise-zone", dir: "ltr" }),
      at: h("input", { id: "promise-at", type: "datetime-local", "aria-describedby": "promise-failure promise-now" }),
      own: h("input", { id: "promise-own", type: "checkbox" }),
    };
  }

  field(name, key) {
    return h("div", { class: "field" }, h("label", { for: `promise-${name}` }, this.words.t(key)), this.inputs[name]);
  }

  listen() {
    this.form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.book();
    });
    this.inputs.number.addEventListener("change", () => this.fillZones());
    this.inputs.zone.addEventListener("change", () => this.tick());
  }

  get lead() {
    return this.state.desk?.lead ?? null;
  }

  get offer() {
    return this.lead?.callback ?? null;
  }

  draw() {
    const { offer } = this;
    this.element.hidden = offer === null;
    if (offer === null) return;
    const written = JSON.stringify(offer);
    if (written !== this.drawn) {
      this.drawn = written;
      this.fill(offer);
    }
    this.drawPromised();
    this.tick();
  }

  // What was typed of a call stays, while the desk is read anew.
  fill({ call, numbers }) {
    const { number, at, own } = this.inputs;
    const isOther = call !== this.call;
    const chosen = number.value;
    this.call = call;
    number.replaceChildren(...numbers.map((one) => h("option", { value: String(one.position) }, one.number)));
    const usual = numbers.find((one) => one.is_dialed) ?? numbers[0];
    const isThere = numbers.some((one) => String(one.position) === chosen);
    number.value = isThere && !isOther ? chosen : String(usual.position);
    this.fields.number.hidden = numbers.length < 2;
    if (isOther) {
      at.value = "";
      own.checked = false;
      this.fail("");
    }
    this.fillZones();
  }

  get zones() {
    const position = Number(this.inputs.number.value);
    return this.offer?.numbers.find((one) => one.position === position)?.zones ?? [];
  }

  fillZones() {
    const { zone } = this.inputs;
    const { zones } = this;
    const chosen = zone.value;
    zone.replaceChildren(...zones.map((one) => h("option", { value: one }, one.replaceAll("_", " "))));
    if (zones.includes(chosen)) zone.value = chosen;
    this.fields.zone.hidden = zones.length < 2;
    this.tick();
  }

  drawPromised() {
    const { t } = this.words;
    const { callback_at, callback_own } = this.lead;
    const key = callback_own ? "promised_own" : "promised_anybody";
    setText(this.promised, callback_at === null ? "" : t(key, { time: this.words.moment(Date.parse(callback_at)) }));
    this.cancel.hidden = callback_at === null;
  }

  // Their time of day: nobody has to count hours.
  tick() {
    const zone = this.inputs.zone.value;
    const there = this.offer === null || zone === "" ? "" : this.timeIn(zone);
    setText(this.now, there === "" ? "" : this.words.t("promise_now", { time: there, zone: zone.replaceAll("_", " ") }));
  }

  timeIn(zone) {
    if (!this.clocks.has(zone)) this.clocks.set(zone, clockOf(this.words.language, zone));
    return this.clocks.get(zone)?.format(this.state.feed.now()) ?? "";
  }

  book() {
    const { number, zone, at, own } = this.inputs;
    if (at.value === "") {
      this.fail(this.words.t("wrong_date_time"), at);
      return;
    }
    const wanted = { at: at.value.slice(0, MINUTES), own: own.checked, number: Number(number.value) };
    if (this.zones.length > 1) wanted.zone = zone.value;
    this.send("PUT", wanted);
  }

  // Pressed twice it is sent once.
  async send(method, body = undefined) {
    if (this.isSent || this.call === null) return;
    this.isSent = true;
    const { call } = this;
    try {
      await this.state.api.change(`agents/${this.state.name}/calls/${call}/callback`, body, method);
      if (call === this.call) this.fail("");
      this.state.refresh();
    } catch (problem) {
      if (!(problem instanceof Problem)) throw problem;
      if (call === this.call) this.refused(problem);
    } finally {
      this.isSent = false;
    }
  }

  refused(problem) {
    const [first] = problem.errors;
    if (first === undefined) {
      this.fail(problem.textOfChange(this.words.t));
      return;
    }
    const said = problem.errors.map((one) => [one.problem, one.remedy].filter((text) => text !== "").join(". "));
    this.fail(said.join("\n"), this.inputs[first.field] ?? this.inputs.at);
  }

  fail(text, input = null) {
    setText(this.failure, text);
    for (const one of Object.values(this.inputs)) setAttribute(one, "aria-invalid", one === input ? "true" : null);
    input?.focus();
  }
}

function clockOf(language, timeZone) {
  try {
    return new Intl.DateTimeFormat(language, { timeZone, weekday: "short", hour: "2-digit", minute: "2-digit" });
  } catch {
    return null; // a browser older than the zone's name
  }
}
