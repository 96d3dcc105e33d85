// One lead, in the order in which a person at night needs it: how urgent, who has it, whom to call, what to ask, what to
// press; then why, what was answered, what the patient was told, and the rest.

import { actions, afterCalling, entryText, firstStep, revoking, unfolding } from "./actions.js";
import { h } from "./elements.js";
import { clock, day } from "./times.js";
import { countdown, isOver, tierBadge, tierName } from "./worklist.js";

const NO = new Set(["none", "no"]);
const CONSENTS = { contact: "contact", sms: "text messages", marketing: "marketing" };
const TIMES = { morning: "in the morning", afternoon: "in the afternoon", evening: "in the evening" };
const CHECKS = {
  "trap-filled": "a field that no person sees was filled in", "too-quick": "filled in quicker than it can be read",
  "no-answers": "no question was answered", "no-token": "not our form, or not from our page", "bad-token": "the form was open for a day, or is not ours",
  "no-proof": "no proof of work (no JavaScript)", "bad-proof": "a wrong proof of work", "good-proof": "the proof of work is right",
};
const PREFERENCES = { call: "a call", text: "a text message", email: "an e-mail" };

// Whether the worklist knows of a later version than the one that is shown.
export const changed = (shown, listed) => listed.version > shown.version;

export function drawLead(place, lead, { user, act, back, records }) {
  const open = [...place.querySelectorAll("details[open]")].map((fold) => fold.id);
  place.replaceChildren(...[
    heading(lead, back),
    standing(lead, user),
    firstStep(lead, act),
    ...reaching(lead),
    afterCalling(lead, user, act),
    toAsk(lead),
    why(lead),
    actions(lead, user, act),
    ...answers(lead),
    ...lead.earlier.map(before),
    told(lead),
    others(lead),
    history(lead, user),
    consents(lead, act),
    origin(lead),
    leaving(lead, user, records),
  ].filter(Boolean));
  for (const id of open) place.querySelector(`#${id}`)?.setAttribute("open", "");
}

function heading({ summary }, back) {
  return h("header", {}, back(),
    h("h2", {}, tierBadge(summary.tier), h("span", { class: "reference" }, summary.reference)),
    countdown(summary),
    h("div", { class: "buttons print" }, h("button", { type: "button", onclick: () => print() }, "Print")));
}

function standing({ summary, triage }, user) {
  const mine = summary.owner === user.id;
  const since = summary.acknowledged_at && `since ${clock(summary.acknowledged_at)}`;
  const who = mine ? "You have it" : `${summary.owner_name || "Somebody"} has it`;
  const text = isOver(summary) ? `${summary.status === "booked" ? "Booked" : "Closed"} by ${mine ? "you" : summary.owner_name}, ${clock(summary.closed_at)}`
    : summary.owner ? `${who} ${since}` : "Nobody has it yet";
  return h("div", {},
    h("p", { class: summary.owner && !mine && !isOver(summary) ? "has other" : "has" }, text),
    triage.staff_tier && h("p", { class: "soft" }, `Staff set this tier; the rules said ${tierName(triage.tier)}.`),
    summary.suspect && h("p", { class: "soft" }, "Suspected spam: it looks as if a machine had filled in the form. It can still be a person."),
    summary.sent_more && h("p", { class: "more" }, "The visitor sent more, and nobody has done anything about it since."),
    summary.complete === false && h("p", { class: "soft" }, "Not finished: the visitor left before the end of the form."),
    !isOver(summary) && triage.clinic_does && h("p", { class: "does" }, triage.clinic_does, "."));
}

function phoneText(phone) {
  const parts = /^\+1(\d{3})(\d{3})(\d{4})$/.exec(phone);
  return parts ? `(${parts[1]}) ${parts[2]}-${parts[3]}` : phone;
}

// The age, and who filled in the form when it was not the person.
function about(answers) {
  const of = (code) => answers.find((entry) => entry.question === code);
  const [age, who] = [of("age"), of("who")];
  return [age?.codes[0] && `${age.codes[0]} years old`, who && who.codes[0] !== "self" && `the form says: ${who.answer[0]}`].filter(Boolean);
}

function reaching({ contact, consents: { given }, summary, answers: all }) {
  if (given.contact === false) {
    return [h("p", { class: "never" }, "Do not contact: this person took the consent back.")];
  }
  const but = contact.preference === "text" && !given.sms ? " (did not allow texts)" : "";
  const wishes = [...about(all), contact.preference && `wants ${PREFERENCES[contact.preference] ?? contact.preference}${but}`,
    contact.best_time && `best ${TIMES[contact.best_time] ?? contact.best_time}`,
    summary.language === "es" && "speaks Spanish", contact.postal && `ZIP ${contact.postal}`].filter(Boolean);
  return [h("div", { class: "contact" },
    h("p", { class: "name" }, contact.name || "No name given"),
    wishes.length > 0 && h("p", {}, wishes.join(" · ")),
    h("div", { class: "buttons" },
      contact.phone && h("a", { class: "button main call", href: `tel:${contact.phone}` }, `Call ${phoneText(contact.phone)}`),
      contact.phone && given.sms && h("a", { class: "button", href: `sms:${contact.phone}` }, "Text"),
      contact.email && h("a", { class: contact.phone ? "button" : "button main call", href: `mailto:${contact.email}` }, contact.email)))];
}

