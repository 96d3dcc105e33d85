// Draws the worklist: one row for each lead.

import { addressOf } from "./address.js";
import { byId, h } from "./elements.js";
import { historyText } from "./history-text.js";
import { countdown, isDone, needsNobody, nextText, TIERS, tierBadge, tierName } from "./lead-summary.js";
import { signIn } from "./sign-in.js";
import { listedLeads, nextCursor, state } from "./state.js";
import { formatTime, updateTimes } from "./times.js";

const EMPTY = { open: "No open leads.", mine: "You have no leads.", today: "You have not worked on any lead today.", closed: "No closed leads yet." };

export function drawWorklist() {
  const { list: { filters, q }, updatedAt } = state;
  const leads = listedLeads();
  drawRows(leads);
  byId("listed").textContent = leads ? listedText(leads.length) : "";
  byId("clear-search").hidden = !q;
  byId("updated").textContent = updatedAt ? `as of ${formatTime(updatedAt)}` : "";
  const chosen = [...document.querySelectorAll("[data-filter]")].filter((select) => {
    select.value = filters[select.dataset.filter];
    return select.value;
  });
  byId("filtered").textContent = chosen.map((select) => `: ${select.selectedOptions[0].text}`).join("");
  byId("hand-over-all").hidden = Boolean(q) || filters.view !== "mine" || !leads?.length;
  byId("more").hidden = Boolean(q) || !nextCursor();
  byId("worklist").setAttribute("aria-busy", String(!leads));
  for (const button of document.querySelectorAll("[data-view]")) button.setAttribute("aria-pressed", String(!q && button.dataset.view === filters.view));
  updateTimes();
}

// Returns the leads in the service's order: without an owner, with an owner, then done leads.
// Within a group: by tier, deadline and arrival. In the view "closed", the lead that ended last comes first.
// In the view "today", the leads keep their order.
function inOrder(leads, view) {
  if (view === "today") return leads;
  const key = (lead) => [isDone(lead) ? 2 : lead.owner ? 1 : 0, TIERS.indexOf(lead.tier), Date.parse(lead.next_due ?? lead.deadline ?? "9999-12-31"), Date.parse(lead.received_at)];
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
  const rows = leads?.length ? inOrder(leads, state.list.filters.view).map(row) : [h("li", { class: "empty" }, emptyText(leads))];
  list.replaceChildren(...rows);
  if (focused) focusRow(focused);
  scrollToOpenRow();
}

// Scrolls to the row of the open lead, once for each lead that is opened. The list may arrive after the lead.
let scrolledTo = null;
function scrollToOpenRow() {
  const open = byId("leads").querySelector("[aria-current]");
  if (!open || scrolledTo === state.openReference) return;
  scrolledTo = state.openReference;
  open.scrollIntoView({ block: "nearest" });
}

// Focuses the row of a lead, or the main part of the page if the list lacks the lead.
export function focusRow(reference) {
  const found = byId("leads").querySelector(`[data-reference="${CSS.escape(reference)}"]`);
  if (found) found.focus();
  else byId("main").focus({ preventScroll: true });
}

function row(lead) {
  const done = isDone(lead);
  const marks = [
    state.handedOver.has(lead.reference) && h("span", { class: "mark warn" }, "new to you"),
    lead.sent_more && h("span", { class: "mark warn" }, "more answers"),
    lead.contact_revoked && h("span", { class: "mark warn" }, "do not contact"),
    lead.suspect && h("span", { class: "mark warn" }, "suspected spam"),
    lead.complete === false && h("span", { class: "mark warn" }, "incomplete"),
    lead.language && lead.language !== "en" && h("span", { class: "mark" }, lead.language === "es" ? "Spanish" : lead.language),
    lead.attempts > 0 && !done && h("span", { class: "mark" }, lead.attempts === 1 ? "1 call" : `${lead.attempts} calls`),
  ].filter(Boolean);
  return h("li", { class: `row ${lead.tier}${lead.did?.length ? " did" : ""}` },
    h("a", { href: addressOf(state.list.filters, lead.reference), "data-reference": lead.reference, "aria-current": lead.reference === state.openReference ? "true" : null },
      tierBadge(lead.tier), " ",
      h("span", { class: "who", title: lead.name }, lead.name || h("span", { class: "reference" }, lead.reference)), " ",
      countdown(lead), " ",
      h("span", { class: "status-line" },
        h("span", { class: lead.owner || done || needsNobody(lead) ? "holder" : "holder nobody" }, lead.did?.length ? didText(lead) : done ? outcomeText(lead) : ownerText(lead)), ...marks.flatMap((mark) => [" ", mark])), " ",
      h("span", { class: "ago", "data-ago": lead.received_at, title: `Received ${formatTime(lead.received_at)}` })));
}

function ownerText(lead) {
  if (!lead.owner) return needsNobody(lead) ? "Nobody has to call" : "Nobody has it yet";
  const next = lead.next_action ? `: ${nextText(lead.next_action, lead.contact_revoked).toLowerCase()}` : "";
  if (lead.owner !== signIn.user.id) return `${lead.owner_name || "Somebody"} has it${next}`;
  return `${lead.handed_by ? `Handed to you by ${lead.handed_by}` : "You have it"}${next}`;
}

// What the user did today, latest first. An appointment shows its current time first if a colleague moved it.
function didText({ did, booked_for: at }) {
  const booked = did.findLast((entry) => entry.action === "book" && entry.detail);
  const moved = booked && at && Date.parse(booked.detail) !== Date.parse(at) && `now booked for ${formatTime(at)}`;
  return [moved, ...did.toReversed().map((entry) => `${formatTime(entry.at)} ${historyText(entry)}`)].filter(Boolean).join(", ");
}

const outcomeText = (lead) => (lead.booked_for ? [`booked for ${formatTime(lead.booked_for)}`] : [lead.closed_reason.replaceAll("_", " "), lead.closed_at && formatTime(lead.closed_at)]).filter(Boolean).join(", ");

function listedText(count) {
  if (state.list.q) return `${count} found${state.list.pages[0].more ? ", and there may be more: type more of the name" : ""}`;
  const { open, untaken } = state.list.pages[0];
  const { view, ...filters } = state.list.filters;
  if (view !== "open" || Object.values(filters).some(Boolean) || open === undefined) return `${count}${nextCursor() ? " or more" : ""} ${count === 1 ? "lead" : "leads"}`;
  const waiting = TIERS.filter((tier) => untaken[tier]).map((tier) => `${untaken[tier]} ${tierName(tier)}`);
  return `${open} open${waiting.length ? `; ${waiting.join(", ")} not taken` : ""}`;
}

function emptyText(leads) {
  const { view, ...filters } = state.list.filters;
  if (!leads) return byId("stale").hidden ? "Loading …" : "Nothing has loaded yet.";
  if (state.list.q) return `Nothing found. ${byId("searchable").textContent}`;
  const none = nextCursor() ? "None in the leads loaded so far." : "No leads with these filters.";
  return Object.values(filters).some(Boolean) ? [none, " ", clearFilters(view)] : nextCursor() ? none : EMPTY[view];
}

function clearFilters(view) {
  return h("button", { type: "button", onclick: () => {
    document.querySelector("#find summary").focus(); // the button disappears
    location.hash = addressOf({ view }, state.openReference);
  } }, "Clear filters");
}
