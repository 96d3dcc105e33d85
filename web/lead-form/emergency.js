// Emergency advice: what it looks like, the dialog that covers the whole screen, and the fields for a number in it.

import { el, newId } from "./elements.js";
import { adviceIn } from "./words.js";

/** Paragraphs in the given order; the class says how serious each one is (M-E, M-U, M-NET, ...). If they are not in the
 * visitor's language, the built-in advice in that language comes first. */
export const messageList = (messages, spoken, language) =>
  el("div", { class: "messages", id: "messages" }, spoken !== language && el("p", { class: "M-NET" }, adviceIn(language)),
    messages.map(({ id, text }) => el("p", { class: id.replace(/^(M-[EU])-.*/, "$1"), lang: spoken }, text)));

export function callButtons(messages, t) {
  const call = (href, text) => el("a", { class: "button danger", href }, text);
  const crisis = messages.some((message) => message.id === "M-E-CRISIS") && [call("tel:988", t("Call 988")), call("sms:988", t("Text 988"))];
  return el("div", { class: "call-buttons" }, crisis, call("tel:911", t("Call 911")));
}

/** Covers the whole screen, even if the form is in a narrow column: nothing else competes with it. Where <dialog> is
 * missing (Safari before 15.4, Firefox before 98), it stands in the page instead. */
export class Overlay {
  constructor() {
    this.content = el("div");
    this.node = el("dialog", { "aria-labelledby": "urgent-title",
      oncancel: (event) => event.preventDefault(),
      onkeydown: (event) => { if (event.key === "Escape") { event.preventDefault(); [...this.content.querySelectorAll("#urgent-title, #mistake")].pop().focus(); } },
      onclose: () => { if (this.isOpen) this.open(); } }, this.content);
    this.covers = Boolean(this.node.showModal);
    this.node.classList.toggle("in-page", !this.covers);
    this.isOpen = false;
  }

  open() {
    this.isOpen = true;
    if (!this.covers) this.node.setAttribute("open", "");
    else if (!this.node.open) this.node.showModal();
  }

  close() {
    this.isOpen = false;
    this.content.replaceChildren();
    if (!this.covers) this.node.removeAttribute("open");
    else if (this.node.open) this.node.close();
  }

  /** Puts an open dialog into the flow of the page for printing, and back. */
  print(printing) {
    if (!this.isOpen || !this.covers) return;
    this.node.close();
    if (printing) this.node.show();
    else this.node.showModal();
  }
}

/** The interruption of a form by emergency advice. */
export class Emergency {
  constructor(form) {
    this.form = form; // the LeadForm
    this.borrowed = [];
  }

  get state() { return this.form.state.emergency; }

  /** Whether the advice is on the screen in the visitor's language. */
  get isShown() { return this.form.state.view === "emergency" && this.state.language === this.form.language; }

  /** `about`: the name of the question that called for the advice, if known. */
  interrupt(messages, language, about = this.state?.about) {
    this.form.state.emergency = { messages, language, about };
    if (this.form.state.view !== "emergency") this.form.enter("emergency");
    this.form.save();
    this.show();
  }

  /** Leaves out the part for a phone number until the form has loaded. */
  show(errors = []) {
    const { form } = this;
    const { messages, language } = this.state;
    const text = form.t("Get emergency help now");
    const title = form.heading(text, "urgent-title");
    title.setAttribute("aria-describedby", "messages");
    this.giveBack();
    const number = form.ready && !form.answers.isMinor && form.copy("leave-number");
    form.show(form.overlay, errors.length ? form.t("Error: {title}", { title: text }) : text, [
      form.languageSwitch(), title, callButtons(messages, form.t), messageList(messages, language, form.language), number,
      el("button", { type: "button", class: "button plain", id: "mistake", "data-do": "mistake" }, form.t("I pressed this by mistake. Go back and change my answers.")),
    ], title);
    if (number) this.borrow(number.querySelector(".fields"));
    if (errors.length) form.pages.showErrors(errors, number.querySelector(".above")).focus();
    for (const node of this.form.overlay.content.querySelectorAll("[data-unsent]")) node.hidden = !form.state.unsent;
  }

  /** Moves the fields for a number from the form to a place beside the advice. They still belong to the form. */
  borrow(place) {
    for (const block of this.form.answers.contactBlocks(true)) {
      const mark = document.createComment("");
      block.replaceWith(mark);
      place.append(block);
      for (const field of block.querySelectorAll("input")) field.setAttribute("form", "form");
      this.borrowed.push([mark, block]);
    }
  }

  giveBack() {
    for (const [mark, block] of this.borrowed.splice(0)) mark.replaceWith(block);
  }

  // ---- the check of answers ----

  /** Has the server check the answers, except those to the questions in `without`. Shows an emergency as soon as it is
   * known, even late. Null if that fails. */
  async check(without = []) {
    const { form } = this;
    const { answers, language } = form;
    const sent = answers.collect((block) => block.dataset.type !== "text" && !without.includes(block.dataset.question));
    const { status, body } = await form.service.call("screenings", { questionnaire: answers.questionnaire, answers: sent, page: answers.pages[form.state.step].dataset.page });
    const answer = status === 200 ? body : null;
    this.act(answer, sent, language);
    const changed = form.checkFailed === Boolean(answer);
    form.checkFailed = !answer;
    if (changed && !form.inFlight && form.state.view === "page") {
      form.byId("advice").hidden = !form.checkFailed;
      if (form.checkFailed) form.announce(form.byId("advice").textContent);
    }
    return answer;
  }

  /** Words in free text can be an emergency too. Sent without contact, the form is answered with advice and not stored. */
  async checkTexts() {
    const { answers, language, service } = this.form;
    const sent = answers.collect();
    if (answers.isMinor || this.isShown || !answers.questions.some((block) => block.dataset.type === "text" && block.dataset.question in sent)) return;
    const { body } = await service.call("submissions", { submission_id: newId(), questionnaire: answers.questionnaire, language, answers: sent });
    if (!this.isShown) this.act(body, sent, language);
  }

  act(answer, sent, language) {
    const { form } = this;
    if (answer?.disposition === "seek-emergency-care" && !form.receipt && form.answers.isUnchanged(sent)) this.interrupt(answer.messages, language);
  }

  /** Asks for the advice again, in the visitor's language. */
  async translate() {
    if (!this.isShown) await this.check();
    if (this.form.state.view === "emergency" && !this.isShown) await this.checkTexts();
  }
}
