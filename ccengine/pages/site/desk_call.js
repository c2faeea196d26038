// The call at the desk: who it is, as soon as the phone rings, and what can be done with the talk.

import { callerOf } from "./caller.js";
import { h, setAttribute, setChildren, setText } from "./dom.js";
import { shortName } from "./desk_bar.js";
import { CardPart } from "./desk_card.js";
import { RecordingPart } from "./desk_recording.js";

const DIGITS = /^[0-9]{1,20}$/;

export class CallPanel {
  constructor(state, words) {
    this.state = state;
    this.words = words;
    const { t } = words;
    this.title = h("h2", { id: "call-title" });
    this.marks = h("p", { class: "marks" });
    this.recording = new RecordingPart(state, words);
    this.recorded = h("p", { class: "recorded", id: "recording", role: "status" });
    this.card = new CardPart(state, words);
    this.facts = h("dl", { class: "facts" });
    this.rows = new Map();
    this.none = h("p", { class: "quiet" }, t("no_call"));
    this.acts = h("div", { class: "acts", role: "group", "aria-labelledby": "call-title" });
    this.buttons = this.makeButtons();
    this.target = this.makeTarget();
    this.wrapUp = h("p", { class: "wrap-up" });
    this.endWrapUp = this.button("end-wrap-up", "end_wrap_up", () => this.state.act("wrap-up/end"));
    this.extendWrapUp = this.button("extend-wrap-up", "extend_wrap_up", () => this.state.act("wrap-up/extend"));
    this.after = h("div", { class: "acts" }, this.endWrapUp, this.extendWrapUp);
    this.element = h("section", { class: "panel call", id: "call", "aria-labelledby": "call-title" },
      this.title, this.marks, this.recorded, this.none, this.facts, this.acts, this.target.form, this.card.form,
      this.wrapUp, this.after);
  }

  button(id, key, onclick) {
    return h("button", { type: "button", id, onclick }, this.words.t(key));
  }

  makeButtons() {
    const act = (name) => () => this.state.act("talk", { act: name });
    const made = {
      hold: this.button("hold", "hold", act("hold")),
      retrieve: this.button("retrieve", "retrieve", act("retrieve")),
      transfer: this.button("transfer", "transfer", () => this.openTarget("transfer")),
      consult: this.button("consult", "consult", () => this.openTarget("consult")),
      conference: this.button("conference", "conference", act("conference")),
      swap: this.button("swap", "swap", act("swap")),
      back: this.button("back", "back", act("back")),
      hangUp: this.button("hang-up", "hang_up", act("hang_up")),
    };
    setAttribute(made.hangUp, "class", "danger");
    return made;
  }

