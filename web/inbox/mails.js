// Shows the mails to the patient, and whether more mails can follow. If mail does not arrive, staff must call.

import { h } from "./elements.js";
import { formatTime } from "./times.js";

const KINDS = { receipt: "receipt", tried: "“we tried to reach you”", booked: "appointment", unreachable: "“we could not reach you”" };
const STATUS = {
  sending: "being sent", sent: "sent", unknown: "it is unknown whether it was sent", waiting: "to be tried again", failed: "could not be sent",
  withheld: "not sent", bounced: "came back: call instead",
};
const REASONS = { closed: "the address is closed", daily_limit: "the address had one today", hourly_limit: "too many mails this hour", late: "too late" };
const CLOSED = {
  bounce: "Mail bounced. Call instead.", complaint: "The person reported our mail as spam. Call instead.",
  unsubscribed: "The person wants no more e-mail. You may call.",
};

export function mails({ mails: { closed_as: closed, entries } = { entries: [] } }) {
  if (!closed && !entries.length) return null;
  const said = ({ kind, status, reason, at }) => `${KINDS[kind] ?? kind} ${STATUS[status] ?? status}${reason ? ` (${REASONS[reason] ?? reason})` : ""}, ${formatTime(at)}`;
  return h("div", { id: "mails" },
    closed && h("p", { class: "more" }, CLOSED[closed] ?? closed),
    entries.length > 0 && h("p", { class: "soft" }, `E-mail: ${entries.map(said).join("; ")}`));
}
