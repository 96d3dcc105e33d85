// Shows the receipt: next steps, reference, advice and buttons.

import { showAdded } from "./added.js";
import { callButtons, messageList } from "./emergency.js";
import { el } from "./elements.js";
import { filled } from "./words.js";

/** Stores and shows the response to a sent form. `language`: the language of the response's messages.
 * The tab stores only the last two digits of the phone number, because others may use this device. */
export function received(form, { submission_id, reference, disposition, messages, next_steps }, { language, contact }) {
  const { submissionId, view } = form.state;
  const after = reference && !["callback", "emergency"].includes(view) && { id: submission_id ?? submissionId, forOther: form.answers.forOther || undefined };
  const number = form.answers.spoken(contact?.phone ?? "");
  const end = number.split(/[a-z#,;]/i)[0].replace(/\P{Nd}/gu, "").slice(-2); // last two digits before the extension
  form.receipt = { reference, disposition, messages, ...next_steps, number: form.say("ending", { end }), language, at: Date.now(), ...after };
  form.number = number;
  form.save();
  showReceipt(form, true);
  form.emit("submitted", { reference });
}

export function showReceipt(form, focused) {
  const { say, receipt, wholePage, language } = form;
  const { reference, messages, closed, calendar, booking_link: booking, language: lang } = receipt;
  const urgent = receipt.disposition === "seek-emergency-care";
  const covering = urgent && !closed;
  const title = (lang === language && receipt.title) || say(urgent ? "urgent" : reference ? "received" : "safetyAdvice");
  const more = el("div");
  const promise = receipt.promise && filled(receipt.promise, { number: form.number ?? receipt.number });
  const number = reference && el("div", {},
    promise && el("p", { class: "promise", lang }, promise),
    el("p", { class: "reference" }, say("reference"), " ", el("strong", { id: "reference" }, reference)),
    !urgent && form.phone && el("p", {}, say("changed"), " ", form.phone));
  const advice = messageList(messages, lang, language);
  form.show(covering ? form.overlay : form.view, title, [
    // the texts that came with the response stay in their language
    urgent && form.languageSwitch(), form.heading(title, "urgent-title"),
    ...(urgent ? [callButtons(messages, say, language), advice, number] : [number, advice]),
    ...(receipt.details ?? []).map((text) => el("p", { lang }, text)),
    calendar && el("p", {}, el("a", { download: "call.ics", href: `data:text/calendar;charset=utf-8,${encodeURIComponent(calendar)}` }, say("calendar"))),
    booking && el("p", {}, el("a", { href: booking, rel: "noreferrer" }, say("booking"))),
    more, form.copy("notices"),
    el("div", { class: "actions" }, form.act("print", say("print"), "second"), covering && !wholePage && form.act("closeReceipt", say("close"), "second"),
      form.act("startOver", say("startNew"), "plain")),
  ], focused || covering ? undefined : null);
  showAdded(form, more);
  form.answers?.form.reset(); // others may use this phone or computer after the visitor
}
