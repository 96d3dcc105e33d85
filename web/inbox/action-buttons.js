// The buttons that change a lead, one for each action that the service allows the user now.
// `act(values, from)` sends one action. `from`: the control that the user pressed.
// A refusal appears beside the controls that have the same `data-group` as `from`.

import { colleagueSelect } from "./colleagues.js";
import { withDraft } from "./drafts.js";
import { h } from "./elements.js";
import { historyText, OUTCOMES, REASONS } from "./history-text.js";
import { isDone, TIERS, tierName } from "./lead-summary.js";
import { isOpen } from "./opening-hours.js";
import { showRefusal } from "./refusal.js";
import { formatTime, now } from "./times.js";

const USUAL = 4;
const SAFETY = new Set(["EMERGENCY", "URGENT"]);

const can = (lead, action) => lead.actions.includes(action);
const button = (text, onclick, attributes = {}) => h("button", { type: "button", onclick, ...attributes }, text);
const doing = (text, act, values, attributes) => button(text, (event) => act(values, event.currentTarget), attributes);
const buttons = (...content) => h("div", { class: "buttons" }, content);

// A button that shows and hides the content below it. Content with a draft is shown at once.
export function unfolding(id, label, ...content) {
  const { text, main } = typeof label === "string" ? { text: label } : label;
  const box = h("div", { id, class: "choices", "data-group": id }, ...content);
  box.hidden = !box.querySelector("[data-draft]");
  const opener = button(text, () => {
    box.hidden = !box.hidden;
    opener.setAttribute("aria-expanded", String(!box.hidden));
    if (!box.hidden) box.querySelector("button, textarea, input, select")?.focus();
  }, { "aria-expanded": String(!box.hidden), "aria-controls": id, class: main ? "main" : null });
  return h("div", { class: "unfolding" }, opener, box);
}

// The button for taking the lead. Above it appears why an action was refused whose own button is gone.
export const takeButton = (lead, act) => h("div", { class: "actions", "data-group": "taking" },
  h("div", { id: "refusal-place" }, h("p", { id: "refusal", class: "refusal", role: "alert", tabindex: "-1" })),
  can(lead, "acknowledge") && doing("I'll take it", act, { action: "acknowledge" }, { class: "main", id: "take" }));

// Only the owner sees these buttons below the call button.
export const outcomeForOwner = (lead, user, act) => lead.summary.owner === user.id && mayCall(lead)
  && h("div", { class: "actions" }, outcomeButtons(lead, act));

// Whether the user may record a call. A user must show a hidden phone number first.
const mayCall = (lead) => !isDone(lead.summary) && can(lead, "contact_attempt") && !lead.contact_hidden;

const outcomeButtons = (lead, act) => h("div", { class: "calling", role: "group", "aria-labelledby": "outcome-title", "data-group": "calling" },
  h("p", { id: "outcome-title" }, h("strong", {}, "How did the call go?")),
  lead.contact.message_ok === "no" && h("p", { class: "mark warn" }, "The person asked: leave no message."),
  buttons(outcomes(act).slice(0, USUAL)),
  unfolding("outcomes", "Another outcome …", buttons(outcomes(act).slice(USUAL)), callAgain(lead, act)));

const outcomes = (act) => Object.entries(OUTCOMES).filter(([outcome]) => outcome !== "call_at").map(([outcome, text]) =>
  doing(text, act, { action: "contact_attempt", outcome }, { id: outcome === "reached" ? "outcome" : null }));

// How far ahead a call may be planned. The service enforces the same limits.
const callLimit = (tier) => (SAFETY.has(tier) ? { hours: 24, text: `For tier ${tier}: a time within 24 hours.` } : { hours: 30 * 24, text: "Enter a time within the next 30 days." });

// How far ahead an appointment may be booked. The service enforces the same limit.
const BOOKING_LIMIT = { hours: 2 * 365 * 24, text: "Enter a time within the next two years. Check the year." };

function callAgain({ hours, summary: { reference, tier } }, act) {
  const limit = callLimit(tier);
  const at = withDraft(reference, "contact_attempt", timeField("again-at", "again_at"));
  const send = ({ currentTarget }) => withTime(at, hours, "calling-again", "Enter the time at which the person asked to be called.",
    (time) => act({ action: "contact_attempt", outcome: "call_at", again_at: time }, currentTarget), limit);
  return h("div", { "data-group": "calling-again" }, h("label", { for: at.id }, "Asked to be called at"), at, buttons(button("Call again then", send)));
}

const timeField = (id, name, value) => h("input", { id, name, type: "datetime-local", required: true, value });
const textArea = (id, name, attributes, text = "") => h("textarea", { id, name, rows: "2", maxlength: "1000", ...attributes }, text);

