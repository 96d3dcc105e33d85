// Calendar days in this device's time zone, by the service's clock. Also a form to choose a date range.

import { h } from "./elements.js";
import { now } from "./times.js";

const DAY = 24 * 3600 * 1000; // ms

const isoDay = (at) => new Date(at).toLocaleDateString("sv"); // 2026-01-31
export const daysAgo = (days) => isoDay(now() - days * DAY);

export function lastWeek() {
  const sinceMonday = (new Date(now()).getDay() + 6) % 7;
  return { from: daysAgo(sinceMonday + 7), to: daysAgo(sinceMonday + 1) };
}

// All days from one ISO day to another, both included. Only in UTC does every day have 24 hours.
export function daysBetween(from, to) {
  const [first, last] = [from, to].map((day) => Date.parse(`${day}T00:00Z`));
  return Array.from({ length: Math.round((last - first) / DAY) + 1 }, (_, number) => new Date(first + number * DAY).toISOString().slice(0, 10));
}

// "Mon, Nov 23"
export const dayText = (day, format = { weekday: "short", month: "short", day: "numeric" }) =>
  new Date(`${day}T00:00Z`).toLocaleDateString([], { timeZone: "UTC", ...format });

// A form for the first and last day, which calls `choose({from, to})`. `usual`: button label -> {from, to}.
// `more`: further fields, whose values `choose` gets under their ids.
export function dayForm({ from, to }, usual, choose, ...more) {
  const field = (id, label, value) => h("label", {}, `${label} `, h("input", { id, type: "date", required: true, value }));
  const form = h("form", { class: "days" }, field("from", "First day", from), field("to", "Last day", to), more,
    h("button", { class: "main" }, "Show"),
    Object.entries(usual).map(([label, days]) => h("button", { type: "button", onclick: () => choose(days) }, label)));
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    choose(Object.fromEntries([...form.elements].filter((one) => one.id).map((one) => [one.id, one.value.trim()])));
  });
  return form;
}