  makeTarget() {
    const { t } = this.words;
    const failure = h("p", { class: "failure", id: "to-failure", role: "alert" });
    const field = h("input", {
      id: "to", autocomplete: "off", inputmode: "tel", list: "destinations", maxlength: 24, dir: "ltr",
      "aria-describedby": "to-failure", spellcheck: "false",
    });
    const list = h("datalist", { id: "destinations" });
    const label = h("label", { for: "to" });
    const cancel = h("button", { type: "button", onclick: () => this.closeTarget() }, t("cancel"));
    const form = h("form", { class: "inline target", hidden: true, id: "target" },
      label, field, list, h("button", { type: "submit", class: "main" }, t("go")), cancel, failure);
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.sendOn();
    });
    form.addEventListener("keydown", (event) => {
      if (event.key === "Escape") this.closeTarget();
    });
    return { form, field, list, label, failure, act: "" };
  }

  openTarget(act) {
    const { target } = this;
    this.card.close();
    target.act = act;
    setText(target.label, this.words.t(`to_${act}`));
    this.fail("");
    target.field.value = "";
    target.form.hidden = false;
    target.field.focus();
  }

  closeTarget() {
    const { target } = this;
    if (target.form.hidden) return;
    const hadFocus = target.form.contains(document.activeElement);
    target.form.hidden = true;
    if (hadFocus) (this.buttons[target.act] ?? this.element).focus();
  }

  fail(text) {
    setText(this.target.failure, text);
    setAttribute(this.target.field, "aria-invalid", text === "" ? null : "true");
  }

  async sendOn() {
    const { target } = this;
    const to = target.field.value.replace(/[\s()-]/g, "");
    if (!DIGITS.test(to)) {
      this.fail(this.words.t("digits_only"));
      target.field.focus();
      return;
    }
    this.fail("");
    if ((await this.state.act("talk", { act: target.act, to })) !== null) this.closeTarget();
  }

  // What F4 does.
  toggleHold() {
    const { hold, retrieve } = this.buttons;
    const shown = [hold, retrieve].find((one) => one.isConnected && !this.acts.hidden);
    shown?.click();
  }

  draw() {
    const { call, state } = this.state;
    const { t } = this.words;
    const isThere = call !== null;
    setAttribute(this.element, "data-state", isThere ? state : "none");
    setAttribute(this.element, "data-call", call?.call);
    setText(this.title, isThere ? `${t(`kind_${call.kind}`)}: ${t(`state_${state}`)}` : t("call"));
    this.none.hidden = isThere || state === "wrap_up";
    this.drawMarks(call);
    this.drawFacts(call);
    this.drawActs(call, state);
    this.tick();
  }

  drawMarks(call) {
    const { t } = this.words;
    const marks = [];
    if (call?.on_hold) marks.push(t("on_hold"));
    if (call?.consults) marks.push(t("consults_with", { who: call.consults }));
    if (call?.in_conference) marks.push(t("in_conference"));
    const card = this.card.text(call);
    if (card !== "") marks.push(card);
    const text = marks.join(" · ");
    setText(this.marks, text);
    this.marks.hidden = text === "";
    setText(this.recorded, this.recording.text(call)); // never hidden: a status that comes back is not read aloud
  }

  drawFacts(call) {
    const { words } = this;
    const at = (moment) => (moment ? words.time(Date.parse(moment)) : "");
    const facts = call === null ? {} : {
      client: call.client_name ?? call.client,
      speak: this.languageOf(call),
      queue: shortName(call.queue),
      caller: call.caller === null ? "" : callerOf(call, words.t), // null: not known yet
      line: [call.number, call.line].filter((one) => one).join(" · "),
      waited: this.waitOf(call),
      booked_for: at(call.booked_for),
      attempts: call.attempts > 0 ? words.number(call.attempts) : "",
      message: call.message_seconds ? words.duration(call.message_seconds) : "",
    };
    const shown = Object.keys(facts).filter((key) => facts[key] !== "");
    const learned = (call?.learned ?? []).filter((one) => one.text !== ""); // by menus: labels are the client's
    setChildren(this.facts, [
      ...shown.map((key) => this.row(key, this.words.t(key), facts[key])),
      ...learned.map((one) => this.row(`learned ${one.label}`, one.label, one.text)),
    ]);
  }

  row(key, label, text) {
    let row = this.rows.get(key);
    if (row === undefined) {
      const value = h("bdi");
      const parts = [h("dt", {}, h("bdi", {}, label)), h("dd", {}, value)];
      row = { value, element: h("div", { "data-fact": key }, ...parts) };
      this.rows.set(key, row);
    }
    setText(row.value, text);
    return row.element;
  }

  languageOf(call) {
    if (!call.language) return "";
    try {
      return new Intl.DisplayNames(this.words.language, { type: "language" }).of(call.language);
    } catch {
      return call.language;
    }
  }

  waitOf(call) {
    if (typeof call.waited_seconds === "number") return this.words.duration(call.waited_seconds);
    if (!call.waits_since || this.state.state !== "offered") return "";
    return this.words.duration((this.state.feed.now() - Date.parse(call.waits_since)) / 1000);
  }

  drawActs(call, state) {
    const talks = state === "on_call" && call?.state === "talking";
    const consults = talks && Boolean(call.consults);
    const { buttons } = this;
    this.acts.hidden = !talks;
    const mayTake = talks && !consults && !call.on_hold && !call.card && call.takes_cards;
    const shown = call?.card ? [this.card.stop, buttons.hangUp] : [
      ...(consults ? [] : [call?.on_hold ? buttons.retrieve : buttons.hold, buttons.transfer, buttons.consult]),
      ...(consults ? [buttons.conference, buttons.swap, buttons.back] : []),
      ...(mayTake ? [this.card.take] : []),
      ...this.recording.shown(call),
      buttons.hangUp,
    ];
    setText(buttons.hangUp, this.words.t(consults ? "hand_over" : "hang_up"));
    if (talks) {
      const had = this.acts.contains(document.activeElement);
      setChildren(this.acts, shown);
      if (had && !this.acts.contains(document.activeElement)) shown[0].focus();
    }
    if (!talks || consults || call.card) this.closeTarget();
    if (!mayTake) this.card.close();
    this.drawDestinations();
    this.after.hidden = state !== "wrap_up";
    this.wrapUp.hidden = state !== "wrap_up";
  }

  drawDestinations() {
    const there = this.state.desk?.destinations ?? [];
    const written = JSON.stringify(there);
    if (written === this.written) return;
    this.written = written;
    this.target.list.replaceChildren(
      ...there.map((one) => h("option", { value: one.number, label: `${one.label} (${one.number})` })));
  }

  tick() {
    const { agent, state, call } = this.state;
    if (state === "offered" && call !== null && this.rows.has("waited")) {
      const text = this.waitOf(call);
      if (text !== "") setText(this.rows.get("waited").value, text);
    }
    if (state !== "wrap_up") return;
    const left = agent?.until ? (Date.parse(agent.until) - this.state.feed.now()) / 1000 : null;
    const time = left === null ? "" : this.words.duration(Math.ceil(Math.max(0, left)));
    const { t } = this.words;
    setText(this.wrapUp, left === null ? t("wrap_up_open") : t("wrap_up_left", { time }));
    setAttribute(this.wrapUp, "data-near", left !== null && left <= 5);
  }
}
