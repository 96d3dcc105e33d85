// Tables of figures. A wide table scrolls on its own; the page does not.

import { h } from "./elements.js";

// `heads`: the column heads; the first is that of the row names. `rows`: the cells of each row, as text or nodes.
// `kind`: the class of all cells except a row's first; "" for words.
export function table(caption, heads, rows, kind = "figure") {
  const [name, ...figures] = heads;
  return h("div", { class: "scrolls", tabindex: "0", role: "region", "aria-label": caption }, h("table", {},
    h("caption", {}, caption),
    h("thead", {}, h("tr", {}, h("th", { scope: "col" }, name), figures.map((head) => h("th", { scope: "col", class: kind }, head)))),
    h("tbody", {}, rows.map(([first, ...cells]) => h("tr", {}, h("th", { scope: "row" }, first), cells.map((cell) => h("td", { class: kind }, cell)))))));
}