// Calls `send(time)` with the time in the field `at`, in ISO form. Shows a message if the time is wrong.
// For a time outside the opening hours, the user must press twice. `missing`: the message if no time was entered.
// `limit`: {hours, text}, with the message for a time that is more than `hours` ahead.
function withTime(at, hours, group, missing, send, limit) {
  const ahead = (new Date(at.value) - now()) / (60 * 60 * 1000);
  const wrong = !at.value ? missing : ahead <= 0 ? "That time is past." : limit && ahead > limit.hours && limit.text;
  if (wrong) return showRefusal(wrong, { group, field: at.name });
  if (isOpen(at.value, hours) || at.dataset.kept === at.value) return send(new Date(at.value).toISOString());
  at.dataset.kept = at.value;
  return showRefusal("That is outside opening hours. Press again to keep it.", { group, field: at.name });
}

const fieldTime = (iso) => new Date(iso).toLocaleString("sv").slice(0, 16).replace(" ", "T");

const UNMAILED = {
  off: "this service sends no e-mail", no_address: "the person left no address", removed: "the answers were removed", closed: "the address is closed",
  no_consent: "no consent to e-mail", no_messages: "the person wants no messages", suspect: "suspected spam",
};

// The button that books or moves an appointment.
// Staff must enter a reason if the last call about an emergency or urgent lead did not reach the patient.
function bookChoices(lead, act, { main, done }) {
  const { summary: { reference, tier }, booking } = lead;
  const unmailed = UNMAILED[lead.mails.unmailed];
  const mailed = lead.mails.entries.some(({ kind, status }) => kind === "booked" && status !== "waiting");
  const when = mailed ? "about a new time. No e-mail is sent if the time stays the same" : "as written, about ten minutes from now";
  const kept = (field) => withDraft(reference, "book", field);
  const at = kept(timeField("book-at", "at", booking && fieldTime(booking.at)));
  const whom = kept(h("input", { id: "book-whom", name: "with_whom", maxlength: "100", value: booking?.with_whom }));
  const why = !done && SAFETY.has(tier) && kept(h("input", { id: "book-why", name: "text", maxlength: "1000" }));
  const note = kept(textArea("book-note", "note", {}, booking?.note));
  const send = ({ currentTarget }) => withTime(at, lead.hours, "booking", "Enter the date and time of the appointment.",
    (time) => act({ action: "book", booking: { at: time, with_whom: whom.value.trim(), note: note.value.trim() }, ...(why && { text: why.value.trim() }) }, currentTarget), BOOKING_LIMIT);
  return unfolding("booking", { text: done ? "Move the appointment …" : "Booked …", main },
    h("label", { for: at.id }, "When"), at, h("label", { for: whom.id }, "With whom"), whom,
    why && [h("label", { for: why.id }, "Why book now, if no call reached the person? (Not in the e-mail.)"), why],
    h("label", { for: note.id }, unmailed ? `Note (no e-mail is sent: ${unmailed})` : `Note to the person: it goes into the e-mail ${when}`), note,
    buttons(button("Save the appointment", send, { class: "main" })));
}

export function actionButtons(lead, user, act) {
  const { summary } = lead;
  const done = isDone(summary);
  const mine = summary.owner === user.id;
  if (!lead.actions.length) return h("section", { class: "actions" }, h("p", { class: "soft" }, "You can read this lead. Only clinicians and the lead desk can work it."));
  return h("section", { class: "actions", "aria-labelledby": "actions-title" },
    h("h3", { id: "actions-title", tabindex: "-1" }, "Actions"),
    !mine && mayCall(lead) && outcomeButtons(lead, act),
    h("div", { class: "steps", "data-group": "steps" },
      !done && lead.closes_as && can(lead, "close") && doing(`Close: ${REASONS[lead.closes_as]}`, act, { action: "close", reason: lead.closes_as }, { class: "main", id: "close-as" }),
      can(lead, "book") && bookChoices(lead, act, { done, main: done || (mine && !lead.closes_as && !summary.contact_revoked && lead.next?.what !== "other_way") }),
      done && can(lead, "reopen") && reopenChoice(lead, act),
      can(lead, "close") && closeChoices(summary, user, act, { main: mine && !lead.closes_as && summary.contact_revoked }),
      can(lead, "raise_tier") && raiseChoices(summary.tier, act),
      can(lead, "lower_tier") && lowerChoices(summary, act),
      can(lead, "take_over") && doing("Take over", act, { action: "take_over" }),
      can(lead, "hand_over") && handOverChoice(summary.reference, act),
      can(lead, "undo") && doing(`Undo: you ${undoable(lead.history.at(-1))}`, act, { action: "undo" }, { id: "undo" }),
      !done && summary.owner && can(lead, "reopen") && releaseChoice(act)),
    can(lead, "note") && noteForm(summary.reference, act));
}

// What the undo button undoes, in words. Leaves out the time of an appointment, because the lead shows it.
const undoable = ({ action, detail, moved }) => historyText({ action, detail: action === "book" ? "" : detail, moved });

