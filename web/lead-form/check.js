// "Check your answers", before Send: every answer, with a button that leads to it and back here.

import { showCallback } from "./callback.js";
import { el } from "./elements.js";

/** Shows the answers or, if something is missing, the page that asks for it. */
export function showCheck(form, focused = true) {
  const { answers, emergency, view, say } = form;
  const errors = [...answers.errors(), ...answers.contactErrors()];
  if (errors.length) {
    showErrors(form, errors);
    return;
  }
  emergency.giveBack();
  const section = form.copy("check");
  const title = section.querySelector(".title");
  section.querySelector("[data-unsent]").hidden = !form.state.unsent;
  section.querySelector("dl").append(...answers.given().map(({ block, label, texts }) =>
    el("div", { class: block.dataset.contact }, el("dt", {}, label), el("dd", {}, texts.join("; ")),
      el("dd", {}, el("button", { type: "button", class: "button plain", "aria-label": say("changeOf", { question: label }), onclick: () => change(form, block) }, say("change"))))));
  const answer = section.querySelector(".email dd");
  if (answer) form.pages.suggest(form.byId("contact-email"), answer.appendChild(el("p", { class: "meant" })), () => showCheck(form));
  form.show(view, title.textContent, [form.languageSwitch(), section], focused ? title : null);
  form.pages.showSaved(form.state.savedAt);
}

function change(form, block) {
  const { answers, pages, state } = form;
  Object.assign(state, { step: answers.pages.findIndex((page) => page.contains(block)), checking: true });
  form.enter("page");
  form.showPage();
  pages.goToQuestion(block.querySelector("[name]").name);
}

/** Sends the form: from the page to check, from beside emergency advice (`urgent`), or from the last page of somebody
 * under 18. */
export function submit(form, urgent) {
  const { answers, sending } = form;
  const part = urgent && "urgent";
  const errors = [...(urgent ? [] : answers.errors()), ...answers.contactErrors(part)];
  if (!errors.length) return sending.send(sending.withVisit(answers.submission(part)), 0, "submissions");
  showErrors(form, errors);
  return form.emergency.check(); // words in the note can be an emergency, too
}

/** Shows errors beside the advice, or on the page of the first one. */
export function showErrors(form, errors) {
  const { answers, state } = form;
  const known = errors.length ? errors : [{ text: form.say("notAccepted") }];
  if (state.view === "emergency") return form.emergency.show(known);
  if (state.view === "callback") return showCallback(form, known);
  const found = known.map((error) => ({ ...error, page: answers.pages.findIndex((page) => error.target && page.contains(form.byId(error.target))) }));
  const first = Math.min(...found.map(({ page }) => (page < 0 ? state.step : page)));
  if (first !== state.step || state.view !== "page") {
    state.step = first;
    form.enter("page");
  }
  return form.showPage(found.filter(({ page }) => page === first || page < 0));
}
