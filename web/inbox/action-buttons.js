// The buttons that change a lead, and the words for what was done. The service says which actions this person can take
// now; the others have no button. `act(values)` sends one action.

import { draftArea } from "./drafts.js";
import { byId, h } from "./elements.js";
import { isDone, TIERS, tierName } from "./lead-summary.js";

const OUTCOMES = { reached: "Reached", no_answer: "No answer", left_message: "Left a message", wrong_number: "Wrong number" };
const REASONS = { not_a_fit: "Not a fit", unreachable: "Unreachable", duplicate: "Duplicate", spam: "Spam", declined: "Declined" };

// Once it is done, for the person who did it.
const DONE = {
  acknowledge: "This lead is yours now.", contact_attempt: "Call logged.", book: "Booked.", close: "Closed.", reopen: "Reopened.",
  note: "Note added.", raise_tier: "Tier raised.", lower_tier: "Tier lowered.",
  revoke_consent: "Revocation recorded.", undo: "Undone.",
};

// In the history, after a name: "Ann Lee booked".
const HISTORY = {
  acknowledge: "took the lead", contact_attempt: "called", book: "booked", close: "closed", reopen: "reopened the lead", note: "added a note",
  raise_tier: "raised the tier", lower_tier: "lowered the tier",
  revoke_consent: "recorded that a consent was revoked", returned: "The patient sent more answers",
  added: "The patient answered more questions after sending", asked_for_call: "The patient asked for a call",
};
const RESUBMISSIONS = { opened_again: "the lead was reopened", told_again: "the lead needs an owner again" };

export const doneText = (action) => DONE[action] ?? "Done.";

export function historyText({ action, detail }) {
  if (action === "undo") return `undid: ${HISTORY[detail] ?? detail}`;
  const more = OUTCOMES[detail] ?? REASONS[detail] ?? RESUBMISSIONS[detail] ?? (TIERS.includes(detail) ? tierName(detail) : detail);
  return `${HISTORY[action] ?? action.replaceAll("_", " ")}${more ? `: ${more}` : ""}`;
}

const can = (lead, action) => lead.actions.includes(action);
const button = (text, onclick, attributes = {}) => h("button", { type: "button", onclick, ...attributes }, text);
const buttons = (...content) => h("div", { class: "buttons" }, content);

// A button that shows its content below it; open from the start when the content holds a draft.
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

// At the top of the lead: taking it, and why an action was refused.
export const takeButton = (lead, act) => h("div", { class: "actions" },
  h("div", { id: "refusal", class: "refusal", role: "alert" }),
  can(lead, "acknowledge") && button("I'll take it", () => act({ action: "acknowledge" }), { class: "main", id: "take" }));

// The outcome of a call: below the call button for the owner, who presses it after hanging up; else among the actions.
export const outcomeForOwner = (lead, user, act) => lead.summary.owner === user.id && !isDone(lead.summary) && can(lead, "contact_attempt")
  && h("div", { class: "actions" }, outcomeButtons(act));

const outcomeButtons = (act) => h("div", { class: "calling", role: "group", "aria-labelledby": "outcome-title" },
  h("p", { id: "outcome-title" }, h("strong", {}, "How did the call go?")),
  buttons(Object.entries(OUTCOMES).map(([outcome, text], index) =>
    button(text, () => act({ action: "contact_attempt", outcome }), { id: index ? null : "outcome" }))));

