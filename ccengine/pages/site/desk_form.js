// How the call went, and the form that its queue asks for. What is typed is kept until it is saved.

import { Problem } from "./api.js";
import { h, setAttribute, setText } from "./dom.js";
import { shortName } from "./desk_bar.js";

const TYPING_AGAIN = 60_000; // milliseconds: so often the engine hears that the agent still types
const TYPING_OVER = 30_000;
const YES_NO = ["yes", "no"];

export class OutcomeForm {
  constructor(state, words, drafts) {
    this.state = state;
    this.words = words;
    this.drafts = drafts;
    this.draft = null;
    this.built = "";
    this.fields = new Map(); // by name of the problem: { input, failure }
    this.typing = new Map(); // by call, of those that the engine was told of: { since, toldIn, timer }
    this.isSaving = false;
    this.wanted = new Set(); // drafts that are to be saved
    const { t } = words;
    this.none = h("p", { class: "quiet" }, t("nothing_to_say"));
    this.owed = h("p", { class: "owed" });
    this.body = h("div", { class: "fields" });
    this.failure = h("p", { class: "failure", role: "alert", id: "outcome-failure" });
    this.note = h("p", { class: "note", role: "status" });
    this.save = h("button", { type: "submit", class: "main", id: "save" }, t("save"));
    this.form = h("form", { novalidate: true, autocomplete: "off" },
      this.owed, this.body, this.failure, h("div", { class: "acts" }, this.save, this.note));
    this.unsaved = h("p", { class: "unsaved" });
    this.which = h("span", { class: "quiet" });
    this.element = h("section", { class: "panel outcome", id: "outcome", "aria-labelledby": "outcome-title", tabindex: -1 },
      h("h2", { id: "outcome-title" }, t("outcome"), this.which), this.unsaved, this.none, this.form);
    this.listen();
  }

