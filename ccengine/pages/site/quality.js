// For who listens and scores: what was drawn for them, the sound as a picture, the scorecard beside
// it, disputes, calibrations.

import { Problem } from "./api.js";
import { Calibrations } from "./calibration.js";
import { h, setAttribute, setText } from "./dom.js";
import { languagePicker } from "./page_top.js";
import { Scorecard, cardOf, disputeText } from "./scorecard.js";
import { enter, signOut } from "./sign_in.js";
import { Player } from "./waveform.js";
import { Words } from "./words.js";
import { QUALITY } from "./words_quality.js";
import { SHARED } from "./words_shared.js";

const MAY_SCORE = ["quality", "supervisor", "admin", "client"];
const MAY_TEACH = new Set(["quality", "supervisor", "admin"]);
const MAY_ANSWER = new Set(["supervisor", "admin"]);

class Quality {
  constructor({ api, me }, words) {
    this.api = api;
    this.me = me;
    this.words = words;
    this.calibrations = new Calibrations(this, MAY_TEACH.has(me.role));
    this.player = null;
    this.current = null;
    this.said = h("p", { class: "banner refused", role: "alert" });
    this.note = h("p", { class: "note", role: "status" });
    this.lists = Object.fromEntries(["to_score", "drafts", "disputes", "calibrations", "scored"].map((name) =>
      [name, h("ul", { class: "list", "aria-labelledby": `${name}-title` })]));
    this.chosen = h("div", { class: "review" }, h("p", { class: "panel quiet" }, words.t("choose_call")));
  }

  async begin(content) {
    const { t } = this.words;
    content.replaceChildren(this.said, h("h1", { class: "unseen" }, t("quality")), h("div", { class: "quality" },
      h("div", { class: "column" }, this.byNumber(), ...Object.entries(this.lists).map(([name, list]) =>
        h("section", { class: "panel" }, h("h2", { id: `${name}-title` }, t(name)), list))),
      this.chosen));
    await this.refresh();
    const wanted = new URLSearchParams(location.hash.slice(1)).get("review");
    if (wanted !== null) await this.attempt(async () => this.show(await this.api.get(`reviews/${wanted}`)));
  }

  // Whatever the engine refuses is said on top, in its words.
  async attempt(act) {
    try {
      setText(this.said, "");
      await act();
    } catch (problem) {
      if (!(problem instanceof Problem)) throw problem;
      setText(this.said, problem.textOfChange(this.words.t));
    }
  }

  async refresh() {
    await this.attempt(async () => {
      const [samples, drafts, disputes, calibrations, scored] = await Promise.all([
        this.api.get("quality/samples"), this.api.get("reviews", { mine: true, state: "draft" }),
        this.api.get("reviews", { disputed: true }), this.api.get("calibrations"),
        this.api.get("reviews", { state: "published" }),
      ]);
      this.calibrations.learn(calibrations.calibrations, [...scored.reviews, ...drafts.reviews]);
      this.fill("to_score", samples.samples, (one) => this.take(one, { scorecard: one.scorecard }), (one) => one.rule);
      this.fill("drafts", drafts.reviews, (one) => this.show(one));
      this.fill("disputes", disputes.reviews, (one) => this.show(one));
      this.fill("calibrations", calibrations.calibrations, (one) => this.calibrations.choose(one),
        (one) => this.words.t(one.closed_at === null ? "goes_on" : "closed"));
      this.fill("scored", scored.reviews, (one) => this.show(one), (one) => this.percent(one.score_percent));
    });
  }

  fill(name, found, choose, beside = () => "") {
    const { words } = this;
    const items = found.map((one) => {
      const at = one.talk_started_at ?? one.opened_at;
      return h("li", {}, h("button", {
        type: "button", "data-call": one.call, "data-review": one.review,
        "aria-current": String(one.review !== undefined && one.review === this.current?.review),
        onclick: () => this.attempt(() => choose(one)),
      }, h("bdi", {}, `${one.agent} · ${one.client}`),
      h("span", { class: "quiet" }, words.moment(Date.parse(at)), " ", h("bdi", {}, beside(one)))));
    });
    const none = h("li", { class: "quiet" }, words.t("nothing_here"));
    this.lists[name].replaceChildren(...(items.length === 0 ? [none] : items));
  }

  byNumber() {
    const { t } = this.words;
    const call = h("input", { id: "by-call", required: true, maxlength: 64, dir: "ltr", spellcheck: "false", autocomplete: "off" });
    return h("form", {
      class: "panel",
      onsubmit: (event) => {
        event.preventDefault();
        const calibrates = event.submitter?.value === "calibrate";
        this.attempt(async () => {
          const found = await this.api.get(`calls/${encodeURIComponent(call.value.trim())}`);
          const agents = [...new Set(found.conversations.map((one) => one.agent))];
          if (calibrates) {
            this.put(h("section", { class: "panel" }, this.calibrations.form({ ...found, agents })));
            document.getElementById("calibrate-reviewers").focus(); // on a telephone it is far below
          } else await this.take({ call: found.call, agent: agents.at(-1) ?? "" });
        });
      },
    }, h("label", { for: "by-call" }, t("call")), h("div", { class: "inline" }, call, h("button", { type: "submit" }, t("score_it")),
      MAY_TEACH.has(this.me.role) ? h("button", { type: "submit", value: "calibrate", id: "by-call-calibrate" }, t("calibrate")) : null));
  }

