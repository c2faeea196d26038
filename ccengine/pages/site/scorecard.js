// A scorecard: filled in by a reviewer, or read by whom it is about. What it comes to is the
// engine's to say; until it is published no score is shown, so that none is argued with.

import { h, setText } from "./dom.js";

const ANSWERS = { yes_no: ["yes", "no"], scale: ["1", "2", "3", "4", "5"] };

export class Scorecard {
  // `card`: a version's content; `review`: as the engine has it; `fixed`: nothing can be changed.
  constructor(card, review, words, { fixed = false, prefix = "q" } = {}) {
    this.words = words;
    this.review = review;
    this.fixed = fixed;
    this.prefix = prefix;
    const { t } = words;
    this.inputs = new Map(); // by question: how to read the answer
    this.remarks = new Map();
    this.comment = h("textarea", { rows: 3, maxlength: 2000, disabled: fixed, dir: "auto" });
    this.comment.value = review.comment;
    this.element = h("form", { class: "card", onsubmit: (event) => event.preventDefault() },
      Object.values(card.sections).map((section) => h("fieldset", {},
        h("legend", { dir: "auto" }, section.title),
        Object.entries(section.questions).map(([name, one]) => this.question(name, one)))),
      h("label", {}, t("comment"), this.comment));
  }

  question(name, one) {
    const { t } = this.words;
    const said = this.review.answers[name] ?? "";
    const id = `${this.prefix}-${name}`;
    const about = [h("p", { id, dir: "auto" }, one.ask, " ",
      one.auto_fail ? h("span", { "data-fails": true }, t("fails_call")) : null),
      one.note ? h("p", { class: "aside", dir: "auto" }, one.note) : null];
    if (one.kind === "comment") {
      const field = h("textarea", { rows: 2, maxlength: 2000, "aria-labelledby": id, disabled: this.fixed, dir: "auto" });
      field.value = said;
      this.inputs.set(name, () => field.value.trim());
      return h("div", { class: "question", "data-question": name }, ...about, field);
    }
    const values = [...ANSWERS[one.kind], ...(one.na ? ["na"] : [])];
    const radios = values.map((value) => {
      const radio = h("input", { type: "radio", name: id, value, disabled: this.fixed });
      radio.checked = said === value; // a property, as a reset must not bring back what was
      return radio;
    });
    this.inputs.set(name, () => radios.find((radio) => radio.checked)?.value ?? "");
    const remark = h("input", { type: "text", maxlength: 2000, "aria-label": t("remark"), placeholder: t("remark"), disabled: this.fixed, dir: "auto" });
    remark.value = this.review.remarks[name] ?? "";
    this.remarks.set(name, () => remark.value.trim());
    return h("div", { class: "question", "data-question": name }, ...about,
      h("div", { class: "answers", role: "radiogroup", "aria-labelledby": id }, radios.map((radio) =>
        h("label", {}, radio, one.kind === "scale" && radio.value !== "na" ? this.words.number(Number(radio.value)) : t(`answer_${radio.value}`)))),
      this.fixed && remark.value === "" ? null : remark);
  }

  get filled() {
    return { answers: read(this.inputs), remarks: read(this.remarks), comment: this.comment.value.trim() };
  }

  // Answers that are others than those of the review.
  get changed() {
    const { answers } = this.filled;
    return Object.fromEntries(Object.entries(answers).filter(([name, value]) => this.review.answers[name] !== value));
  }
}

function read(fields) {
  const all = [...fields].map(([name, value]) => [name, value()]);
  return Object.fromEntries(all.filter(([, value]) => value !== ""));
}

// The version of a scorecard that a review names, which may be in force no more.
export async function cardOf(api, review) {
  const name = review.scorecard.replace(/^[^/]*\//, "").replace(/@.*$/, "");
  const { versions } = await api.get(`clients/${review.client}/scorecards/${name}`);
  return versions.find((one) => one.ref === review.scorecard).content;
}

export function disputeText(dispute, words) {
  const { t } = words;
  if (dispute === null) return null;
  const answered = dispute.accepted !== null;
  const verdict = h("strong", {});
  setText(verdict, t(!answered ? "dispute_waits" : dispute.accepted ? "dispute_accepted" : "dispute_stays"));
  return h("div", { class: "dispute" }, h("p", {}, verdict),
    h("p", {}, `${t("dispute_reason")}: `, h("bdi", {}, dispute.reason)),
    answered ? h("p", {}, `${t("dispute_answer")}: `, h("bdi", {}, dispute.answer)) : null);
}
