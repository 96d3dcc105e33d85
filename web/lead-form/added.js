// The page after Send: more answers to a form that the clinic has. Optional, and sent once.

import { Answers } from "./answers.js";
import { el } from "./elements.js";
import { Pages } from "./pages.js";

/** The questions after Send, or thanks for their answers; null where nothing more is asked. `added()` is called when the
 * clinic has them. */
export function addedAnswers(form, added) {
  const { t, receipt } = form;
  if (receipt.added) return el("p", { class: "notice", id: "added", tabindex: "-1" }, t("Thank you. We added your answers."));
  const node = receipt.id && receipt.disposition !== "seek-emergency-care" && form.ready && form.copy("after-send");
  if (!node) return null;
  const answers = new Answers(node, t);
  const pages = new Pages(node, answers, t, (text) => form.announce(text));
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
    const say = (text) => { node.querySelector(".status").textContent = text; };
    if (form.inFlight) return;
    if (!Object.keys(given).length) { say(t("Answer at least one question, or leave them all out.")); return; }
    form.busy(t("Sending your answers…"));
    const { token } = form.state.guard;
    const { status, body } = await form.service.call(`submissions/${receipt.id}/answers`, { questionnaire: form.answers.questionnaire, answers: given, ...(token && { token }) });
    form.idle();
    if (status !== 200) { say(t("We could not add these answers. Please try again in a minute. We have your request.")); return; }
    const { disposition, messages } = body;
    Object.assign(receipt, { disposition, messages, language: form.language, added: true });
    delete receipt.fields;
    form.save();
    added();
  };
  return node;
}
