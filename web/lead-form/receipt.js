// The receipt: reference, advice, and what to do with both.

import { showAdded } from "./added.js";
import { callButtons, messageList } from "./emergency.js";
import { el } from "./elements.js";

export function showReceipt(form, focused) {
  const { t, receipt, wholePage, language } = form;
  const { reference, messages, closed } = receipt;
  const urgent = receipt.disposition === "seek-emergency-care";
  const covering = urgent && !closed;
  const title = urgent ? t("Get emergency help now") : reference ? t("We received your answers") : t("Safety advice");
  const time = receipt.received_at && new Date(receipt.received_at).toLocaleString(`${language}-US`, { dateStyle: "long", timeStyle: "short" });
  const more = el("div");
  const act = (name, text, look) => el("button", { type: "button", class: `button ${look}`, "data-do": name }, text);
  const number = reference && el("div", {},
    el("p", { class: "reference" }, t("Your reference:"), " ", el("strong", { id: "reference" }, reference)),
    form.phone && el("p", {}, t("Have it ready when you call us:"), " ", form.phone),
    time && el("p", {}, t("Received {time}.", { time })));
  const advice = messageList(messages, receipt.language, language);
  form.show(covering ? form.overlay : form.view, title, [
    form.languageSwitch(), form.heading(title, "urgent-title"),
    ...(urgent ? [callButtons(messages, t, language), advice, number] : [number, advice]),
    more, form.copy("notices"),
    el("div", { class: "actions" }, act("print", t("Print this page"), "second"), covering && !wholePage && act("closeReceipt", t("Close this message"), "second"),
      act("startOver", t("Start a new form"), "plain")),
  ], focused || covering ? undefined : null);
  showAdded(form, more);
  form.answers?.form.reset(); // others may use this phone or computer after this person
}
