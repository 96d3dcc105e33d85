// Draws one lead. What staff need at night comes first, such as urgency, owner and whom to call.

import { actionButtons, outcomeForOwner, revokeChoices, takeButton, unfolding } from "./action-buttons.js";
import { atAGlance, wrongNumberAt } from "./at-a-glance.js";
import { h } from "./elements.js";
import { historyText, REASONS } from "./history-text.js";
import { countdown, isDone, needsNobody, nextText, tierBadge, tierName } from "./lead-summary.js";
import { mails } from "./mails.js";
import { formatDay, formatTime } from "./times.js";

const NO = new Set(["none", "no"]);
const CONSENTS = { contact: "contact", sms: "text messages", marketing: "marketing" };
const TIMES = { morning: "in the morning", afternoon: "in the afternoon", evening: "in the evening" };
const CHECKS = {
  "trap-filled": "a hidden field was filled in", "too-quick": "filled in faster than anyone can read it",
  "no-answers": "no question was answered", "no-token": "not sent from our form and page", "bad-token": "the form was open for a day, or is not ours",
  "no-proof": "no proof of work (no JavaScript, or sent before it was ready)", "bad-proof": "the proof of work is wrong", "good-proof": "the proof of work is right",
};
const PREFERENCES = { call: "a call", text: "a text message", email: "an email" };

export function drawLead(place, lead, { user, act, records, showContact }) {
  const open = [...place.querySelectorAll("details[open]")].map((fold) => fold.id);
  place.replaceChildren(...[
    header(lead),
    leadingReasons(lead),
    owner(lead, user),
    takeButton(lead, act),
    contact(lead, showContact, atAGlance(lead, user), wrongNumberAt(lead)),
    mails(lead),
    outcomeForOwner(lead, user, act),
    questionsToAsk(lead),
    reasons(lead),
    actionButtons(lead, user, act),
    answers(lead),
    ...lead.earlier.map((earlier, number) => earlierAnswers(earlier, number, lead)),
    messagesShown(lead),
    otherLeads(lead),
    history(lead, user),
    consents(lead, act),
    source(lead),
    recordButtons(lead, user, records),
  ].filter(Boolean));
  for (const id of open) place.querySelector(`#${id}`)?.setAttribute("open", "");
  document.getElementById("reading").replaceChildren(...whose(lead));
}

// Shows `screen` on the screen and `paper` in print. `screen` may say "you" where `paper` says the name.
const said = (screen, paper) => (screen === paper ? screen : [h("span", { class: "on-screen" }, screen), h("span", { class: "on-paper" }, paper)]);

function section(id, title, ...content) {
  return h("section", { "aria-labelledby": `${id}-title` }, h("h3", { id: `${id}-title` }, title), ...content);
}

// This part stays visible while staff scroll, so that they do not confuse two leads.
const whose = ({ summary, contact: { name } }) => [tierBadge(summary.tier), " ", name && h("span", { class: "person" }, name), " ", h("span", { class: "reference" }, summary.reference)].filter(Boolean);

function header(lead) {
  return h("header", {},
    h("h2", {}, whose(lead)),
    countdown(lead.summary),
    h("div", { class: "buttons print" }, h("button", { type: "button", onclick: () => print() }, "Print")));
}