function toAsk({ to_ask: questions, summary }) {
  if (!questions.length || isOver(summary)) return null;
  const [first, ...rest] = questions;
  const asked = ({ text, why, options }) => [text, " ", h("span", { class: "soft" }, `(${why})`), h("ul", {}, options.map((option) => h("li", {}, option)))];
  return h("section", { class: "ask", "aria-label": "Ask on the phone" },
    h("div", { class: "asked" }, h("strong", {}, "Ask first: "), asked(first)),
    rest.length > 0 && h("details", { id: "ask-too" }, h("summary", {}, `Then ask ${rest.length} more`), rest.map((question) => h("div", { class: "asked" }, asked(question)))));
}

const fired = (rules) => h("ul", { class: "rules-fired" }, rules.map((rule) =>
  h("li", {}, h("span", { class: "why" }, rule.reason), h("small", {}, [rule.floor && tierName(rule.floor), rule.id, rule.sources.join("; ")].filter(Boolean).join(" · ")))));

function why({ triage, rule_set: ruleSet, tags }) {
  const { safety_rules: safety, not_fit_rules: notFit } = triage;
  const reached = safety.filter((rule) => rule.floor === triage.tier);
  const deciding = [reached, notFit, safety].find((rules) => rules.length) ?? [];
  const also = [...safety, ...notFit].filter((rule) => !deciding.includes(rule));
  return h("section", { "aria-labelledby": "why-title" },
    h("h3", { id: "why-title" }, `Why ${triage.staff_tier ? "the rules said " : ""}${tierName(triage.tier)}`),
    deciding.length ? fired(deciding) : h("p", {}, `By the fit score, ${triage.fit_score} of 100. A form cannot rule out a serious problem.`),
    also.length > 0 && [h("h4", {}, "Also"), fired(also)],
    triage.fit_rules.length > 0 && h("details", { id: "fit" }, h("summary", {}, `What makes the fit score of ${triage.fit_score}`), fired(triage.fit_rules)),
    tags.length > 0 && h("details", { id: "tags" }, h("summary", {}, tags.length === 1 ? "1 tag for staff" : `${tags.length} tags for staff`), fired(tags)),
    h("p", { class: "soft" }, `Rules ${ruleSet.id} ${ruleSet.version}, `, ruleSet.approved_by ? `approved by ${ruleSet.approved_by}.` : "awaiting a physician's approval."));
}

const isNo = (answer) => answer.codes.length > 0 && answer.codes.every((code) => NO.has(code));

const listed = (entries, kind = "") => h("dl", { class: `answers ${kind}` }, entries.map((entry) =>
  h("div", {}, h("dt", {}, entry.text), h("dd", {}, entry.answer.length > 1 ? h("ul", {}, entry.answer.map((text) => h("li", {}, text))) : entry.answer[0] ?? "—"))));

// Warning signs first, then the patient's own words, then the rest by page; what was denied is one short list.
function answers({ answers: all }) {
  const positive = all.filter((entry) => entry.positive);
  const words = all.filter((entry) => entry.type === "text");
  const rest = all.filter((entry) => !entry.positive && entry.type !== "text");
  const pages = grouped(rest.filter((entry) => !isNo(entry)));
  const denied = rest.filter(isNo);
  return [h("section", { "aria-labelledby": "answers-title" }, h("h3", { id: "answers-title" }, "Answers"),
    positive.length > 0 && [h("h4", {}, "What raised the tier"), listed(positive)],
    words.map((entry) => [h("h4", {}, "In the patient's own words"), h("p", { class: "words" }, entry.answer.join(" "))]),
    [...pages].map(([page, entries]) => [h("h4", {}, page || "From another version of the form"), listed(entries)]),
    denied.length > 0 && h("details", { id: "denied" }, h("summary", {}, `Answered no or none: ${denied.length}`), listed(denied, "no")))];
}

// What was sent before the visitor came back: a warning sign stays in sight, though the later answers no longer say it.
function before({ received_at: at, tier, answers: all }, number) {
  const positive = all.filter((entry) => entry.positive);
  return h("section", { "aria-label": `Answers sent before, ${clock(at)}` }, h("h3", {}, `Sent before: ${tierName(tier)}, ${clock(at)}`),
    positive.length > 0 && [h("h4", {}, "What raised the tier"), listed(positive)],
    h("details", { id: `earlier-${number}` }, h("summary", {}, `All ${all.length} answers`), listed(all)));
}