  listen() {
    this.form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.submit();
    });
    this.form.addEventListener("input", () => this.typed());
    this.form.addEventListener("change", () => this.typed());
    this.form.addEventListener("focusout", () => setTimeout(() => this.draw(), 0)); // see isHeld
    this.form.addEventListener("keydown", (event) => {
      if (event.key === "Enter" && event.ctrlKey) {
        event.preventDefault();
        this.submit();
      }
    });
  }

  focus() {
    const first = [...this.fields.values()].find((one) => !one.input.disabled);
    (first?.input ?? this.element).focus();
  }

  draw() {
    const debrief = this.state.debrief;
    const current = debrief === null ? null : this.drafts.of(debrief);
    if (!this.isHeld(current)) this.show(current);
    const { callId, state } = this.state;
    const toldIn = this.typing.get(callId)?.toldIn ?? state;
    if (state === "wrap_up" && toldIn !== state) this.beginTyping(callId); // only that is kept open by it
    const isEarlier = this.draft !== null && this.draft.debrief.call !== this.state.callId;
    setText(this.which, isEarlier ? ` · ${this.words.t("earlier_call")}` : "");
    const owed = this.draft !== null && this.draft.debrief.owed;
    setText(this.owed, owed ? this.words.t("outcome_owed") : "");
    this.drawUnsaved();
  }

  // Fields are not taken away from under somebody's fingers, when the next call comes.
  isHeld(current) {
    const isOther = this.draft !== null && this.draft.debrief.call !== current?.debrief.call;
    return isOther && this.draft.isDirty && this.form.contains(document.activeElement);
  }

  // Those of earlier calls can be opened, finished and saved, as long as the engine takes them.
  drawUnsaved() {
    const { t } = this.words;
    const shown = this.draft?.debrief.call ?? null;
    const current = this.state.debrief;
    const others = this.drafts.unsaved(shown).filter((one) => one.debrief.call !== current?.call);
    if (current !== null && shown !== null && shown !== current.call) others.push(this.drafts.of(current));
    const names = others.map((one) => one.debrief.call).join();
    if (this.others === names) return;
    this.others = names;
    this.unsaved.replaceChildren(...(others.length === 0 ? [] : [`${t("unsaved")} `]), ...others.map((one) =>
      h("button", { type: "button", class: "plain", onclick: () => this.switchTo(one) },
        h("bdi", {}, `${one.debrief.call === current?.call ? "☎ " : ""}${one.debrief.client} ${shortName(one.debrief.queue)}`))));
  }

  switchTo(draft) {
    this.show(draft);
    this.others = null;
    this.drawUnsaved();
    this.focus();
  }

  show(draft) {
    const changed = this.draft?.debrief.call !== draft?.debrief.call;
    this.draft = draft;
    this.none.hidden = draft !== null;
    this.form.hidden = draft === null;
    if (draft === null) {
      this.built = "";
      return;
    }
    if (changed) this.clear();
    const { debrief } = draft;
    const built = JSON.stringify([
      debrief.call, debrief.dispositions, debrief.contact_reasons, debrief.form,
    ]);
    if (built !== this.built) {
      this.built = built;
      this.build(debrief);
      this.fill();
    } else if (!draft.isDirty) {
      this.fill();
    }
  }

  clear() {
    setText(this.note, "");
    this.problems([]);
  }

  build(debrief) {
    const { t } = this.words;
    this.fields.clear();
    const parts = [];
    if (debrief.dispositions.length > 0) {
      parts.push(this.select("disposition", t("disposition"), debrief.dispositions, true));
    }
    if (debrief.contact_reasons.length > 0) {
      parts.push(this.select("contact_reason", t("contact_reason"), debrief.contact_reasons, false));
    }
    parts.push(this.select("resolved", t("resolved"), this.yesNo(), false, { empty: t("unsaid") }));
    if (debrief.form !== null) {
      const title = h("legend", { dir: "auto" }, debrief.form.title);
      parts.push(h("fieldset", { id: "form" }, title, ...debrief.form.fields.map((one) => this.field(one))));
    }
    this.body.replaceChildren(...parts);
  }

  yesNo() {
    return YES_NO.map((name) => ({ name, label: this.words.t(name) }));
  }

  select(name, label, choices, isRequired, { empty = this.words.t("choose"), field } = {}) {
    const input = h("select", {},
      h("option", { value: "" }, empty),
      ...choices.map((one) => h("option", { value: one.name }, one.label)));
    return this.labelled(name, label, input, isRequired, field);
  }

  field(field) {
    const name = `values.${field.name}`;
    switch (field.kind) {
      case "choice":
        return this.select(name, field.label, field.choices, field.required, { field });
      case "yes_no":
        return this.select(name, field.label, this.yesNo(), field.required, { field });
      default:
        return this.labelled(name, field.label, h("input", attributesOf(field)), field.required, field);
    }
  }

  labelled(name, label, input, isRequired, field = undefined) {
    const id = `field-${name.replace(/[^a-z0-9_-]/gi, "-")}`;
    const failure = h("p", { class: "failure", id: `${id}-failure` });
    setAttribute(input, "id", id);
    setAttribute(input, "name", name);
    setAttribute(input, "dir", input.getAttribute("dir") ?? "auto");
    setAttribute(input, "aria-describedby", failure.id);
    setAttribute(input, "aria-required", isRequired ? "true" : null);
    this.fields.set(name, { input, failure, field });
    const mark = isRequired ? h("span", { class: "quiet" }, ` (${this.words.t("required")})`) : null;
    return h("div", { class: "field" }, h("label", { for: id }, h("bdi", {}, label), mark), input, failure);
  }

  // Writes the draft into the fields.
  fill() {
    const { said, values } = this.draft;
    const resolved = { true: "yes", false: "no" }[String(said.resolved)] ?? "";
    const texts = { ...said, resolved };
    for (const [name, { input }] of this.fields) {
      const text = name.startsWith("values.") ? values[name.slice(7)] ?? "" : texts[name] ?? "";
      if (input.value !== text) input.value = text;
    }
  }

  // Reads the fields into the draft.
  read() {
    const text = (name) => this.fields.get(name)?.input.value ?? "";
    this.draft.said = {
      disposition: text("disposition"),
      contact_reason: text("contact_reason"),
      resolved: { yes: true, no: false }[text("resolved")] ?? null,
    };
    this.draft.values = Object.fromEntries([...this.fields.keys()]
      .filter((name) => name.startsWith("values.") && text(name).trim() !== "")
      .map((name) => [name.slice(7), text(name).trim()]));
  }

  typed() {
    if (this.draft === null) return;
    this.read();
    this.drafts.touch(this.draft);
    setText(this.note, "");
    const { call } = this.draft.debrief;
    const since = this.typing.get(call)?.since ?? -Infinity;
    if (Date.now() - since > TYPING_AGAIN) this.beginTyping(call);
    const typing = this.typing.get(call);
    clearTimeout(typing.timer);
    typing.timer = setTimeout(() => this.endTyping(call), TYPING_OVER);
  }

  beginTyping(call) {
    const { timer } = this.typing.get(call) ?? {};
    this.typing.set(call, { since: Date.now(), toldIn: this.state.state, timer });
    this.tellTyping(call, true);
  }

  endTyping(call) {
    if (this.forgetTyping(call)) this.tellTyping(call, false);
  }

  forgetTyping(call) {
    clearTimeout(this.typing.get(call)?.timer);
    return this.typing.delete(call);
  }

  async tellTyping(call, typing) {
    try {
      await this.state.api.change(`agents/${this.state.name}/calls/${call}/typing`, { typing }, "PUT");
    } catch (problem) {
      if (!(problem instanceof Problem)) throw problem;
      this.forgetTyping(call); // told again with the next key
    }
  }

  // What is wrong with a field of the form, in the reader's language; null: the engine's words say it.
  saidOf(field, value) {
    if (field === undefined) return null;
    const { t } = this.words;
    if (value.trim() === "") return t("wrong_empty");
    return t(`wrong_${field.kind}`, { bounds: range(boundsOf(field)) });
  }

  async submit() {
    if (this.draft === null) return;
    this.read();
    this.wanted.add(this.draft);
    if (this.isSaving) return; // what was typed meanwhile is saved next
    this.isSaving = true;
    try {
      for (const draft of this.wanted) {
        this.wanted.delete(draft);
        await this.saveOne(draft);
      }
    } finally {
      this.isSaving = false;
    }
  }

  // By the time of the answer the agent may have gone on to another call's draft.
  async saveOne(draft) {
    if (this.draft === draft) this.problems([]);
    if (draft.debrief.dispositions.length > 0 && draft.said.disposition === "") {
      const problem = { field: "disposition", problem: this.words.t("say_how"), remedy: "" };
      if (this.draft === draft) this.problems([problem]);
      return;
    }
    const sent = JSON.stringify([draft.said, draft.values]);
    try {
      await this.send(draft);
      if (JSON.stringify([draft.said, draft.values]) === sent) this.settle(draft);
    } catch (problem) {
      if (!(problem instanceof Problem)) throw problem;
      if (this.draft === draft) this.refused(problem); // else it is unsaved still, and listed so
    }
  }

  settle(draft) {
    this.drafts.settle(draft);
    if (this.draft === draft) setText(this.note, this.words.t("saved"));
    this.endTyping(draft.debrief.call);
    this.state.refresh();
    this.draw();
  }

  // The form first: what is said may end a wrap-up that waits for it.
  async send(draft) {
    const { debrief, said, values } = draft;
    const part = `agents/${this.state.name}/calls/${debrief.call}`;
    if (debrief.form !== null && this.wantsForm(debrief, said, values)) {
      await this.state.api.change(`${part}/form`, { values }, "PUT");
    }
    if (said.disposition === "") return;
    const outcome = { disposition: said.disposition, resolved: said.resolved };
    if (said.contact_reason !== "") outcome.contact_reason = said.contact_reason;
    await this.state.api.change(`${part}/outcome`, outcome, "PUT");
  }

  wantsForm(debrief, said, values) {
    const chosen = debrief.dispositions.find((one) => one.name === said.disposition);
    return Object.keys(values).length > 0 || (chosen?.form ?? true);
  }

  refused(problem) {
    if (problem.isUnreachable) {
      setText(this.failure, this.words.t("kept"));
    } else if (problem.errors.length > 0) {
      this.problems(problem.errors);
    } else {
      setText(this.failure, problem.lines.join("\n"));
      if (problem.status === 404) this.drafts.drop(this.draft); // too late: it stays to be read only
    }
  }

  // Each at its field, and the first one gets the keyboard.
  problems(errors) {
    for (const { input, failure } of this.fields.values()) {
      setAttribute(input, "aria-invalid", null);
      setText(failure, "");
    }
    const others = [];
    let first = null;
    for (const { field, problem, remedy } of errors) {
      const place = this.fields.get(field);
      const text = this.saidOf(place?.field, place?.input.value ?? "")
        ?? [problem, remedy].filter((one) => one !== "").join(". ");
      if (place === undefined) {
        others.push(`${field}: ${text}`);
        continue;
      }
      setAttribute(place.input, "aria-invalid", "true");
      setText(place.failure, text);
      first ??= place.input;
    }
    setText(this.failure, errors.length === 0 ? "" : [this.words.t("not_saved"), ...others].join("\n"));
    first?.focus();
  }
}

function range({ least, most }) {
  return least === "" && most === "" ? "" : ` ${least}–${most}`;
}

function boundsOf(field) {
  return { least: field.least ?? "", most: field.most ?? "" };
}

function attributesOf(field) {
  switch (field.kind) {
    case "digits":
      return { type: "text", inputmode: "numeric", maxlength: field.most, dir: "ltr", spellcheck: "false" };
    case "number":
    case "months":
    case "scale":
      return { type: "text", inputmode: "numeric", maxlength: 16, dir: "ltr", placeholder: range(boundsOf(field)).trim() || null };
    case "amount":
      return { type: "text", inputmode: "decimal", maxlength: 19, dir: "ltr", placeholder: `0.00 ${field.currency ?? ""}`.trim() };
    case "date":
      return { type: "date" };
    case "date_time":
      return { type: "datetime-local" };
    case "email":
      return { type: "email", maxlength: field.most ?? 254, dir: "ltr", spellcheck: "false" };
    default:
      return { type: "text", maxlength: field.most ?? 500 };
  }
}
