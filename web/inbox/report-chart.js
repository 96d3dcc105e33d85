// The report's chart, with a bar for each day or week, stacked by tier. The table beside it has the same figures.

import { dayText } from "./days.js";
import { h } from "./elements.js";
import { TIERS, tierName } from "./lead-summary.js";

const HEIGHT = 220; // px
const FOOT = 24; // px below the bars, for their dates
const HEAD = 22; // px above the highest bar, for its number
const START = 5; // % of the width, left of the bars, for the numbers at the grid lines
const MOST_NAMES = 7; // with more bars, only some bars have a date
const MOST_NUMBERS = 14; // with more bars, the bars have no numbers

function draw(name, attributes, ...children) {
  const node = document.createElementNS("http://www.w3.org/2000/svg", name);
  for (const [key, value] of Object.entries(attributes)) node.setAttribute(key, value);
  node.append(...children.flat(Infinity));
  return node;
}

// The step between grid lines is 1, 2 or 5 times a power of ten. At most four lines are above zero.
function stepUpTo(most) {
  for (let unit = 1; ; unit *= 10) for (const step of [unit, 2 * unit, 5 * unit]) if (most <= 4 * step) return step;
}

// `bars`: {day, week, leads, tiers}, in order of time. `week`: whether the bar is for the week that starts on `day`.
export function chart(bars) {
  const most = Math.max(1, ...bars.map((bar) => bar.leads));
  const step = stepUpTo(most);
  const top = Math.ceil(most / step) * step;
  const y = (leads) => HEIGHT - FOOT - (leads / top) * (HEIGHT - FOOT - HEAD);
  const width = (100 - START) / bars.length;
  const left = (number) => START + number * width;
  const each = Math.ceil(bars.length / MOST_NAMES);
  const lines = Array.from({ length: top / step + 1 }, (_, number) => number * step);
  const tiers = TIERS.filter((tier) => bars.some((bar) => bar.tiers[tier])).reverse(); // most urgent on top
  const busiest = bars.reduce((a, b) => (b.leads > a.leads ? b : a));
  const title = `Leads by ${unitOf(bars)}: at most ${busiest.leads}, ${periodText(busiest)}`;
  const drawn = draw("svg", { class: "chart", role: "img", "aria-label": title, width: "100%", height: HEIGHT },
    lines.map((leads) => [draw("line", { class: "line", x1: 0, x2: "100%", y1: y(leads), y2: y(leads) }), draw("text", { x: 0, y: y(leads) - 3 }, String(leads))]),
    bars.map((bar, number) => {
      let below = 0;
      const parts = tiers.filter((tier) => bar.tiers[tier]).map((tier) => {
        const leads = bar.tiers[tier];
        below += leads;
        return draw("rect", { class: tier, x: `${left(number) + width * 0.15}%`, width: `${width * 0.7}%`, y: y(below), height: y(0) - y(leads) });
      });
      const middle = `${left(number) + width / 2}%`;
      const said = bars.length <= MOST_NUMBERS && bar.leads > 0 ? [draw("text", { x: middle, y: y(bar.leads) - 4, class: "number" }, String(bar.leads))] : [];
      const name = number % each === 0 ? [draw("text", { x: middle, y: HEIGHT - 6, class: "number" }, dayText(bar.day, { month: "short", day: "numeric" }))] : [];
      return [...parts, ...said, ...name];
    }));
  return h("figure", {}, drawn, h("figcaption", { class: "legend" }, [...tiers].reverse().map((tier) => h("span", { class: tier }, tierName(tier)))));
}

export const unitOf = ([bar]) => (bar.week ? "week" : "day");
export const periodText = ({ day, week }) => (week ? `week of ${dayText(day, { month: "short", day: "numeric" })}` : dayText(day));
