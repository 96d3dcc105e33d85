// Describes actions on a lead in words.

import { TIERS, tierName } from "./lead-summary.js";
import { formatTime } from "./times.js";

export const OUTCOMES = {
  reached: "Reached", no_answer: "No answer", left_message: "Left a message", wrong_number: "Wrong number",
  to_be_booked: "Reached, wants an appointment", call_at: "Asked to be called again", emergency_room: "Goes to the emergency room", called_911: "911 was called",
  own_doctor: "Understood, sees own doctor", already_patient: "Already a patient", booked_elsewhere: "Booked elsewhere",
};
export const REASONS = {
  not_a_fit: "Not a fit", unreachable: "Unreachable", duplicate: "Duplicate", spam: "Spam", declined: "Declined",
  emergency_care: "In emergency care", own_doctor: "Sees own doctor", already_patient: "Already a patient", booked_elsewhere: "Booked elsewhere",
};

const DONE = {
  acknowledge: "This lead is yours now.", take_over: "This lead is yours now.", hand_over: "Handed over.", contact_attempt: "Call logged.", book: "Booked.", close: "Closed.", reopen: "Reopened.",
  note: "Note added.", raise_tier: "Tier raised.", lower_tier: "Tier lowered.",
  revoke_consent: "Revocation recorded.", undo: "Undone.",
};

// Action -> text in the history. The name of the staff member precedes the text, as in "Ann Lee booked".
export const HISTORY = {
  acknowledge: "took the lead", take_over: "took the lead over", hand_over: "handed the lead over", released: "Nobody acted in time: the lead went back to the clinic", contact_attempt: "called", book: "booked", close: "closed", reopen: "reopened the lead", given_back: "released the lead", note: "added a note",
  raise_tier: "raised the tier", lower_tier: "lowered the tier",
  revoke_consent: "recorded that a consent was revoked", returned: "The patient sent more answers",
  added: "The patient answered more questions after sending", asked_for_call: "The patient asked for a call",
  withdrawn: "The patient took the form back before sending it", sent_after_all: "The patient sent the form after all",
};
const RESUBMISSIONS = { opened_again: "the lead was reopened", told_again: "the lead needs an owner again" };

export const doneText = (action, latest) => (action === "book" && latest?.moved ? "Appointment moved." : action === "reopen" && latest?.detail === "given_back" ? "Released." : DONE[action] ?? "Done.");

export function historyText({ action, detail, undo_of: version, again_at: again, moved }, history = []) {
  const undone = action === "undo" && history.find((entry) => entry.version === version);
  if (undone) return `undid: ${historyText(undone)}`;
  if (action === "undo") return `undid: ${HISTORY[detail] ?? detail}`;
  if (action === "released") return HISTORY.released;
  if (action === "reopen" && detail === "given_back") return HISTORY.given_back;
  const more = action === "book" && detail ? formatTime(detail) : OUTCOMES[detail] ?? REASONS[detail] ?? RESUBMISSIONS[detail] ?? (TIERS.includes(detail) ? tierName(detail) : detail);
  return `${moved ? "moved the appointment" : HISTORY[action] ?? action.replaceAll("_", " ")}${more ? `: ${more}` : ""}${again ? ` at ${formatTime(again)}` : ""}`;
}