export function actionButtons(lead, user, act) {
  const { summary } = lead;
  const done = isDone(summary);
  const mine = summary.owner === user.id;
  if (!lead.actions.length) return h("section", { class: "actions" }, h("p", { class: "soft" }, "You can read this lead. Only clinicians and the lead desk can work it."));
  return h("section", { class: "actions", "aria-labelledby": "actions-title" },
    h("h3", { id: "actions-title", tabindex: "-1" }, "Actions"),
    !done && !mine && can(lead, "contact_attempt") && outcomeButtons(act),
    h("div", { class: "steps" },
      done && can(lead, "reopen") && button("Reopen", () => act({ action: "reopen" }), { class: "main" }),
      can(lead, "book") && button("Booked", () => act({ action: "book" }), { class: mine ? "main" : null }),
      can(lead, "close") && closeChoices(act),
      can(lead, "raise_tier") && raiseChoices(summary.tier, act),
      can(lead, "lower_tier") && lowerChoices(summary, act),
      can(lead, "undo") && button(`Undo: you ${HISTORY[lead.history.at(-1).action]}`, () => act({ action: "undo" }), { id: "undo" }),
      !done && summary.owner && can(lead, "reopen") && releaseChoice(act)),
    can(lead, "note") && noteForm(summary.reference, act));
}

const closeChoices = (act) => unfolding("closing", "Close …", h("p", {}, "Why?"),
  buttons(Object.entries(REASONS).map(([reason, text]) => button(text, () => act({ action: "close", reason })))));

// For a lead whose owner does not work it. Alerts start over, from the first escalation level.
const releaseChoice = (act) => unfolding("releasing", "Release …",
  h("p", {}, "The lead will have no owner, and the clinic will be alerted again from the start."),
  buttons(button("Release and alert the clinic", () => act({ action: "reopen" }))));

const tierButtons = (tiers, press) => buttons(tiers.map((tier) => button(tierName(tier), () => press(tier), { class: `to ${tier}` })));

function raiseChoices(tier, act) {
  const higher = TIERS.slice(0, TIERS.indexOf(tier)).reverse();
  return higher.length > 0 && unfolding("raising", "Raise the tier …", h("p", {}, "To which tier?"),
    tierButtons(higher, (to) => act({ action: "raise_tier", tier: to })));
}

function lowerChoices({ reference, tier }, act) {
  const lower = TIERS.slice(TIERS.indexOf(tier) + 1);
  const reason = draftArea(reference, "lower_tier", { id: "lower-reason", maxlength: "1000", required: true });
  const lowerTo = (to) => requireText(reason, "Enter a reason before you lower the tier.", (text) => act({ action: "lower_tier", tier: to, text }));
  return lower.length > 0 && unfolding("lowering", "Lower the tier …",
    h("label", { for: "lower-reason" }, "Why? Your reason is kept in the history."), reason, tierButtons(lower, lowerTo));
}

// The patient revoked a consent. What they said is evidence, so the words are required. `names`: consent code -> words.
export function revokeChoices(lead, names, act) {
  const given = Object.keys(lead.consents.given).filter((consent) => lead.consents.given[consent]);
  if (!given.length || !can(lead, "revoke_consent")) return null;
  const how = draftArea(lead.summary.reference, "revoke_consent", { id: "revoke-how", maxlength: "300", required: true });
  const revoke = (consent) => requireText(how, "Enter how the patient revoked the consent.", (text) => act({ action: "revoke_consent", consent, text }));
  return h("div", { class: "actions" }, unfolding("revoking", "Consent revoked …",
    h("label", { for: "revoke-how" }, "How did the patient revoke it? Your words are kept as evidence."), how, h("p", {}, "Which consent?"),
    buttons(given.map((consent) => button(`No more ${names[consent] ?? consent}`, () => revoke(consent))))));
}

function requireText(area, missing, send) {
  const text = area.value.trim();
  if (text) return send(text);
  byId("refusal").textContent = missing;
  return area.focus();
}

function noteForm(reference, act) {
  const note = draftArea(reference, "note", { id: "note", maxlength: "1000" });
  const add = (event) => {
    event.preventDefault();
    const text = note.value.trim();
    if (text) act({ action: "note", text });
    else note.focus();
  };
  return h("form", { class: "noting", onsubmit: add }, h("label", { for: "note" }, "Note for colleagues"), note, h("button", {}, "Add note"));
}