// The button that closes a lead. Only clinicians may close an emergency or urgent lead as not a fit.
// Staff must enter a reason if an emergency or urgent lead has no recorded call.
// Staff must enter a reason if they close a lead as unreachable although a call reached the patient.
function closeChoices({ reference, tier }, user, act, { main }) {
  const judges = user.groups.includes("clinician") || !SAFETY.has(tier);
  const why = withDraft(reference, "close", textArea("close-why", "text"));
  return unfolding("closing", { text: "Close …", main },
    h("label", { for: "close-why" }, "In words, for an emergency or urgent lead without a call, or for “Unreachable” after a call that reached the person:"), why, h("p", {}, "Why?"),
    buttons(Object.entries(REASONS).filter(([reason]) => judges || reason !== "not_a_fit").map(([reason, text]) =>
      button(text, (event) => act({ action: "close", reason, text: why.value.trim() }, event.currentTarget)))));
}

// Reopening cancels an appointment in the future, so the user is asked first.
function reopenChoice({ booking, summary }, act) {
  if (!booking || Date.parse(booking.at) <= now()) return doing("Reopen", act, { action: "reopen" }, { class: summary.status === "booked" ? null : "main" });
  return unfolding("reopening", "Reopen …",
    h("p", {}, `This cancels the appointment on ${formatTime(booking.at)}, but does not tell the person. The lead will have no owner, and the clinic is alerted.`),
    buttons(doing("Cancel the appointment and reopen", act, { action: "reopen" })));
}

// Alerts then start again at the first escalation level.
const releaseChoice = (act) => unfolding("releasing", "Release …",
  h("p", {}, "The lead will have no owner. The clinic is alerted again unless a colleague takes it within two minutes."),
  buttons(doing("Release and alert the clinic", act, { action: "reopen" })));

// The deadline of the next action stays the same.
function handOverChoice(reference, act) {
  const to = withDraft(reference, "hand_over", colleagueSelect("hand-over-to"));
  const send = (event) => (to.value ? act({ action: "hand_over", to: to.value }, event.currentTarget)
    : showRefusal("Choose a colleague.", { group: "handing-over", field: to.name }));
  return unfolding("handing-over", "Hand over …", h("label", { for: to.id }, "To which colleague?"), to, buttons(button("Hand over", send, { class: "main" })));
}

const tierButtons = (tiers, press) => buttons(tiers.map((tier) => button(tierName(tier), (event) => press(tier, event.currentTarget), { class: `to ${tier}` })));

function raiseChoices(tier, act) {
  const higher = TIERS.slice(0, TIERS.indexOf(tier)).reverse();
  return higher.length > 0 && unfolding("raising", "Raise the tier …", h("p", {}, "To which tier?"),
    tierButtons(higher, (to, from) => act({ action: "raise_tier", tier: to }, from)));
}

function lowerChoices({ reference, tier }, act) {
  const lower = TIERS.slice(TIERS.indexOf(tier) + 1);
  const reason = withDraft(reference, "lower_tier", textArea("lower-reason", "text", { required: true }));
  const lowerTo = (to, from) => requireText(reason, "Enter a reason before you lower the tier.", (text) => act({ action: "lower_tier", tier: to, text }, from));
  return lower.length > 0 && unfolding("lowering", "Lower the tier …",
    h("label", { for: "lower-reason" }, "Why? Your reason is kept in the history."), reason, tierButtons(lower, lowerTo));
}

// Staff must enter how the patient revoked the consent, as evidence. `names`: consent code -> name of the consent.
export function revokeChoices(lead, names, act) {
  const given = Object.keys(lead.consents.given).filter((consent) => lead.consents.given[consent]);
  if (!given.length || !can(lead, "revoke_consent")) return null;
  const how = withDraft(lead.summary.reference, "revoke_consent", textArea("revoke-how", "text", { maxlength: "300", required: true }));
  const revoke = (consent, from) => requireText(how, "Enter how the patient revoked the consent.", (text) => act({ action: "revoke_consent", consent, text }, from));
  return h("div", { class: "actions" }, unfolding("revoking", "Consent revoked …",
    h("label", { for: "revoke-how" }, "How did the patient revoke it? Your words are kept as evidence."), how, h("p", {}, "Which consent?"),
    buttons(given.map((consent) => button(`No more ${names[consent] ?? consent}`, (event) => revoke(consent, event.currentTarget))))));
}

function requireText(area, missing, send) {
  const text = area.value.trim();
  return text ? send(text) : showRefusal(missing, { group: area.closest("[data-group]").dataset.group, field: area.name });
}

function noteForm(reference, act) {
  const note = withDraft(reference, "note", textArea("note", "text"));
  const add = (event) => {
    event.preventDefault();
    const text = note.value.trim();
    if (text) act({ action: "note", text }, note);
    else note.focus();
  };
  return h("form", { class: "noting", "data-group": "noting", onsubmit: add }, h("label", { for: "note" }, "Note for colleagues"), note, h("button", {}, "Add note"));
}
