// What staff do with a lead: a visible button for each step, a button for each outcome. Nothing else changes a lead.

import { byId, h } from "./elements.js";
import { isOver, TIERS, tierName } from "./worklist.js";

const OUTCOMES = { reached: "Reached", no_answer: "No answer", left_message: "Left a message", wrong_number: "Wrong number" };
const REASONS = { not_a_fit: "Not a fit", unreachable: "Cannot be reached", duplicate: "Duplicate", spam: "Spam", declined: "Declined" };
const DRAFTS = "inbox:drafts"; // so that neither signing in again nor a colleague's step loses words
const MOST_DRAFTS = 50; // the oldest goes first

const DONE = {
  acknowledge: "It is yours now.", contact_attempt: "Call noted.", book: "Booked.", close: "Closed.", reopen: "Open again.",
  note: "Note added.", raise_tier: "Tier raised.", lower_tier: "Tier lowered.",
  revoke_consent: "Written down.", undo: "Undone.",
};
const RETURNS = { opened_again: "so it is open again", told_again: "something new, so it needs somebody again" };
const NAMES = {
  acknowledge: "took it", contact_attempt: "called", book: "booked", close: "closed", reopen: "opened it again", note: "noted",
  raise_tier: "raised the tier", lower_tier: "lowered the tier",
  revoke_consent: "wrote down that a consent was taken back", returned: "The visitor came back and sent more answers",
  opened_again: "it is open again", told_again: "it needs somebody again",
};

export const doneText = (action) => DONE[action] ?? "Done.";

// An entry of the history as staff read it.
export function entryText(entry) {
  if (entry.action === "undo") return `undid: ${NAMES[entry.detail] ?? entry.detail}`;
  const detail = OUTCOMES[entry.detail] ?? REASONS[entry.detail] ?? RETURNS[entry.detail] ?? (TIERS.includes(entry.detail) ? tierName(entry.detail) : entry.detail);
  return `${NAMES[entry.action] ?? entry.action.replaceAll("_", " ")}${detail ? `: ${detail}` : ""}`;
}

function drafts() {
  try { return new Map(JSON.parse(sessionStorage.getItem(DRAFTS))); } catch { return new Map(); }
}

// The words of one action on one lead; "" once they were sent.
export function keepDraft(reference, action, text) {
  const kept = drafts();
  kept.delete(`${reference} ${action}`);
  if (text) kept.set(`${reference} ${action}`, text);
  sessionStorage.setItem(DRAFTS, JSON.stringify([...kept].slice(-MOST_DRAFTS)));
}

export const forgetDrafts = () => sessionStorage.removeItem(DRAFTS);

function draft(reference, action, attributes) {
  const text = h("textarea", { rows: "2", ...attributes, oninput: () => keepDraft(reference, action, text.value) });
  text.value = drafts().get(`${reference} ${action}`) ?? "";
  return text;
}

const button = (text, onclick, extra = {}) => h("button", { type: "button", onclick, ...extra }, text);

// A button that opens more buttons below it; open from the start over words that were not sent yet.
export function unfolding(id, text, ...content) {
  const box = h("div", { id, class: "choices" }, ...content);
  box.hidden = !box.querySelector("textarea")?.value;
  const opener = button(text, () => {
    box.hidden = !box.hidden;
    opener.setAttribute("aria-expanded", String(!box.hidden));
    if (!box.hidden) box.querySelector("button, textarea, input")?.focus();
  }, { "aria-expanded": String(!box.hidden), "aria-controls": id });
  return h("div", { class: "unfolding" }, opener, box);
}

// `act(values)` sends one action. The service says which ones this person can do now; the others have no button.
export function actions(lead, user, act) {
  const { summary } = lead;
  const can = (action) => lead.actions.includes(action);
  const over = isOver(summary);
  if (!lead.actions.length) return h("section", { class: "actions" }, h("p", { class: "soft" }, "You can read this lead. Clinicians and the lead desk work it."));
  return h("section", { class: "actions", "aria-labelledby": "actions-title" },
    h("h3", { id: "actions-title", tabindex: "-1" }, "What you do"),
    !over && can("contact_attempt") && summary.owner !== user.id && calling(act),
    h("div", { class: "steps" },
      can("reopen") && over && button("Open it again", () => act({ action: "reopen" }), { class: "main" }),
      can("book") && button("Booked", () => act({ action: "book" }), { class: summary.owner === user.id ? "main" : null }),
      can("close") && unfolding("closing", "Close …", h("p", {}, "Why?"), h("div", { class: "buttons" },
        Object.entries(REASONS).map(([reason, text]) => button(text, () => act({ action: "close", reason }))))),
      can("raise_tier") && raising(summary.tier, act),
      can("lower_tier") && lowering(summary, act),
      can("undo") && button(`Undo: you ${NAMES[lead.history.at(-1).action]}`, () => act({ action: "undo" }), { id: "undo" }),
      !over && can("reopen") && summary.owner && giveBack(summary, user, act)),
    can("note") && noting(summary.reference, act));
}

