// A table whose rows are changed in place: what the reader's keyboard is on stays where it is.
//
// A column is { key, head, show(cell, one), ticks, isHead, make(cell, id) }: `make` fills the cell
// of a new row once, `show` writes what is known of `one`, and does so every second if it `ticks`.
// Roles are written out, as small screens show rows as cards, and browsers then forget the table.

import { h, setAttribute, setChildren, setText } from "./dom.js";

export class Table {
  constructor({ id, label, columns, none, most = 1_000, more = String }) {
    this.columns = columns;
    this.rows = new Map(); // by id: { element, cells, one }
    this.most = most;
    this.more = more;
    const heads = columns.map(({ key, head }) =>
      h("th", { scope: "col", role: "columnheader", "data-key": key }, head));
    this.body = h("tbody", { role: "rowgroup" });
    this.table = h("table", { id, role: "table", "aria-label": label },
      h("thead", { role: "rowgroup" }, h("tr", { role: "row" }, heads)), this.body);
    this.none = h("p", { class: "quiet none" }, none);
    this.rest = h("p", { class: "quiet none" });
    this.element = h("div", { class: "panel table" }, this.table, this.none, this.rest);
  }

  // Show these, in this order; `changed`: ids of those that may be another than before, or null.
  update(list, idOf, changed = null) {
    const shown = list.slice(0, this.most);
    const ids = new Set(shown.map(idOf));
    for (const id of [...this.rows.keys()]) if (!ids.has(id)) this.rows.delete(id);
    for (const one of shown) {
      const id = idOf(one);
      const isNew = !this.rows.has(id);
      const row = isNew ? this.addRow(id) : this.rows.get(id);
      row.one = one;
      if (isNew || changed === null || changed.has(id)) this.show(row, this.columns);
    }
    setChildren(this.body, shown.map((one) => this.rows.get(idOf(one)).element));
    this.none.hidden = list.length > 0;
    this.table.hidden = list.length === 0;
    const left = list.length - shown.length;
    setText(this.rest, left > 0 ? this.more(left) : "");
    this.rest.hidden = left === 0;
  }

  tick() {
    const ticking = this.columns.filter((column) => column.ticks);
    for (const row of this.rows.values()) this.show(row, ticking);
  }

  show(row, columns) {
    for (const { key, show } of columns) show?.(row.cells.get(key), row.one, row.element);
  }

  addRow(id) {
    const cells = new Map();
    const element = h("tr", { role: "row", "data-id": id });
    for (const { key, head, isHead, make } of this.columns) {
      const cell = isHead
        ? h("th", { scope: "row", role: "rowheader", "data-key": key })
        : h("td", { role: "cell", "data-key": key, "data-head": head });
      make?.(cell, id);
      cells.set(key, cell);
      element.append(cell);
    }
    const row = { element, cells, one: null };
    this.rows.set(id, row);
    return row;
  }
}

// A text that keeps its own direction within a line of another.
export function showText(cell, text, direction = "auto") {
  if (cell.firstElementChild === null) cell.append(h("bdi", { dir: direction }));
  setText(cell.firstElementChild, text);
}

// A state by symbol and word, and by colour for those who see it.
export function showMark(cell, name, symbol, text) {
  setAttribute(cell, "data-mark", name);
  if (cell.firstElementChild === null) {
    cell.append(h("span", { class: "symbol", "aria-hidden": "true" }), h("span", { class: "word" }));
  }
  setText(cell.firstElementChild, symbol);
  setText(cell.lastElementChild, text);
}
