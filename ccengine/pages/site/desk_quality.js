// What an agent sees of quality: their own scores, which they may dispute once, and good calls of
// their clients to learn from.

import { Problem } from "./api.js";
import { h, setText } from "./dom.js";
import { Scorecard, cardOf, disputeText } from "./scorecard.js";
import { Player } from "./waveform.js";

const EVERY = 300_000; // milliseconds
const SHOWN = 12;

class List {
  constructor(id, words, title) {
    this.words = words;
    this.said = h("p", { class: "failure", role: "alert" });
    this.list = h("ul", { class: "list" });
    this.opened = h("div", {});
    this.element = h("section", { class: "panel", id, "aria-labelledby": `${id}-title` },
      h("h2", { id: `${id}-title` }, words.t(title)), this.list, this.said, this.opened);
  }

  fill(items) {
    const none = h("li", { class: "quiet" }, this.words.t("nothing_here"));
    this.list.replaceChildren(...(items.length === 0 ? [none] : items));
  }

  async attempt(act) {
    try {
      setText(this.said, "");
      await act();
    } catch (problem) {
      if (!(problem instanceof Problem)) throw problem;
      setText(this.said, problem.textOfChange(this.words.t));
    }
  }

  hear(path, options) {
    this.player?.close();
    this.player = new Player(this.api, this.words, path, options);
    this.player.open();
    return this.player.element;
  }

  shut() {
    this.player?.close();
    this.player = null;
    this.opened.replaceChildren();
  }
}

export class ScoresPart extends List {
  constructor(api, words) {
    super("scores", words, "my_scores");
    this.api = api;
  }

  begin() {
    this.refresh();
    setInterval(() => this.refresh(), EVERY);
  }

  async refresh() {
    try {
      const { reviews } = await this.api.get("reviews");
      this.fill(reviews.slice(0, SHOWN).map((one) => this.item(one)));
    } catch (problem) {
      if (!(problem instanceof Problem)) throw problem; // what is shown is as it was
    }
  }

  item(review) {
    const { words } = this;
    const mark = review.dispute === null ? "" : ` · ${words.t(review.dispute.accepted === null ? "dispute_waits" : "dispute_over")}`;
    return h("li", {}, h("button", { type: "button", "data-review": review.review, onclick: () => this.attempt(() => this.show(review)) },
      h("strong", {}, words.percent(review.score_percent / 100)),
      h("span", { class: "quiet" }, `${words.moment(Date.parse(review.talk_started_at))} · ${review.queue ?? review.client}${mark}`)));
  }

  async show(review) {
    const { t } = this.words;
    const card = await cardOf(this.api, review);
    const form = new Scorecard(card, review, this.words, { fixed: true, prefix: "mine" });
    this.opened.replaceChildren(
      h("h3", { dir: "auto" }, card.title),
      h("p", { class: "total" }, this.words.percent(review.score_percent / 100)),
      disputeText(review.dispute, this.words),
      this.hear(`reviews/${review.review}`), form.element,
      review.dispute === null ? this.disputing(review) : null,
      h("button", { type: "button", onclick: () => this.shut() }, t("close")));
  }

  disputing(review) {
    const { t } = this.words;
    const reason = h("textarea", { id: "dispute-reason", rows: 3, maxlength: 2000, required: true, dir: "auto" });
    return h("form", {
      onsubmit: (event) => {
        event.preventDefault();
        this.attempt(async () => {
          await this.show(await this.api.change(`reviews/${review.review}/dispute`, { reason: reason.value.trim() }));
          await this.refresh();
        });
      },
    }, h("label", { for: "dispute-reason" }, t("dispute_reason")), reason,
    h("p", { class: "hint" }, t("dispute_once")), h("button", { type: "submit", id: "dispute" }, t("dispute")));
  }
}

export class TrainingPart extends List {
  constructor(api, words) {
    super("training", words, "training");
    this.api = api;
    this.clients = "";
  }

  // By the clients whose queues the agent has: they are known when the desk is.
  draw(state) {
    const clients = [...new Set((state.desk?.queues ?? []).map((one) => one.client))].sort();
    if (clients.join() === this.clients) return;
    this.clients = clients.join();
    this.refresh(clients);
  }

  async refresh(clients) {
    try {
      const found = await Promise.all(clients.map((client) => this.api.get(`clients/${client}/training`)));
      this.fill(found.flatMap(({ examples }, place) => examples.map((one) => this.item(clients[place], one))));
    } catch (problem) {
      if (!(problem instanceof Problem)) throw problem;
      this.clients = ""; // asked again with the next change
    }
  }

  item(client, example) {
    const { words } = this;
    return h("li", {}, h("button", { type: "button", "data-call": example.call, onclick: () => this.attempt(() => this.show(client, example)) },
      h("strong", { dir: "auto" }, example.title),
      h("span", { class: "quiet" }, `${client} · ${words.duration(example.seconds)}`)));
  }

  show(client, example) {
    this.opened.replaceChildren(
      h("h3", { dir: "auto" }, example.title), h("p", { dir: "auto" }, example.note),
      this.hear(`clients/${client}/training/${example.call}`, { pictures: false }),
      h("button", { type: "button", onclick: () => this.shut() }, this.words.t("close")));
  }
}
