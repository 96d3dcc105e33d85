// The worklist: one row for each lead, the most urgent first, as the service gives them.

import { h } from "./elements.js";
import { clock } from "./times.js";

export const TIERS = ["EMERGENCY", "URGENT", "PRIORITY", "ROUTINE", "NOT_A_FIT"]; // the most urgent first

export const tierName = (tier) => tier.replaceAll("_", " ");
export const tierBadge = (tier) => h("span", { class: `tier ${tier}` }, tierName(tier));

export const isOver = (lead) => lead.status === "closed" || lead.status === "booked";

// As the service orders them: what nobody has first, then by tier, deadline and arrival. What is done: the latest first.
export function inOrder(leads, view) {
  const key = (lead) => [isOver(lead) ? 2 : lead.owner ? 1 : 0, TIERS.indexOf(lead.tier), Date.parse(lead.deadline ?? "9999-12-31"), Date.parse(lead.received_at)];
  const done = (lead) => Date.parse(lead.closed_at ?? lead.received_at);
  return [...leads].sort((a, b) => {
    if (view === "closed") return done(b) - done(a);
    const [left, right] = [key(a), key(b)];
    const at = left.findIndex((part, index) => part !== right[index]);
    return at < 0 ? 0 : left[at] - right[at];
  });
}

export function countdown(lead) {
  if (isOver(lead)) return h("span", { class: "left" }, lead.status);
  if (!lead.deadline) return h("span", { class: "left" }, "no deadline");
  return h("span", { class: "left", "data-deadline": lead.deadline, title: `Due ${clock(lead.deadline)}` });
}

// Who has it, as a sentence.
export function holder(lead, me) {
  if (!lead.owner) return "Nobody has it yet";
  return lead.owner === me ? "You have it" : `${lead.owner_name || "Somebody"} has it`;
}

const done = (lead) => [lead.closed_reason.replaceAll("_", " "), lead.closed_at && clock(lead.closed_at)].filter(Boolean).join(", ");

export function row(lead, me, opened) {
  const marks = [
    lead.sent_more && h("span", { class: "mark warn" }, "sent more"),
    lead.suspect && h("span", { class: "mark warn" }, "suspected spam"),
    lead.complete === false && h("span", { class: "mark warn" }, "not finished"),
    lead.language && lead.language !== "en" && h("span", { class: "mark" }, lead.language === "es" ? "Spanish" : lead.language),
    lead.attempts > 0 && !isOver(lead) && h("span", { class: "mark" }, lead.attempts === 1 ? "1 call" : `${lead.attempts} calls`),
  ].filter(Boolean);
  return h("li", { class: !lead.owner && !isOver(lead) ? `row ${lead.tier} new` : `row ${lead.tier}` },
    h("a", { href: `#lead=${lead.reference}`, "data-reference": lead.reference, "aria-current": lead.reference === opened ? "true" : null },
      h("span", { class: "first" }, tierBadge(lead.tier), " ", countdown(lead)),
      h("span", { class: "second" }, h("span", { class: "reference" }, lead.reference), " ",
        h("span", { class: lead.owner || isOver(lead) ? "holder" : "holder nobody" }, isOver(lead) ? done(lead) : holder(lead, me))),
      h("span", { class: "third" }, "came ", h("span", { "data-ago": lead.received_at, title: clock(lead.received_at) }), " ", ...marks.flatMap((mark) => [mark, " "]))));
}
