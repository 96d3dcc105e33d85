// The report, for managers and administrators: anonymous figures for a date range.

import { dayForm, daysAgo, daysBetween, lastWeek } from "./days.js";
import { h, saveCsv } from "./elements.js";
import { sourceName, TIERS, tierName } from "./lead-summary.js";
import { chart, periodText, unitOf } from "./report-chart.js";
import { service } from "./service.js";
import { table } from "./tables.js";
import { formatTime, startOfHour } from "./times.js";

const MOST_DAYS = 31; // a chart of more days has one bar for each week

export const report = {
  title: "Report",
  usual: () => ({ from: daysAgo(29), to: daysAgo(0) }),
  load: (days) => service.report(days),
  form: (days, choose) => dayForm(days, { "Last week": lastWeek(), "Last 30 days": report.usual(), "Last 12 months": { from: daysAgo(364), to: daysAgo(0) } }, choose),
  draw,
};

function draw(found, { run }) {
  const bars = barsOf(found);
  const shown = TIERS.filter((tier) => bars.some((bar) => bar.tiers[tier]));
  return [
    totals(found),
    h("p", { class: "soft" }, `“Called in time” as of ${formatTime(startOfHour())}: later deadlines are not counted yet. A booking without a recorded call counts as a call, unless it says why no call reached the person.`),
    h("section", { class: "beside", "aria-labelledby": "by-day" }, h("h3", { id: "by-day" }, `Leads by ${unitOf(bars)}`),
      chart(bars),
      table("Leads by day and tier", [bars[0].week ? "Week" : "Day", "Leads", ...shown.map(tierName), "Booked"],
        bars.toReversed().map((bar) => [periodText(bar), bar.leads, ...shown.map((tier) => bar.tiers[tier] ?? 0), bar.booked]))),
    figures("Tier", found.tiers, tierName),
    figures("Source", found.sources, sourceName),
    figures("Campaign", found.campaigns, (name) => name, { medians: false }),
    rules(found),
    pages(found),
    h("p", {}, h("button", { type: "button", onclick: () => run(() => download(found)) }, "Download CSV for an agency"),
      h("span", { class: "soft" }, " It shows no figure of one to four people.")),
  ];
}

async function download({ first, last }) {
  saveCsv(`report-${first}-${last}.csv`, await service.reportCsv({ from: first, to: last }));
  return "The file is in your downloads.";
}

function totals({ total, suspects }) {
  const fact = (name, value) => h("div", {}, h("dt", {}, name), h("dd", {}, value));
  return h("dl", { class: "totals" },
    fact("Leads", total.leads),
    fact("Called in time", [inTime(total), total.due > 0 && ` (${Math.round((100 * total.called_in_time) / total.due)}\u00a0%)`]),
    fact("Taken after (median)", minutesText(total.minutes_to_acknowledgement)),
    fact("Called after (median)", minutesText(total.minutes_to_call)),
    fact("Booked", total.booked),
    fact("Suspected spam, not counted", suspects));
}

function figures(kind, groups, name, { medians = true } = {}) {
  if (!groups.length) return null;
  const heads = [kind, "Leads", "Called in time", ...(medians ? ["Taken after", "Called after"] : []), "Booked"];
  return table(`By ${kind.toLowerCase()}`, heads, groups.map((group) => [name(group.name), group.leads, inTime(group),
    ...(medians ? [minutesText(group.minutes_to_acknowledgement), minutesText(group.minutes_to_call)] : []), group.booked]));
}

function rules({ rules: found, total }) {
  if (!found.length) return h("p", { class: "soft" }, `Rules that alone caused a tier are shown for 20 or more leads; this period has ${total.leads}.`);
  return table("Rules that alone caused a tier", ["Rule", "Tier", "Leads"],
    found.map(({ rule, reason, tier, leads }) => [[reason, " ", h("small", { class: "soft" }, rule)], tierName(tier), leads]));
}

function pages({ pages: found, sources }) {
  const sent = sources.filter(({ name }) => ["form", "callback"].includes(name)).reduce((sum, { leads }) => sum + leads, 0);
  const who = "Visitors without JavaScript are not counted.";
  if (!found.length) return h("p", { class: "soft" }, `Where visitors leave the form is shown for 20 or more of them. ${who}`);
  const all = found.reduce((sum, { visitors }) => sum + visitors, 0);
  const several = new Set(found.map(({ questionnaire }) => questionnaire)).size > 1;
  return h("div", {}, table("Where visitors left the form without Send, by the page they saw last", ["Page", "Visitors", "Share"],
    found.map(({ questionnaire, title, visitors }) => [several ? `${questionnaire}: ${title}` : title, visitors, `${Math.round((100 * visitors) / all)} %`])),
  h("p", { class: "soft" }, `In this period ${sent} leads came through the same form. ${who}`));
}

const inTime = ({ called_in_time: number, due }) => (due ? `${number} of ${due}` : "–");

function minutesText(minutes) {
  if (minutes === null) return "–";
  if (minutes < 100) return `${minutes} min`;
  return minutes < 48 * 60 ? `${Math.floor(minutes / 60)} h ${minutes % 60} min` : `${Math.floor(minutes / 1440)} days`;
}

// One bar for each day, even without leads. More than MOST_DAYS days get one bar for each week, from Monday to Sunday.
function barsOf({ first, last, days }) {
  const counted = new Map(days.map((day) => [day.day, day]));
  const all = daysBetween(first, last);
  const week = all.length > MOST_DAYS;
  const bars = [];
  for (const day of all) {
    const startsWeek = new Date(`${day}T00:00Z`).getUTCDay() === 1;
    if (!week || startsWeek || !bars.length) bars.push({ day, week, leads: 0, booked: 0, tiers: {} });
    const bar = bars.at(-1);
    const { leads = 0, booked = 0, tiers = {} } = counted.get(day) ?? {};
    bar.leads += leads;
    bar.booked += booked;
    for (const [tier, number] of Object.entries(tiers)) bar.tiers[tier] = (bar.tiers[tier] ?? 0) + number;
  }
  return bars;
}
