// The receipt: reference, advice, and what to do with both.

import { showAdded } from "./added.js";
import { callButtons, messageList } from "./emergency.js";
import { el } from "./elements.js";

/** Keeps and shows the answer to a sent form, whose messages are in `language`. */
export function received(form, { reference, disposition, messages, received_at }, language) {
  const { submissionId, view } = form.state;
  const after = reference && !["callback", "emergency"].includes(view) && { id: submissionId, forOther: form.answers.forOther }; // for the page after Send
  form.receipt = { reference, disposition, messages, received_at, language, at: Date.now(), ...after };
  form.save();
  showReceipt(form, true);
  form.emit("submitted", { reference });
}

export function showReceipt(form, focused) {
  const { say, receipt, wholePage, language } = form;
  const { reference, messages, closed } = receipt;
  const urgent = receipt.disposition === "seek-emergency-care";
  const covering = urgent && !closed;
  const title = urgent ? say("urgent") : say(reference ? "received" : "safetyAdvice");
  const time = receipt.received_at && new Date(receipt.received_at).toLocaleString(`${language}-US`, { dateStyle: "long", timeStyle: "short" });
  const more = el("div");
  const act = (name, text, look) => el("button", { type: "button", class: `button ${look}`, "data-do": name }, text);
  const number = reference && el("div", {},
    el("p", { class: "reference" }, say("reference"), " ", el("strong", { id: "reference" }, reference)),
    form.phone && el("p", {}, say("haveItReady"), " ", form.phone),
    time && el("p", {}, say("receivedAt", { time })));
  const advice = messageList(messages, receipt.language, language);
  form.show(covering ? form.overlay : form.view, title, [
    form.languageSwitch(), form.heading(title, "urgent-title"),
    ...(urgent ? [callButtons(messages, say, language), advice, number] : [number, advice]),
    more, form.copy("notices"),
    el("div", { class: "actions" }, act("print", say("print"), "second"), covering && !wholePage && act("closeReceipt", say("close"), "second"),
      act("startOver", say("startNew"), "plain")),
  ], focused || covering ? undefined : null);
  showAdded(form, more);
  form.answers?.form.reset(); // others may use this phone or computer after this person
}