  async take({ call, agent }, more = {}) {
    const review = await this.api.change(`calls/${encodeURIComponent(call)}/reviews`, { agent, ...more });
    await this.show(review);
    await this.refresh();
  }

  leave() {
    this.player?.close();
    this.player = null;
  }

  async show(review) {
    const { t } = this.words;
    const card = await cardOf(this.api, review);
    const isSame = this.current?.call === review.call && this.player !== null;
    this.current = review;
    history.replaceState(null, "", `#review=${review.review}`);
    if (!isSame) {
      this.leave();
      this.player = new Player(this.api, this.words, `reviews/${review.review}`);
      this.player.open();
    }
    const mine = review.reviewer === this.me.name;
    const isDraft = review.state === "draft" && mine;
    const waits = review.dispute !== null && review.dispute.accepted === null;
    const answers = waits && (mine || MAY_ANSWER.has(this.me.role));
    const form = new Scorecard(card, review, this.words, { fixed: !isDraft && !answers });
    setText(this.note, "");
    this.chosen.replaceChildren(
      this.player.element,
      h("section", { class: "panel", id: "review", "aria-labelledby": "review-title" },
        h("h2", { id: "review-title", dir: "auto" }, card.title),
        h("p", {}, h("bdi", {}, `${review.agent} · ${review.queue ?? review.client} · ${review.call}`), " ",
          h("span", { class: "quiet" }, t("scored_by", { who: review.reviewer }))),
        review.score_percent === null ? null : h("p", { class: "total" }, this.percent(review.score_percent),
          review.failed_by.length > 0 ? ` · ${t("failed_call")}` : ""),
        disputeText(review.dispute, this.words), form.element, this.note,
        isDraft ? this.draftActs(review, form) : null, answers ? this.answerActs(review, form) : null,
        MAY_TEACH.has(this.me.role) ? this.teachActs(review) : null,
        MAY_TEACH.has(this.me.role) ? this.calibrations.form({ call: review.call, agents: [review.agent] }) : null));
  }

  draftActs(review, form) {
    const { t } = this.words;
    const path = `reviews/${review.review}`;
    const save = () => this.api.change(path, form.filled, "PUT");
    return h("div", { class: "acts" },
      h("button", { type: "button", id: "save", onclick: () => this.attempt(async () => {
        review = await save();
        setText(this.note, t("saved"));
        await this.refresh();
      }) }, t("save")),
      h("button", { type: "button", id: "publish", class: "main", onclick: () => this.attempt(async () => {
        await save();
        await this.show(await this.api.change(`${path}/publish`));
        await this.refresh();
      }) }, t("publish")),
      h("button", { type: "button", id: "discard", class: "danger", onclick: () => this.attempt(async () => {
        await this.api.change(path, undefined, "DELETE");
        this.put(h("p", { class: "panel quiet" }, t("choose_call")));
        await this.refresh();
      }) }, t("discard")));
  }

  answerActs(review, form) {
    const { t } = this.words;
    const text = h("textarea", { rows: 3, maxlength: 2000, required: true, id: "dispute-answer", dir: "auto" });
    const answer = (answers) => this.attempt(async () => {
      if (!text.reportValidity()) return;
      const body = { text: text.value.trim(), answers };
      await this.show(await this.api.change(`reviews/${review.review}/answer`, body));
      await this.refresh();
    });
    return h("div", {}, h("label", { for: "dispute-answer" }, t("dispute_answer")), text,
      h("p", { class: "hint" }, t("dispute_hint")),
      h("div", { class: "acts" },
        h("button", { type: "button", id: "accept", class: "main", onclick: () => answer(form.changed) }, t("accept_dispute")),
        h("button", { type: "button", id: "stay", onclick: () => answer(null) }, t("stay"))));
  }

  teachActs(review) {
    const { t } = this.words;
    const title = h("input", { id: "teach-title", maxlength: 200, required: true, dir: "auto", autocomplete: "off" });
    return h("form", {
      onsubmit: (event) => {
        event.preventDefault();
        this.attempt(async () => {
          await this.api.change(`calls/${review.call}/training`, { title: title.value.trim() }, "PUT");
          title.value = "";
          setText(this.note, t("taught"));
        });
      },
    }, h("label", { for: "teach-title" }, t("teach")), h("div", { class: "inline" }, title, h("button", { type: "submit" }, t("add"))),
    h("p", { class: "hint" }, t("teach_hint")));
  }

  // Shows this in the place of a review.
  put(...elements) {
    this.leave();
    this.current = null;
    history.replaceState(null, "", location.pathname);
    this.chosen.replaceChildren(...elements);
  }

  percent(value) {
    return value === null ? "" : this.words.percent(value / 100);
  }
}

const words = new Words(SHARED, QUALITY);
const { t } = words;
words.apply(t("quality"));
setText(document.getElementById("skip"), t("skip"));
const top = document.getElementById("top");
top.append(h("strong", { class: "brand" }, t("quality")), h("span", { class: "live" }), languagePicker(words));
const content = document.getElementById("content");
const entered = await enter(content, words, MAY_SCORE);
top.append(h("button", { type: "button", id: "sign-out", onclick: () => signOut() }, t("sign_out")));
setAttribute(document.documentElement, "data-role", entered.me.role);
await new Quality(entered, words).begin(content);