function owner(lead, user) {
  const { summary, triage, next, booking, contact_hidden: hidden, mails: { unmailed } } = lead;
  const done = isDone(summary);
  return h("div", {},
    h("p", { class: summary.owner && summary.owner !== user.id && !done ? "has other" : "has" }, said(ownerText(lead, user.id), ownerText(lead))),
    takenLate(summary) && h("p", { class: "soft" }, `Was due by ${formatTime(summary.deadline)}, taken at ${formatTime(summary.acknowledged_at)}.`),
    next && next.what !== "take" && h("p", { class: "next", id: "next", tabindex: "-1" }, h("strong", {}, `Next: ${next.what === "other_way" ? otherWay(lead) : nextText(next.what, summary.contact_revoked)}`), next.due && ` ${next.what === "call_again" ? "at" : "by"} ${formatTime(next.due)}`, ".",
      next.returns_at && ` If nobody does by ${formatTime(next.returns_at)}, the lead has no owner and the clinic is alerted again.`,
      next.what === "other_way" && " Then press how it went: “Left a message” is for an e-mail, too."),
    booking && h("p", { class: "next" }, h("strong", {}, `Appointment: ${formatTime(booking.at)}`), booking.with_whom && ` with ${booking.with_whom}`, booking.note && `. Note${unmailed ? "" : " to the person"}: ${booking.note}`),
    triage.staff_tier && h("p", { class: "soft" }, `Staff set this tier; the rules said ${tierName(triage.tier)}.`),
    summary.suspect && h("p", { class: "soft" }, "Suspected spam: it looks as if a machine filled in the form. It could still be a person."),
    summary.sent_more && h("p", { class: "more" }, "The patient sent more answers. Nobody has acted on them yet."),
    summary.complete === false && h("p", { class: "soft" }, "Incomplete: the patient left before the end of the form."),
    !done && !hidden && !isCalled(next) && triage.clinic_does && h("p", { class: "does" }, triage.clinic_does, "."));
}

const otherWay = ({ contact: { email }, consents: { given }, mails: { closed_as: closed } }) =>
  (email && given.email !== false && closed !== "bounce" ? `Write to ${email}, or find another number` : "Find another number");

// After a call, the lead does not show the tier's instruction.
const isCalled = (next) => Boolean(next) && !["take", "call"].includes(next.what);

const takenLate = ({ deadline, acknowledged_at: taken }) => deadline && taken && Date.parse(taken) > Date.parse(deadline);

// A colleague of the owner may have booked or closed the lead. Who moved the appointment later does not count.
const doneBy = ({ history, summary: { closed_at: at } }) => history.find((entry) => ["book", "close"].includes(entry.action) && Date.parse(entry.at) === Date.parse(at));

// Says "you" for the member of staff with the id `reader`.
function ownerText(lead, reader = null) {
  const { summary, owned_since: since } = lead;
  const { owner_name: name } = summary;
  const [mine, by] = [summary.owner === reader, doneBy(lead)];
  if (summary.status === "closed" && summary.closed_reason === "withdrawn") return `Closed: withdrawn by the visitor, ${formatTime(summary.closed_at)}`;
  if (isDone(summary)) return `${summary.status === "booked" ? "Booked" : "Closed"} by ${by?.by === reader ? "you" : by?.by_name || "somebody"}, ${formatTime(summary.closed_at)}${summary.status === "closed" ? `: ${REASONS[summary.closed_reason] ?? summary.closed_reason}` : ""}`;
  if (!summary.owner) return needsNobody(summary) ? "Not a fit: nobody has to call" : "Nobody has it yet";
  if (!since) return mine ? "You have it" : `${name || "Somebody"} has it`;
  return `${mine ? "You have" : `${name || "Somebody"} has`} had it since ${formatTime(since)}`;
}

function contact({ contact: person, contact_hidden: hidden, actions, consents: { given }, summary, answers: all }, showContact, glance, wrongAt) {
  const never = given.contact === false && h("p", { class: "never" }, "Do not contact: the patient revoked this consent.");
  if (hidden) return h("div", { class: "contact" }, never, h("p", { class: "name" }, person.name || "No name given"), glance,
    actions.length > 0 && h("p", {}, h("button", { type: "button", onclick: showContact }, "Show, for a medical reason"), " The access log records it."));
  const noTexts = person.preference === "text" && !given.sms ? " (did not consent to texts)" : "";
  const facts = [...ageAndHelper(all), person.preference && `prefers ${PREFERENCES[person.preference] ?? person.preference}${noTexts}`,
    person.best_time && `best ${TIMES[person.best_time] ?? person.best_time}`,
    person.helper_name && `form filled in by ${person.helper_name}${person.relation ? ` (${person.relation})` : ""}`,
    person.message_ok && (person.message_ok === "yes" ? "you may leave a message" : "leave no message"),
    person.postal && `ZIP ${person.postal}`].filter(Boolean);
  return h("div", { class: "contact" }, never,
    h("p", { class: "name" }, person.name || "No name given"), glance,
    facts.length > 0 && h("p", {}, facts.join(" · ")),
    summary.language === "es" && h("p", {}, h("strong", {}, "Speaks Spanish: "), "call with an interpreter, or hand the lead to a colleague who speaks Spanish."),
    person.phone && wrongAt && h("p", { class: "never" }, `${phoneText(person.phone)} was reported wrong at ${formatTime(wrongAt)}.`),
    h("div", { class: "buttons" },
      person.phone && h("a", { class: wrongAt ? "button" : "button main call", href: `tel:${person.phone}${person.extension ? `,${person.extension}` : ""}` },
        `Call ${phoneText(person.phone)}${person.extension ? ` ext. ${person.extension}` : ""}`),
      person.phone && given.sms && h("a", { class: "button", href: `sms:${person.phone}` }, "Text"),
      person.email && h("a", { class: person.phone && !wrongAt ? "button" : "button main call", href: mailLink(person.email) }, person.email)));
}

