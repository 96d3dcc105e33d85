// Shows a lead's latest events under the patient's name, such as the last note, call and booking.

import { h } from "./elements.js";
import { historyText } from "./history-text.js";
import { isDone } from "./lead-summary.js";
import { formatTime } from "./times.js";

const LONGEST = 200; // characters that are shown of a note

function done(history) {
  const undone = new Set(history.map((entry) => entry.undo_of));
  return history.filter((entry) => !undone.has(entry.version));
}

// When a caller last found that the number in the patient's latest answers is wrong, or undefined.
export const wrongNumberAt = ({ history, summary }) => done(history).findLast((entry) => entry.detail === "wrong_number" && Date.parse(entry.at) > Date.parse(summary.received_at))?.at;

export function atAGlance({ history, earlier, summary, owned_since: since }, user) {
  const last = (action) => done(history).findLast((entry) => entry.action === action);
  const who = (entry) => (entry.by === user.id ? "you" : entry.by_name || "a colleague");
  const [note, call, booked] = ["note", "contact_attempt", "book"].map(last);
  const again = earlier.filter((one) => !one.reference).length;
  const lines = [
    again > 0 && `Sent ${again === 1 ? "twice" : `${again + 1} times`}; the time before was ${formatTime(earlier[0].received_at)}`,
    summary.handed_by && !isDone(summary) && summary.owner === user.id && `Handed to you by ${summary.handed_by}, ${formatTime(since)}`,
    call && `Last call: ${historyText(call).replace(/^called: /, "")}, ${formatTime(call.at)}, by ${who(call)}`,
    booked && summary.status !== "booked" && `Was booked by ${who(booked)}, ${formatTime(booked.at)}${booked.detail ? `, for ${formatTime(booked.detail)}` : ""}`,
    note && `Last note, ${formatTime(note.at)}, by ${who(note)}: ${note.text.length > LONGEST ? `${note.text.slice(0, LONGEST)} …` : note.text}`,
  ].filter(Boolean);
  return lines.length > 0 && h("ul", { class: "glance", "aria-label": "What happened last" }, lines.map((line) => h("li", {}, line)));
}