// Under the call button, for whoever has the lead: what one presses after hanging up.
export const afterCalling = (lead, user, act) => lead.summary.owner === user.id && !isOver(lead.summary) && lead.actions.includes("contact_attempt")
  && h("div", { class: "actions" }, calling(act));

// The person said that one of these is to end: whoever hears it writes it down, and in which words.
export function revoking(lead, names, act) {
  const given = Object.entries(lead.consents.given).filter(([, yes]) => yes);
  if (!given.length || !lead.actions.includes("revoke_consent")) return null;
  const how = draft(lead.summary.reference, "revoke_consent", { id: "revoke-how", maxlength: "300", required: true });
  const send = (consent) => {
    if (how.value.trim()) return act({ action: "revoke_consent", consent, text: how.value.trim() });
    byId("refusal").textContent = "Write how the person said so.";
    return how.focus();
  };
  return h("div", { class: "actions" }, unfolding("revoking", "Consent taken back …",
    h("label", { for: "revoke-how" }, "How did the person say so? It is kept as evidence."), how, h("p", {}, "Which one ends?"),
    h("div", { class: "buttons" }, given.map(([consent]) => button(`No more ${names[consent] ?? consent}`, () => send(consent))))));
}

// The first step stands at the top; what was refused is said beside it.
export const firstStep = (lead, act) => h("div", { class: "actions" },
  h("div", { id: "refusal", class: "refusal", role: "alert" }),
  lead.actions.includes("acknowledge") && button("I take it", () => act({ action: "acknowledge" }), { class: "main", id: "take" }));

// A lead that somebody has, but does not work: others are told again, from the first step of the ladder.
const giveBack = (summary, user, act) => unfolding("giving", summary.owner === user.id ? "Give it back …" : "Free it for others …",
  h("p", {}, "Then nobody has it, and the clinic is alerted again from the start."),
  h("div", { class: "buttons" }, button("Yes, alert the clinic again", () => act({ action: "reopen" }))));

export const calling = (act) => h("div", { class: "calling", role: "group", "aria-labelledby": "outcome-title" },
  h("p", { id: "outcome-title" }, h("strong", {}, "How did the call go?")),
  h("div", { class: "buttons" }, Object.entries(OUTCOMES).map(([outcome, text], index) =>
    button(text, () => act({ action: "contact_attempt", outcome }), { id: index ? null : "outcome" }))));

function raising(tier, act) {
  const higher = TIERS.slice(0, TIERS.indexOf(tier));
  return higher.length > 0 && unfolding("raising", "Raise the tier …", h("p", {}, "To which?"), h("div", { class: "buttons" },
    higher.reverse().map((name) => button(tierName(name), () => act({ action: "raise_tier", tier: name }), { class: `to ${name}` }))));
}

function lowering({ reference, tier }, act) {
  const lower = TIERS.slice(TIERS.indexOf(tier) + 1);
  const reason = draft(reference, "lower_tier", { id: "lower-reason", maxlength: "1000", required: true });
  const send = (name) => {
    if (reason.value.trim()) return act({ action: "lower_tier", tier: name, text: reason.value.trim() });
    byId("refusal").textContent = "Write why before you lower the tier.";
    return reason.focus();
  };
  return lower.length > 0 && unfolding("lowering", "Lower the tier …", h("label", { for: "lower-reason" }, "Why? It is kept in the history."), reason,
    h("div", { class: "buttons" }, lower.map((name) => button(tierName(name), () => send(name), { class: `to ${name}` }))));
}

function noting(reference, act) {
  const text = draft(reference, "note", { id: "note", maxlength: "1000" });
  return h("form", { class: "noting", onsubmit: (event) => {
    event.preventDefault();
    if (text.value.trim()) act({ action: "note", text: text.value.trim() });
    else text.focus();
  } }, h("label", { for: "note" }, "Note for colleagues"), text, h("button", {}, "Add the note"));
}