// Escapes ? and & in an e-mail address, because they could add recipients.
const mailLink = (email) => `mailto:${encodeURIComponent(email).replaceAll("%40", "@")}`;

function phoneText(phone) {
  const parts = /^\+1(\d{3})(\d{3})(\d{4})$/.exec(phone);
  return parts ? `(${parts[1]}) ${parts[2]}-${parts[3]}` : phone;
}

function ageAndHelper(all) {
  const answerTo = (question) => all.find((entry) => entry.question === question);
  const [age, who] = [answerTo("age"), answerTo("who")];
  return [age?.codes[0] && `${age.codes[0]} years old`, who && who.codes[0] !== "self" && `the form says: ${who.answer[0]}`].filter(Boolean);
}

function questionsToAsk({ to_ask: questions, summary, contact_hidden: hidden }) {
  if (!questions.length || hidden || isDone(summary)) return null;
  const [first, ...rest] = questions;
  const asked = (text, options, lang) => h("div", { lang }, text, h("ul", {}, options.map((option) => h("li", {}, option))));
  const question = ({ text, why, options, spoken_text: spoken, spoken_options: read }) => [
    h("span", { class: "soft" }, `(${why}) `),
    h("div", { class: "pair" }, spoken && asked(spoken, read, summary.language), asked(text, options, "en"))];
  return h("section", { class: "ask", "aria-label": "Ask on the phone" },
    h("div", { class: "asked" }, h("strong", {}, "Ask first: "), question(first)),
    rest.length > 0 && h("details", { id: "ask-too" }, h("summary", {}, `Then ask ${rest.length} more`), rest.map((one) => h("div", { class: "asked" }, question(one)))));
}

const whyTitle = ({ tier, staff_tier: ofStaff }) => `Why ${ofStaff ? "the rules said " : ""}${tierName(tier)}`;

// Returns no rules if the fit score decided the tier.
function decidingRules({ tier, safety_rules: safety, not_fit_rules: notFit }) {
  const ofThisTier = safety.filter((rule) => rule.floor === tier);
  return [ofThisTier, notFit, safety].find((rules) => rules.length) ?? [];
}

// The reasons above the call button. Each is cut off at its colon, so that several reasons fit on a phone.
function leadingReasons({ triage }) {
  const deciding = decidingRules(triage);
  return deciding.length > 0 && h("p", { class: "because" }, h("strong", {}, `${whyTitle(triage)}: `), deciding.map(({ reason }) => reason.split(": ")[0]).join("; "));
}

function reasons({ triage, rule_set: ruleSet, tags }) {
  const deciding = decidingRules(triage);
  const also = [...triage.safety_rules, ...triage.not_fit_rules].filter((rule) => !deciding.includes(rule));
  return section("why", whyTitle(triage),
    deciding.length ? firedRules(deciding) : h("p", {}, `Because of the fit score: ${triage.fit_score} of 100. A form cannot rule out a serious problem.`),
    also.length > 0 && [h("h4", {}, "Also"), firedRules(also)],
    triage.fit_rules.length > 0 && h("details", { id: "fit" }, h("summary", {}, `What makes up the fit score of ${triage.fit_score}`), firedRules(triage.fit_rules)),
    tags.length > 0 && h("details", { id: "tags" }, h("summary", {}, tags.length === 1 ? "1 tag for staff" : `${tags.length} tags for staff`), firedRules(tags)),
    h("p", { class: "soft" }, `Rules ${ruleSet.id} ${ruleSet.version}, `, ruleSet.approved_by ? `approved by ${ruleSet.approved_by}.` : "awaiting a physician's approval."));
}

