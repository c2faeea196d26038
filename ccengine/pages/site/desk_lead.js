// The lead at the desk: one that may be dialed or skipped, or the one that the agent talks with.

import { h, setAttribute, setText } from "./dom.js";

const REASONS = "lead-reasons";
const LATE = 10; // seconds: from here on the time left is marked

export class LeadPanel {
  constructor(state, words, voice) {
    this.state = state;
    this.words = words;
    this.voice = voice;
    this.drawn = null;
    this.announced = null;
    this.isSent = false;
    this.left = h("p", { class: "wrap-up", id: "lead-left" });
    this.title = h("h2", { id: "lead-title" });
    this.body = h("div");
    this.element = h("section", { class: "panel lead", id: "lead", "aria-labelledby": "lead-title", hidden: true },
      this.title, this.left, this.body);
  }

  get preview() {
    return this.state.desk?.preview ?? null;
  }

  draw() {
    const { preview } = this;
    const shown = preview ?? this.state.desk?.lead ?? null;
    this.element.hidden = shown === null;
    const written = JSON.stringify([shown, preview === null]);
    if (written !== this.drawn) {
      const hadFocus = this.element.contains(document.activeElement);
      this.drawn = written;
      this.isSent = false;
      setAttribute(this.element, "data-lead", shown?.lead);
      setAttribute(this.element, "data-preview", preview !== null);
      if (shown !== null) this.fill(shown, preview);
      if (hadFocus && preview !== null) this.body.querySelector("button")?.focus();
    }
    this.announce(preview);
    this.tick();
  }

  fill(shown, preview) {
    const { t } = this.words;
    this.title.replaceChildren(t(preview === null ? "lead" : "lead_preview"), ": ", h("bdi", {}, shown.campaign_name));
    const facts = shown.fields.map(({ label, text }) => h("div", {},
      h("dt", {}, h("bdi", {}, label)), h("dd", {}, h("bdi", {}, text))));
    this.body.replaceChildren(
      h("p", { class: "quiet" }, h("bdi", {}, shown.client_name)),
      h("dl", { class: "facts" }, ...facts),
      ...(preview === null ? [] : this.acts(preview)),
      ...this.attempts(shown.attempts),
    );
  }

  acts(preview) {
    const { t } = this.words;
    const { lead } = preview;
    const usual = preview.numbers.find((one) => one.is_usual) ?? preview.numbers[0];
    const dial = ({ position, number }) => h("button", {
      type: "button", class: position === usual?.position ? "main" : null, "data-position": position,
      onclick: () => this.send("preview/dial", { lead, number: position }),
    }, t("dial_number"), " ", h("bdi", { dir: "ltr" }, number));
    const reason = h("input", { id: "skip-reason", required: true, maxlength: 200, list: REASONS, autocomplete: "off" });
    const usualReasons = ["skip_reached", "skip_later", "skip_wrong_data"];
    const skip = h("form", {
      class: "inline",
      onsubmit: (event) => {
        event.preventDefault();
        this.send("preview/skip", { lead, reason: reason.value.trim() });
      },
    }, h("label", { for: "skip-reason" }, t("skip_reason")), reason,
    h("datalist", { id: REASONS }, ...usualReasons.map((key) => h("option", { value: t(key) }))),
    h("button", { type: "submit", id: "skip-lead" }, t("skip_lead")));
    return [h("div", { class: "acts", role: "group", "aria-labelledby": "lead-title" }, ...preview.numbers.map(dial)), skip];
  }

  attempts(list) {
    const { words } = this;
    const { t } = words;
    if (list.length === 0) return [h("p", { class: "quiet" }, t("no_attempts"))];
    const rows = list.map((one) => h("tr", {},
      h("td", {}, words.moment(Date.parse(one.at))),
      h("td", {}, h("bdi", { dir: "ltr" }, one.number)),
      h("td", {}, h("bdi", {}, one.disposition || t(`attempt_${one.outcome ?? "open"}`)))));
    const heads = ["when", "customer", "result"].map((key) => h("th", { scope: "col" }, t(key)));
    return [h("table", { "aria-label": t("attempts") }, h("thead", {}, h("tr", {}, ...heads)), h("tbody", {}, ...rows))];
  }

  // Once for each lead, however often the desk is drawn.
  announce(preview) {
    const key = preview === null ? null : `${preview.campaign} ${preview.lead} ${preview.until}`;
    if (key === this.announced) return;
    this.announced = key;
    if (preview !== null) this.voice.shout(this.words.t("lead_shown", { campaign: preview.campaign_name }));
  }

  // Pressed twice it is sent once.
  async send(path, body) {
    if (this.isSent) return;
    this.isSent = true;
    if ((await this.state.act(path, body)) === null) this.isSent = false;
  }

  tick() {
    const { preview } = this;
    this.left.hidden = preview === null;
    if (preview === null) return;
    const left = Math.max(0, (Date.parse(preview.until) - this.state.feed.now()) / 1000);
    setText(this.left, this.words.t("lead_left", { time: this.words.duration(Math.ceil(left)) }));
    setAttribute(this.left, "data-near", left <= LATE);
  }
}
