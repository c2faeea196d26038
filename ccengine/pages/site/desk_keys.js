// Keys for those who do not like the mouse, and the dialog that lists them. None of them is a
// letter, which screen readers have for themselves, and none is the browser's.

import { h } from "./dom.js";

const OFF = "ccengine.shortcuts-off";
const TYPED_INTO = "input, select, textarea, [contenteditable]";

export class Shortcuts {
  // `actions`: by key, { what: a key of the words, run }.
  constructor(actions, words) {
    this.actions = actions;
    const { t } = words;
    const rows = [
      ...Object.entries(actions).map(([key, { what }]) => [key, what]),
      ["Ctrl + Enter", "key_save"],
      ["?", "key_list"],
    ];
    this.box = h("input", { type: "checkbox", id: "shortcuts-on" });
    this.box.checked = localStorage.getItem(OFF) === null;
    this.box.addEventListener("change", () => {
      if (this.box.checked) localStorage.removeItem(OFF);
      else localStorage.setItem(OFF, "yes");
    });
    this.dialog = h("dialog", { "aria-labelledby": "shortcuts-title", id: "shortcuts" },
      h("h2", { id: "shortcuts-title" }, t("shortcuts")),
      h("dl", { class: "keys" }, ...rows.map(([key, what]) =>
        h("div", {}, h("dt", {}, h("kbd", {}, key)), h("dd", {}, t(what))))),
      h("p", {}, h("label", {}, this.box, " ", t("shortcuts_on"))),
      h("button", { type: "button", class: "main", onclick: () => this.dialog.close() }, t("close")));
    document.addEventListener("keydown", (event) => this.press(event));
  }

  show() {
    if (!this.dialog.open) this.dialog.showModal();
  }

  press(event) {
    const isTyped = event.target instanceof Element && event.target.closest(TYPED_INTO) !== null;
    const isPlain = !event.ctrlKey && !event.altKey && !event.metaKey;
    if (isTyped || !isPlain || this.dialog.open || event.repeat || !this.box.checked) return;
    const run = event.key === "?" ? () => this.show() : this.actions[event.key]?.run;
    if (run === undefined || (event.shiftKey && event.key !== "?")) return;
    event.preventDefault();
    run();
  }
}
