// The page after Send, whose answers are added to the form that the clinic already has. They can be sent only once.

import { Answers } from "./answers.js";
import { el } from "./elements.js";
import { Pages } from "./pages.js";
import { showReceipt } from "./receipt.js";

export async function showAdded(form, place) {
  const { receipt, language } = form;
  if (receipt.added) place.replaceChildren(el("p", { class: "notice", id: "added", tabindex: "-1" }, receipt.added));
  // nothing may distract from the advice of these dispositions
  if (receipt.added || !receipt.id || ["seek-emergency-care", "not-a-fit"].includes(receipt.disposition)) return;
  const drawn = await form.service.drawn(form.questionnaireId, language, "added");
  const node = drawn?.querySelector("form");
  if (!node || receipt !== form.receipt || language !== form.language) return;
  const { thanks, none, failed, questionnaire: id, version } = node.dataset;
  const answers = new Answers(node, form.say);
  const pages = new Pages(node, answers, form.say, (text) => form.announce(text));
  const say = (text) => { node.querySelector(".status").textContent = text; };
  answers.word(Boolean(receipt.forOther));
  answers.restore(receipt.fields);
  node.oninput = (event) => {
    pages.changed(event.target);
    receipt.fields = answers.fields();
    form.save();
  };
  node.onsubmit = async (event) => {
    event.preventDefault();
    const given = answers.collect();
    if (form.inFlight) return;
    if (!Object.keys(given).length) { say(none); return; }
    form.busy(form.say("sending"));
    const { status, body } = await form.service.call(`submissions/${receipt.id}/answers`, { questionnaire: { id, version }, answers: given });
    form.busy();
    if (status !== 200) { say(failed); return; }
    const { disposition, messages, next_steps } = body;
    Object.assign(receipt, { disposition, messages, promise: null, ...next_steps, added: thanks });
    delete receipt.fields;
    form.save();
    showReceipt(form, true);
    if (disposition !== "seek-emergency-care") form.byId("added").focus();
  };
  place.replaceChildren(node);
}
