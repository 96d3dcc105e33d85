// Draws tables of figures. A wide table scrolls inside the page.

import { h } from "./elements.js";

// `heads`: the column headings. `rows`: the cells of each row, as text or nodes. The first cell names the row.
// `kind`: the CSS class of all other cells; "" for cells with words.
export function table(caption, heads, rows, kind = "figure") {
  const [name, ...figures] = heads;
  return h("div", { class: "scrolls", tabindex: "0", role: "region", "aria-label": caption }, h("table", {},
    h("caption", {}, caption),
    h("thead", {}, h("tr", {}, h("th", { scope: "col" }, name), figures.map((head) => h("th", { scope: "col", class: kind }, head)))),
    h("tbody", {}, rows.map(([first, ...cells]) => h("tr", {}, h("th", { scope: "row" }, first), cells.map((cell) => h("td", { class: kind }, cell)))))));
}
