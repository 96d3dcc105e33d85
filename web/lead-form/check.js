// "Check your answers": the view before Send, with a button for changing each answer.

import { showCallback } from "./callback.js";
import { el } from "./elements.js";
import { filled } from "./words.js";

/** Shows all answers, or the first page on which something is missing or invalid. */
export function showCheck(form, focused = true) {
  const { answers } = form;
  const errors = [...answers.errors(), ...answers.contactErrors()];
  if (errors.length) {
    showErrors(form, errors);
    return;
  }
  const section = form.showSection(form.copy("check"), focused);
  section.querySelector("[data-unsent]").hidden = !form.state.unsent;
  section.querySelector("dl").append(...answers.given().map(({ block, label, texts }) => {
    const row = form.copy("row");
    row.className = block.dataset.contact ?? "";
    const [term, answer, button] = row.querySelectorAll("dt, dd:first-of-type, button");
    term.textContent = label;
    answer.textContent = texts.join("; ");
    button.setAttribute("aria-label", filled(button.getAttribute("aria-label"), { question: label }));
    button.onclick = () => change(form, block);
    return row;
  }));
  const answer = section.querySelector(".email dd");
  if (answer) form.pages.suggest(form.byId("contact-email"), answer.appendChild(el("p", { class: "meant" })), () => showCheck(form));
  form.pages.showSaved(form.state.savedAt);
}

function change(form, block) {
  const { answers, pages, state } = form;
  Object.assign(state, { step: answers.pages.findIndex((page) => page.contains(block)), checking: true });
  form.enter("page");
  form.showPage();
  pages.goToQuestion(block.querySelector("[name]").name);
}

/** Sends the form, or shows its errors. `urgent`: whether the visitor pressed Send beside emergency advice. */
export function submit(form, urgent) {
  const { answers, sending } = form;
  const part = urgent && "urgent";
  const errors = [...(urgent ? [] : answers.errors()), ...answers.contactErrors(part)];
  if (!errors.length) return sending.send(sending.withVisit(answers.submission(part)), 0, "submissions");
  showErrors(form, errors);
  return form.emergency.check(); // the note may mention an emergency and may not be screened yet
}

/** Shows errors beside the emergency advice, in "Just call me", or on the first page with an error. */
export function showErrors(form, errors) {
  const { answers, state } = form;
  if (state.view === "emergency") return form.emergency.show(errors);
  if (state.view === "callback") return showCallback(form, errors);
  const found = errors.map((error) => ({ ...error, page: answers.pages.findIndex((page) => error.target && page.contains(form.byId(error.target))) }));
  const first = Math.min(...found.map(({ page }) => (page < 0 ? state.step : page)));
  if (first !== state.step || state.view !== "page") {
    state.step = first;
    form.enter("page");
  }
  return form.showPage(found.filter(({ page }) => page === first || page < 0));
}
