// Shows emergency advice in a dialog that covers the whole screen, with fields for a phone number.

import { el, newId } from "./elements.js";
import { adviceIn } from "./words.js";

/** The messages as paragraphs, each with a class for its severity. `spoken`: the language of the messages.
 * If the visitor has another `language`, built-in advice in that language comes first. */
export const messageList = (messages, spoken, language) =>
  el("div", { class: "messages", id: "messages" }, spoken !== language && el("p", { class: "M-NET" }, adviceIn(language)),
    messages.map(({ id, text }) => el("p", { class: id.replace(/^(M-[EU])-.*/, "$1"), lang: spoken }, text)));

/** The buttons that call for help. The crisis line answers the text message AYUDA in Spanish. */
export function callButtons(messages, say, language) {
  const call = (href, text) => el("a", { class: "button danger", href }, text);
  const crisis = messages.some((message) => message.id === "M-E-CRISIS") && [call("tel:988", say("call988")), call(language === "es" ? "sms:988?body=AYUDA" : "sms:988", say("text988"))];
  return el("div", { class: "call-buttons" }, crisis, call("tel:911", say("call911")));
}

/** Covers the whole screen, even if the form is in a narrow column.
 * Browsers without <dialog> (Safari before 15.4, Firefox before 98) show the advice in the page. */
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

  /** For printing, shows an open dialog as a part of the page. After printing, shows it over the page again. */
  print(printing) {
    if (!this.isOpen || !this.covers) return;
    this.node.close();
    if (printing) this.node.show();
    else this.node.showModal();
  }
}

export class Emergency {
  constructor(form) {
    this.form = form;
    this.borrowed = [];
    this.dismissed = 0; // how often the visitor dismissed the advice; checks that were sent before must not show it again
  }

  get state() { return this.form.state.emergency; }

  get isShown() { return this.form.state.view === "emergency" && this.state.language === this.form.language; }

  /** Shows advice in place of the form. `about`: the name of the field that caused the advice; undefined if unknown. */
  interrupt(messages, language, about = this.state?.about) {
    const shown = this.isShown;
    this.form.state.emergency = { messages, language, about };
    if (this.form.state.view !== "emergency") this.form.enter("emergency");
    this.form.save();
    if (shown) this.confirm();
    else this.show();
  }

  /** Replaces the advice that the browser chose with the server's advice.
   * Changes nothing else, because the visitor may be typing a phone number beside the advice. */
  confirm() {
    const { form } = this;
    const { messages, language } = this.state;
    const { content } = form.overlay;
    content.querySelector(".call-buttons").replaceWith(callButtons(messages, form.say, form.language));
    content.querySelector("#messages").replaceWith(messageList(messages, language, form.language));
  }

  /** Shows the advice, with fields for a phone number if the form has loaded and the visitor is not a minor. */
  show(errors = []) {
    const { form } = this;
    const { messages, language } = this.state;
    const text = form.say("urgent");
    const title = form.heading(text, "urgent-title");
    title.setAttribute("aria-describedby", "messages");
    const number = form.ready && !form.answers.isMinor && form.copy("leave-number");
    form.show(form.overlay, errors.length ? form.say("error", { title: text }) : text, [
      form.languageSwitch(), title, callButtons(messages, form.say, form.language), messageList(messages, language, form.language), number,
      form.act("mistake", form.say("mistake"), "plain"),
    ], title);
    if (number) this.borrow(number.querySelector(".fields"), form.answers.contactBlocks("urgent"));
    if (errors.length) form.pages.showErrors(errors, number.querySelector(".above")).focus();
    for (const node of this.form.overlay.content.querySelectorAll("[data-unsent]")) node.hidden = !form.state.unsent;
  }

  /** Moves blocks of the form to `place`, beside emergency advice or in "Just call me".
   * Their fields still belong to the form. They keep the words for `place` until the form's last page is shown. */
  borrow(place, blocks) {
    const { answers } = this.form;
    answers.word(answers.forOther, true);
    for (const block of blocks) {
      const mark = document.createComment("");
      block.replaceWith(mark);
      place.append(block);
      for (const field of block.querySelectorAll("input, textarea")) field.setAttribute("form", "form");
      this.borrowed.push([mark, block]);
    }
  }

  giveBack() {
    for (const [mark, block] of this.borrowed.splice(0)) mark.replaceWith(block);
  }

  /** Has the server screen the answers, without the questions in `without`. Returns null if the request failed.
   * If the response reports an emergency, shows the advice, even if the response is late. */
  async check(without = []) {
    const { form } = this;
    const { answers, language } = form;
    const { dismissed } = this;
    const sent = answers.collect((block) => !without.includes(block.dataset.question));
    const { status, body } = await form.service.call("screenings", { questionnaire: answers.questionnaire, answers: sent, page: answers.pages[form.state.step].dataset.page });
    const answer = status === 200 ? body : null;
    const urgent = answer?.disposition === "seek-emergency-care" && dismissed === this.dismissed && !form.receipt && form.answers.isUnchanged(sent);
    if (urgent) this.interrupt(answer.messages, language);
    const changed = form.checkFailed === Boolean(answer);
    form.checkFailed = !answer;
    if (changed && !form.inFlight && form.state.view === "page") {
      form.byId("advice").hidden = !form.checkFailed;
      if (form.checkFailed) form.announce(form.byId("advice").textContent);
    }
    return answer;
  }
}
