// A call that several score blind: opened for named reviewers, and when it is closed, what each has
// answered side by side.

import { h, setText } from "./dom.js";
import { cardOf } from "./scorecard.js";

const BETWEEN_NAMES = /[\s,;]+/;

export class Calibrations {
  // `page` is { api, words, me, attempt(act), put(…elements), take(part, more), refresh() }.
  constructor(page, mayOpen) {
    this.page = page;
    this.t = page.words.t;
    this.mayOpen = mayOpen;
    this.known = new Set(); // reviewers who are named somewhere
  }

  // Remembers who scores, to name them where a calibration is opened.
  learn(calibrations, reviews) {
    for (const { reviewers } of calibrations) for (const one of reviewers) this.known.add(one);
    for (const { reviewer } of reviews) this.known.add(reviewer);
  }

  // A form to have an agent's part in a call scored by several. `agents`: who had part in it.
  form({ call, agents, client, scorecard = null }) {
    const { page, t } = this;
    const agent = h("select", { id: "calibrate-agent" }, agents.map((one) => h("option", { value: one }, one)));
    const reviewers = h("input", {
      id: "calibrate-reviewers", required: true, maxlength: 1000, dir: "ltr", autocomplete: "off", spellcheck: "false",
      "aria-describedby": "calibrate-hint", value: `${page.me.name}, `,
    });
    const others = [...this.known].filter((one) => one !== page.me.name).sort();
    const open = async () => {
      const names = reviewers.value.split(BETWEEN_NAMES).filter((one) => one !== "");
      const body = { agent: agent.value, reviewers: names, scorecard };
      await this.show(await page.api.change(`calls/${encodeURIComponent(call)}/calibrations`, body));
      await page.refresh();
    };
    return h("form", {
      id: "calibrate",
      onsubmit: (event) => {
        event.preventDefault();
        page.attempt(open);
      },
    }, h("h3", {}, t("calibrate")), h("p", {}, h("bdi", {}, [client, call].filter((one) => one).join(" · "))),
    ...agents.length > 1 ? [h("label", { for: "calibrate-agent" }, t("agent")), agent] : [],
    h("label", { for: "calibrate-reviewers" }, t("reviewers")),
    h("div", { class: "inline" }, reviewers, h("button", { type: "submit" }, t("open_calibration"))),
    h("p", { class: "hint", id: "calibrate-hint" }, t("calibrate_hint"), " ",
      others.length > 0 ? h("bdi", { dir: "ltr" }, others.join(", ")) : null));
  }

  // Whether the reader is asked to score, and has not yet.
  isOwed({ closed_at, reviewers, done }) {
    const { name } = this.page.me;
    return closed_at === null && reviewers.includes(name) && !done.includes(name);
  }

  // Whoever owes a score is taken to the scorecard at once.
  async choose(calibration) {
    if (this.isOwed(calibration)) await this.score(calibration);
    else await this.show(calibration);
  }

  score(calibration) {
    return this.page.take(calibration, { calibration: calibration.calibration });
  }

  async show(calibration) {
    const { page, t } = this;
    const isOpen = calibration.closed_at === null;
    const path = `calibrations/${calibration.calibration}`;
    const close = async () => {
      await this.show(await page.api.change(`${path}/close`));
      await page.refresh();
    };
    const button = (id, key, run, more = {}) =>
      h("button", { type: "button", id, onclick: () => page.attempt(run), ...more }, t(key));
    const compared = isOpen ? h("p", { class: "quiet" }, t("blind")) : await this.compared(calibration);
    const { spread_percent } = calibration;
    page.put(h("section", { class: "panel", id: "calibration", "aria-labelledby": "calibration-title" },
      h("h2", { id: "calibration-title" }, t("calibration")),
      h("p", {}, h("bdi", {}, `${calibration.agent} · ${calibration.client} · ${calibration.call}`)),
      h("p", {}, t("done_by", { done: calibration.done.join(", ") || "–", all: calibration.reviewers.join(", ") })),
      compared,
      isOpen || spread_percent === null ? null : h("p", { class: "total" }, t("spread", { spread: page.percent(spread_percent) })),
      h("div", { class: "acts" },
        this.isOwed(calibration) ? button("score-calibration", "score_it", () => this.score(calibration), { class: "main" }) : null,
        isOpen ? button("look-again", "look_again", async () => this.show(await page.api.get(path))) : null,
        isOpen && this.mayOpen ? button("close-calibration", "close_calibration", close) : null)));
  }

  // All answers, a column for each reviewer; where they differ is marked.
  async compared(calibration) {
    const { page, t } = this;
    const { reviews, differences } = calibration;
    if (reviews.length === 0) return h("p", { class: "quiet" }, t("nothing_here"));
    const card = await cardOf(page.api, calibration);
    const differ = new Set(differences.map((one) => one.question));
    const cells = (texts) => texts.map((text) => h("td", {}, h("bdi", {}, text)));
    const row = (name, { ask }) => {
      const mark = h("span", { class: "mark" });
      setText(mark, differ.has(name) ? `≠ ${t("differ")}` : "");
      return h("tr", { "data-question": name, "data-differs": differ.has(name) },
        h("th", { scope: "row" }, h("bdi", {}, ask), " ", mark),
        ...cells(reviews.map((one) => this.answerText(one.answers[name]))));
    };
    const questions = Object.values(card.sections).flatMap((section) => Object.entries(section.questions));
    return h("div", { class: "scroll", tabindex: "0", role: "group", "aria-labelledby": "calibration-title" }, h("table", { class: "compared" },
      h("thead", {}, h("tr", {}, h("td", {}), ...reviews.map((one) => h("th", { scope: "col" }, h("bdi", {}, one.reviewer))))),
      h("tbody", {},
        h("tr", { class: "total" }, h("th", { scope: "row" }, t("score")), ...cells(reviews.map((one) => page.percent(one.score_percent)))),
        ...questions.map(([name, one]) => row(name, one)),
        h("tr", {}, h("th", { scope: "row" }, t("comment")), ...cells(reviews.map((one) => one.comment))))));
  }

  answerText(answer = "") {
    const { words } = this.page;
    const key = `answer_${answer}`;
    return words.has(key) ? words.t(key) : answer;
  }
}