const firedRules = (rules) => h("ul", { class: "rules-fired" }, rules.map((rule) =>
  h("li", {}, h("span", { class: "why" }, rule.reason), h("small", {}, [rule.floor && tierName(rule.floor), rule.id, rule.sources.join("; ")].filter(Boolean).join(" · ")))));

// Warning signs come first, then the patient's own words, then the rest by page.
function answers({ answers: all }) {
  const warnings = all.filter((entry) => entry.positive);
  const words = all.filter((entry) => entry.type === "text");
  const rest = all.filter((entry) => !entry.positive && entry.type !== "text");
  const pages = byPage(rest.filter((entry) => !isNo(entry)));
  const denied = rest.filter(isNo);
  return section("answers", "Answers",
    warnings.length > 0 && [h("h4", {}, "What raised the tier"), answerList(warnings)],
    words.map((entry) => [h("h4", {}, "In the patient's own words"), h("p", { class: "words" }, entry.answer.join(" "))]),
    [...pages].map(([page, entries]) => [h("h4", {}, page || "From another version of the form"), answerList(entries)]),
    denied.length > 0 && h("details", { id: "denied" }, h("summary", {}, `Answered no or none: ${denied.length}`), answerList(denied, "no")));
}

// Answers that the patient sent earlier, or with a callback request. Their warning signs always stay visible.
// Shows name, phone number and e-mail address only if they differ from the lead's.
function earlierAnswers({ received_at: at, tier, answers: all, contact: sender, reference }, number, lead) {
  const warnings = all.filter((entry) => entry.positive);
  const title = reference ? "Asked for a call" : "Earlier answers";
  const others = sender ? ["name", "phone", "email"].filter((field) => sender[field] && sender[field] !== lead.contact[field]) : [];
  return h("section", { "aria-label": `${title}, ${formatTime(at)}` }, h("h3", {}, `${title}: ${tierName(tier)}, ${formatTime(at)}`),
    others.length > 0 && h("p", {}, `Sent as ${others.map((field) => sender[field]).join(", ")}`),
    reference && h("p", { class: "soft" }, `Reference given: ${reference}`),
    warnings.length > 0 && [h("h4", {}, "What raised the tier"), answerList(warnings)],
    h("details", { id: `earlier-${number}` }, h("summary", {}, `All ${all.length} answers`), answerList(all)));
}

const isNo = (entry) => entry.codes.length > 0 && entry.codes.every((code) => NO.has(code));

const answerList = (entries, kind = "") => h("dl", { class: `answers ${kind}` }, entries.map((entry) =>
  h("div", {}, h("dt", {}, entry.text), h("dd", {}, entry.answer.length > 1 ? h("ul", {}, entry.answer.map((text) => h("li", {}, text))) : entry.answer[0] ?? "—"))));

function byPage(entries) {
  const pages = new Map();
  for (const entry of entries) pages.set(entry.page, [...(pages.get(entry.page) ?? []), entry]);
  return pages;
}

function messagesShown({ messages_shown: messages, summary }) {
  return section("messages", "Messages shown to the patient",
    summary.language === "es" && h("p", { class: "soft" }, "In Spanish, as shown, with the English beside it:"),
    messages.map(({ text, english }) => h("div", { class: "pair" }, h("p", { class: "words", lang: summary.language }, text),
      english ? h("p", { class: "words", lang: "en" }, english) : summary.language !== "en" && h("p", { class: "soft" }, "The wording has changed since."))));
}

function otherLeads({ others: leads }) {
  return leads.length > 0 && section("others", "Other leads with the same phone number or e-mail address",
    h("ul", { class: "others" }, leads.map((other) => h("li", {},
      h("a", { href: `#lead=${other.reference}` }, tierBadge(other.tier), " ", h("span", { class: "reference" }, other.reference), ` ${other.name ? `${other.name}, ` : ""}${formatDay(other.received_at)}, ${other.status}`)))));
}