function grouped(entries) {
  const groups = new Map();
  for (const entry of entries) groups.set(entry.page, [...(groups.get(entry.page) ?? []), entry]);
  return groups;
}

function told({ messages_shown: messages, summary }) {
  return h("section", { "aria-labelledby": "told-title" }, h("h3", { id: "told-title" }, "What the patient was told"),
    summary.language === "es" && h("p", { class: "soft" }, "In Spanish, as shown:"),
    h("div", { lang: summary.language }, messages.map((message) => h("p", { class: "words" }, message.text))));
}

function others({ others: leads }) {
  return leads.length > 0 && h("section", { "aria-labelledby": "others-title" }, h("h3", { id: "others-title" }, "The same person also sent"),
    h("ul", { class: "others" }, leads.map((other) => h("li", {},
      h("a", { href: `#lead=${other.reference}` }, tierBadge(other.tier), " ", h("span", { class: "reference" }, other.reference), ` ${day(other.received_at)}, ${other.status}`)))));
}

function history({ history: entries, summary }, user) {
  return h("section", { "aria-labelledby": "history-title" }, h("h3", { id: "history-title" }, "History"),
    h("ol", { class: "history" },
      [...entries].reverse().map((entry) => h("li", {}, h("span", {}, entry.by === "system" ? "" : h("strong", {}, entry.by === user.id ? "You " : `${entry.by_name || "Somebody"} `), entryText(entry)),
        entry.text && h("p", { class: "words" }, entry.text), h("small", {}, clock(entry.at)))),
      h("li", {}, "Came in", h("small", {}, `${clock(summary.received_at)} · `, h("span", { "data-ago": summary.received_at })))));
}

function consents(lead, act) {
  const { given, ledger, intact } = lead.consents;
  return h("section", { "aria-labelledby": "consents-title" }, h("h3", { id: "consents-title" }, "Consent"),
    h("p", {}, Object.entries(given).map(([consent, yes]) => `${CONSENTS[consent] ?? consent}: ${yes ? "yes" : "no"}`).join(" · ")),
    h("p", { class: intact ? "soft" : "never" }, intact ? "Checked just now: every entry is as it was written, and none is missing between two."
      : "An entry was changed after it was written, or is missing. Tell whoever looks after the service before you rely on it."),
    revoking(lead, CONSENTS, act),
    h("details", { id: "ledger" }, h("summary", {}, "What was shown and ticked"),
      h("ul", {}, ledger.map((record) => h("li", {}, h("strong", {}, `${CONSENTS[record.consent] ?? record.consent}: ${record.given ? "given" : "not given"}`), `, ${clock(record.at)}, ${record.how}`,
        h("p", { class: "words", lang: record.language }, record.text))))));
}

function origin({ attribution, source, earlier, suspicion }) {
  const facts = { ...attribution, "came through": source, ...(earlier.length && { "sent again": earlier.length === 1 ? "once" : `${earlier.length} times` }), ...(suspicion.signs.length && { "form checks": suspicion.signs.map((sign) => CHECKS[sign] ?? sign).join("; ") }) };
  return h("section", { "aria-labelledby": "origin-title" }, h("h3", { id: "origin-title" }, "Where it came from"),
    h("dl", { class: "facts" }, Object.entries(facts).map(([name, value]) => [h("dt", {}, name.replaceAll("_", " ")), h("dd", {}, String(value))])));
}

// A copy for another system or for the person, and the end of it. Each is in the access log.
function leaving({ summary, others: same }, { groups }, { fhir, person, erase }) {
  const [clinician, admin] = ["clinician", "admin"].map((group) => groups.includes(group));
  if (!clinician && !admin) return null;
  const others = same.length === 1 ? "one more lead" : `${same.length} more leads`;
  return h("section", { class: "actions", "aria-labelledby": "records-title" }, h("h3", { id: "records-title" }, "Records"),
    h("div", { class: "steps" },
      h("button", { type: "button", onclick: fhir }, "Download as FHIR"),
      admin && h("button", { type: "button", onclick: person }, "Download all about this person"),
      admin && unfolding("erasing", "Erase …",
        h("p", {}, h("strong", {}, "Goes for good: "), "name, number, address, answers, history and notes of this lead. There is no way back."),
        h("p", {}, h("strong", {}, "Stays: "), "that this reference was erased, when and by whom; and the consents, their number and address as fingerprints, so that the clinic can show that it was allowed to call. Alerts and files that left the service are not called back."),
        same.length > 0 && h("p", {}, h("strong", {}, `This person has ${others}. `), "Each is erased by itself."),
        h("div", { class: "buttons" }, h("button", { type: "button", class: "danger", onclick: erase }, `Erase ${summary.reference} for good`)))),
    admin && h("p", { class: "soft" }, "Look at the names in a person's data before you hand it over: a family may share a number."));
}
