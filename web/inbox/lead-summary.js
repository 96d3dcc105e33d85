// The parts that both the worklist and the open lead show, such as tier, countdown and next action.

import { h } from "./elements.js";
import { formatTime } from "./times.js";

export const TIERS = ["EMERGENCY", "URGENT", "PRIORITY", "ROUTINE", "NOT_A_FIT"]; // most urgent first

const SOURCES = { form: "Form", "plain-form": "Form without JavaScript", callback: "Just call me", "google-ads": "Google Ads" };
export const sourceName = (source) => SOURCES[source] ?? source;

export const tierName = (tier) => tier.replaceAll("_", " ");
export const tierBadge = (tier) => h("span", { class: `tier ${tier}` }, tierName(tier));

export const isDone = (lead) => lead.status === "closed" || lead.status === "booked";

const NEXT = { take: "Take it", call: "Call", call_again: "Call again", other_way: "Find another way to reach the person", confirm_booking: "Set the time of the appointment", close: "Book or close it" };
export const nextText = (what, revoked = false) => (revoked ? "Close it, or call for a medical reason" : NEXT[what] ?? what);

// Such leads are listed under Closed, even if nobody closed them.
export const needsNobody = (lead) => lead.tier === "NOT_A_FIT" && !lead.owner && !lead.next_action;

export function countdown(lead) {
  if (isDone(lead)) return h("span", { class: "left" }, lead.status);
  const due = lead.next_due ?? lead.deadline;
  if (!due) return h("span", { class: "left" }, "no deadline");
  return h("span", { class: "left", "data-deadline": due, title: `Due ${formatTime(due)}` });
}