function history({ history: entries, summary, alerts }, user) {
  const who = (entry) => (entry.by === "system" ? "" : h("strong", {}, said(entry.by === user.id ? "You " : `${entry.by_name || "Somebody"} `, `${entry.by_name || "Somebody"} `)));
  return section("history", "History", h("ol", { class: "history" },
    [...entries].reverse().map((entry) => h("li", {}, h("span", {}, who(entry), historyText(entry, entries)),
      entry.text && h("p", { class: "words" }, entry.text), h("small", {}, formatTime(entry.at)))),
    alerts.length > 0 && h("li", {}, `Alerts: ${alerts.map((alert) => `${alertText(alert)}, ${formatTime(alert.at)}`).join("; ")}`),
    h("li", {}, "Received", h("small", {}, `${formatTime(summary.received_at)} · `, h("span", { "data-ago": summary.received_at })))));
}

function alertText({ level, audience, to }) {
  if (!level) return `reminder to ${to || "the owner"}`;
  return `level ${level} to ${to ? `${to}, who was on call` : audience}`;
}

function consents(lead, act) {
  const { given, ledger, intact } = lead.consents;
  return section("consents", "Consent",
    h("p", {}, Object.entries(given).map(([consent, yes]) => `${CONSENTS[consent] ?? consent}: ${yes ? "yes" : "no"}`).join(" · ")),
    h("p", { class: intact ? "soft" : "never" }, intact ? "Checked just now: no entry was changed or removed."
      : "An entry was changed after it was written, or is missing. Ask an administrator before you rely on it."),
    revokeChoices(lead, CONSENTS, act),
    h("details", { id: "ledger" }, h("summary", {}, "What was shown and checked"),
      h("ul", {}, ledger.map((record) => h("li", {}, h("strong", {}, `${CONSENTS[record.consent] ?? record.consent}: ${record.given ? "given" : "not given"}`), `, ${formatTime(record.at)}, ${record.how}`,
        h("p", { class: "words", lang: record.language }, record.text))))));
}

function source({ attribution, source: channel, earlier, suspicion, consents: { ledger } }) {
  const page = ledger.find((record) => record.page)?.page;
  const facts = { ...(page && { page }), ...attribution, "received through": channel };
  if (earlier.length) facts.resubmitted = earlier.length === 1 ? "once" : `${earlier.length} times`;
  if (suspicion.signs.length) facts["form checks"] = suspicion.signs.map((sign) => CHECKS[sign] ?? sign).join("; ");
  return section("source", "Source",
    h("dl", { class: "facts" }, Object.entries(facts).map(([name, value]) => [h("dt", {}, name.replaceAll("_", " ")), h("dd", {}, String(value))])));
}

function recordButtons({ summary, others }, { groups }, { fhir, person, erase }) {
  const admin = groups.includes("admin");
  if (!["clinician", "manager", "admin"].some((group) => groups.includes(group))) return null;
  const button = (text, onclick, look) => h("button", { type: "button", class: look, onclick }, text);
  const more = others.length === 1 ? "one more lead" : `${others.length} more leads`;
  return h("section", { class: "actions", "aria-labelledby": "records-title", "data-group": "records" }, h("h3", { id: "records-title" }, "Records"),
    h("div", { class: "steps" },
      button("Download as FHIR", fhir),
      admin && button("Download this person's data", person),
      admin && unfolding("erasing", "Erase …",
        h("p", {}, h("strong", {}, "Erased: "), "the name, phone number, email address, answers, history and notes of this lead. This cannot be undone."),
        h("p", {}, h("strong", {}, "Kept: "), "that this reference was erased, when, and by whom; and the consents, with the phone number and email address as fingerprints, so that the clinic can show that it was allowed to call. Alerts and files that have left the service are not called back."),
        others.length > 0 && h("p", {}, h("strong", {}, `The same phone number or e-mail address has ${more}. `), "A family may share it. Each lead is erased separately."),
        h("div", { class: "buttons" }, button(`Erase ${summary.reference} permanently`, erase, "danger")))),
    admin && h("p", { class: "soft" }, "Check the names in a person's data before you hand it over: family members may share a phone number."));
}
