// A payment card at the desk: what is to be paid is typed here, the card by the caller, unheard. No
// digit of a card ever comes to this page.

import { h, setAttribute, setText } from "./dom.js";

const AMOUNT = /^([0-9]{1,9}(\.[0-9]{1,3})?)?$/;
const ENDS = { approved: "card_approved", declined: "card_declined", unknown: "card_unknown" };

export class CardPart {
  constructor(state, words) {
    this.state = state;
    this.words = words;
    const { t } = words;
    this.take = h("button", { type: "button", id: "take-card", "aria-expanded": "false", onclick: () => this.open() }, t("take_card"));
    this.stop = h("button", { type: "button", id: "stop-card", onclick: () => this.change("DELETE") }, t("stop_card"));
    this.failure = h("p", { class: "failure", id: "card-failure", role: "alert" });
    this.amount = h("input", {
      id: "card-amount", inputmode: "decimal", maxlength: 13, size: 8, dir: "ltr", autocomplete: "off",
      "aria-describedby": "card-failure card-hint",
    });
    this.reference = h("input", {
      id: "card-reference", maxlength: 64, size: 14, dir: "ltr", autocomplete: "off", spellcheck: "false",
      pattern: "[A-Za-z0-9][A-Za-z0-9._\\/\\-]*",
    });
    this.form = h("form", { class: "inline target", hidden: true, id: "card" },
      h("span", { class: "inline" }, h("label", { for: "card-amount" }, t("card_amount")), this.amount),
      h("span", { class: "inline" }, h("label", { for: "card-reference" }, t("card_reference")), this.reference),
      h("button", { type: "submit", class: "main" }, t("go")),
      h("button", { type: "button", onclick: () => this.close() }, t("cancel")),
      h("p", { class: "hint", id: "card-hint" }, t("card_hint")), this.failure);
    this.form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.send();
    });
    this.form.addEventListener("keydown", (event) => {
      if (event.key === "Escape") this.close();
    });
  }

  open() {
    this.fail("");
    this.amount.value = "";
    this.reference.value = "";
    this.form.hidden = false;
    setAttribute(this.take, "aria-expanded", "true");
    this.amount.focus();
  }

  close() {
    if (this.form.hidden) return;
    const hadFocus = this.form.contains(document.activeElement);
    this.form.hidden = true;
    setAttribute(this.take, "aria-expanded", "false");
    if (hadFocus && this.take.isConnected) this.take.focus();
  }

  fail(text) {
    setText(this.failure, text);
    setAttribute(this.amount, "aria-invalid", text === "" ? null : "true");
  }

  async send() {
    const amount = this.amount.value.trim().replace(",", ".");
    if (!AMOUNT.test(amount)) {
      this.fail(this.words.t("amount_wrong"));
      this.amount.focus();
      return;
    }
    this.fail("");
    const order = { amount, reference: this.reference.value.trim() };
    const said = Object.fromEntries(Object.entries(order).filter(([, value]) => value !== ""));
    if ((await this.change("POST", said)) !== null) this.close();
  }

  change(method, body = undefined) {
    const { call } = this.state;
    return call ? this.state.change(`calls/${call.call}/card`, body, method) : null;
  }

  // How far the caller is, or how the last one has ended; empty: no card was asked for.
  text(call) {
    const { t } = this.words;
    const card = call?.card;
    if (card) {
      const done = card.typed.map((field) => t(`card_${field}`));
      return [t("types_card"), ...done, ...(card.paying ? [t("card_paying")] : [])].join(", ");
    }
    return call?.card_ended ? t(ENDS[call.card_ended] ?? "card_not_taken") : "";
  }
}
