// Draws the worklist: one row for each lead, most urgent first.

import { byId, h } from "./elements.js";
import { countdown, isDone, TIERS, tierBadge, tierName } from "./lead-summary.js";
import { signIn } from "./sign-in.js";
import { listedLeads, state } from "./state.js";
import { formatTime, updateTimes } from "./times.js";

const EMPTY = { open: "No open leads.", mine: "You have no leads.", closed: "No closed leads yet." };

export function drawWorklist() {
  const { cursor, filters, search, updatedAt } = state;
  const leads = listedLeads();
  drawRows(leads);
  byId("listed").textContent = leads ? listedText(leads.length) : "";
  byId("clear-search").hidden = !search;
  byId("updated").textContent = updatedAt ? `as of ${formatTime(updatedAt)}` : "";
  byId("filtered").textContent = filterNames().map((name) => `: ${name}`).join("");
  byId("more").hidden = Boolean(search) || !cursor;
  byId("worklist").setAttribute("aria-busy", String(!leads));
  for (const button of document.querySelectorAll("[data-view]")) button.setAttribute("aria-pressed", String(!search && button.dataset.view === filters.view));
  updateTimes();
}

// As the service orders them: leads without an owner first, then by tier, deadline and arrival. Closed leads: the latest first.
export function inOrder(leads, view) {
  const key = (lead) => [isDone(lead) ? 2 : lead.owner ? 1 : 0, TIERS.indexOf(lead.tier), Date.parse(lead.deadline ?? "9999-12-31"), Date.parse(lead.received_at)];
  const endedAt = (lead) => Date.parse(lead.closed_at ?? lead.received_at);
  return [...leads].sort((a, b) => {
    if (view === "closed") return endedAt(b) - endedAt(a);
    const [left, right] = [key(a), key(b)];
    const at = left.findIndex((part, index) => part !== right[index]);
    return at < 0 ? 0 : left[at] - right[at];
  });
}

function drawRows(leads) {
  const list = byId("leads");
  const focused = list.contains(document.activeElement) ? document.activeElement.dataset.reference : null;
  const rows = leads?.length ? inOrder(leads, state.filters.view).map(row) : [h("li", { class: "empty" }, emptyText(leads))];
  list.replaceChildren(...rows);
  if (focused) focusRow(focused);
}

export const focusRow = (reference) => byId("leads").querySelector(`[data-reference="${CSS.escape(reference)}"]`)?.focus();

function row(lead) {
  const done = isDone(lead);
  const marks = [
    lead.sent_more && h("span", { class: "mark warn" }, "more answers"),
    lead.suspect && h("span", { class: "mark warn" }, "suspected spam"),
    lead.complete === false && h("span", { class: "mark warn" }, "incomplete"),
    lead.language && lead.language !== "en" && h("span", { class: "mark" }, lead.language === "es" ? "Spanish" : lead.language),
    lead.attempts > 0 && !done && h("span", { class: "mark" }, lead.attempts === 1 ? "1 call" : `${lead.attempts} calls`),
  ].filter(Boolean);
  return h("li", { class: `row ${lead.tier}` },
    h("a", { href: `#lead=${lead.reference}`, "data-reference": lead.reference, "aria-current": lead.reference === state.openReference ? "true" : null },
      h("span", { class: "first" }, tierBadge(lead.tier), " ", countdown(lead)),
      h("span", { class: "second" }, h("span", { class: "reference" }, lead.reference), " ",
        h("span", { class: lead.owner || done ? "holder" : "holder nobody" }, done ? outcomeText(lead) : ownerText(lead))),
      h("span", { class: "third" }, "received ", h("span", { "data-ago": lead.received_at, title: formatTime(lead.received_at) }), " ", ...marks.flatMap((mark) => [mark, " "]))));
}

function ownerText(lead) {
  if (!lead.owner) return "Nobody has it yet";
  return lead.owner === signIn.user.id ? "You have it" : `${lead.owner_name || "Somebody"} has it`;
}

const outcomeText = (lead) => [lead.closed_reason.replaceAll("_", " "), lead.closed_at && formatTime(lead.closed_at)].filter(Boolean).join(", ");

function listedText(count) {
  if (state.search) return `${count} found`;
  return `${count}${state.cursor ? " or more" : ""} ${count === 1 ? "lead" : "leads"}`;
}

function filterNames() {
  const { tier, suspect } = state.filters;
  return [tier && tierName(tier), suspect && (suspect === "true" ? "suspected" : "not suspected")].filter(Boolean);
}

function emptyText(leads) {
  const { cursor, filters, search } = state;
  if (!leads) return byId("stale").hidden ? "Loading …" : "Nothing has loaded yet.";
  if (search) return "No lead has this reference, phone number or email address.";
  if (cursor) return "None in the leads loaded so far.";
  return filters.tier || filters.suspect ? "No leads with these filters." : EMPTY[filters.view];
}
