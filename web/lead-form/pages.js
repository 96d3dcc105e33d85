// Shows the drawn form one page at a time, with errors and follow-ups.

import { el } from "./elements.js";

const cut = (text, at, count = 1) => text.slice(0, at) + text.slice(at + count);

/** Whether two texts differ by at most one letter, or by two swapped neighbouring letters. */
const isOneTypo = (typed, right) => [...typed, ""].some((letter, at) => cut(typed, at) === right || typed === cut(right, at) || cut(typed, at) === cut(right, at)
  || (cut(typed, at, 2) === cut(right, at, 2) && letter === right[at + 1] && right[at] === typed[at + 1]));

/** Whether a typed domain differs from `right` by one typo, or by one typo on each side of the first dot. */
const isTypo = (typed, right) => isOneTypo(typed, right) || right.split(".").every((part, at) => isOneTypo(typed.split(/\.(.*)/)[at] ?? "", part));

export class Pages {
  /** `announce(text)` lets screen readers read the text aloud. `say(name)` returns the text with this name. */
  constructor(form, answers, say, announce) {
    Object.assign(this, { form, answers, say, announce });
    this.drawn = (id) => form.getRootNode().getElementById(id);
  }

  get count() { return this.answers.pages.length; }

  /** The index of the first incomplete page before page `step`, or else `step`. */
  firstIncomplete(step) {
    const found = this.answers.pages.findIndex((page, index) => index >= step || this.answers.errors([page]).length);
    return found < 0 ? this.count - 1 : found;
  }

  show(step, errors, { advice, kept, unsent, savedAt }) {
    const { answers, say } = this;
    const page = answers.pages[step];
    const last = step === this.count - 1;
    if (last) answers.word(answers.forOther, false);
    answers.update();
    answers.pages.forEach((page, index) => { page.hidden = index !== step; });
    this.form.querySelector(".progress").textContent = page.dataset.progress;
    this.form.querySelector("[data-minor]").hidden = !(last && answers.isMinor);
    this.drawn("forward").textContent = say(last && answers.isMinor ? "showAdvice" : "next");
    this.drawn("advice").hidden = !advice;
    this.drawn("kept").hidden = !kept;
    this.drawn("kept").classList.toggle("waiting", unsent);
    this.form.querySelectorAll("[data-unsent]").forEach((node) => { node.hidden = !unsent; });
    this.showSaved(savedAt);
    const title = page.querySelector(".title");
    title.setAttribute("aria-describedby", [advice && "advice", kept && "kept"].filter(Boolean).join(" "));
    return { title, name: `${page.dataset.progress.split(",")[0]}: ${title.textContent}`, summary: this.showErrors(errors, this.drawn("above")) };
  }

  /** Shows when the clinic received the unfinished form. `at`: ms since 1970; falsy if it did not receive the form. */
  showSaved(at) {
    const text = at ? this.say("saved", { time: new Date(at).toLocaleTimeString(`${this.form.dataset.language}-US`, { timeStyle: "short" }) }) : "";
    this.form.getRootNode().querySelectorAll("[data-saved]").forEach((node) => { node.textContent = text; node.hidden = !at; });
    this.form.querySelector("[data-here]").hidden = Boolean(at);
    if (at) this.drawn("kept").hidden = false;
  }

  /** Shows errors beside their fields, and lists them in `place`. Returns the list; null without errors. */
  showErrors(errors, place) {
    this.clearErrors();
    for (const { target, text } of errors) {
      const field = this.drawn(target);
      const block = field?.closest(".question, .question-part");
      if (!block) continue;
      const line = el("p", { class: "error", id: `${target}-error` }, text);
      const label = block.querySelector("legend, label:not(.option)");
      if (label) label.after(line);
      else block.prepend(line);
      block.classList.add("wrong");
      for (const node of block.matches("fieldset") ? [block, field] : [field]) node.setAttribute("aria-describedby", [line.id, node.getAttribute("aria-describedby")].filter(Boolean).join(" "));
      if (!block.matches("fieldset")) field.setAttribute("aria-invalid", "true");
    }
    if (!errors.length) return null;
    const title = this.say(errors.length === 1 ? "problem" : "problems", { count: errors.length });
    const summary = el("section", { class: "summary", id: "summary", tabindex: "-1", "aria-labelledby": "summary-title" },
      el("p", { class: "boxed", id: "summary-title", role: "heading", "aria-level": "2" }, title),
      el("ul", {}, errors.map(({ target, label, text }) => {
        const words = [label, text].filter(Boolean).join(" ");
        const onclick = (event) => { event.preventDefault(); this.goTo(this.drawn(target)); };
        return el("li", {}, this.drawn(target) ? el("a", { href: `#${target}`, onclick }, words) : words);
      })));
    place.append(summary);
    return summary;
  }

  clearErrors() {
    const root = this.form.getRootNode();
    root.querySelectorAll(".summary, .error").forEach((node) => node.remove());
    root.querySelectorAll(".wrong").forEach((node) => node.classList.remove("wrong"));
    for (const node of root.querySelectorAll("[aria-describedby*=-error]")) {
      const kept = node.getAttribute("aria-describedby").split(" ").filter((id) => !id.endsWith("-error"));
      if (kept.length) node.setAttribute("aria-describedby", kept.join(" "));
      else node.removeAttribute("aria-describedby");
    }
    root.querySelectorAll("[aria-invalid]").forEach((node) => node.removeAttribute("aria-invalid"));
  }

  goTo(field) {
    field.closest("details")?.setAttribute("open", "");
    field.closest(".question, .question-part").scrollIntoView();
    field.focus({ preventScroll: true });
  }

  /** Brings the question with the field `name` into view and focuses the field, if it is on the shown page. */
  goToQuestion(name) {
    const field = name && (this.form.querySelector(`[name="${name}"]:checked`) ?? this.form.querySelector(`[name="${name}"]`));
    if (field && !field.closest("[hidden]")) this.goTo(field);
  }

  /** Call this after an answer, for follow-ups and for the character counter of the note.
   * Unticks the options that an exclusive option ("None of these") excludes. */
  changed(field) {
    const block = field.closest("[data-question]");
    if (block?.dataset.type === "choice-many" && field.checked) {
      const excluded = [...block.querySelectorAll("input:checked")].filter((other) => other !== field && (field.dataset.alone ?? other.dataset.alone) !== undefined);
      for (const other of excluded) other.checked = false;
      if (excluded.length) this.announce(this.say("unchecked", { options: excluded.map((other) => other.parentNode.textContent.trim()).join("; ") }));
    }
    const added = this.answers.update().filter((one) => !one.closest("[hidden]"));
    for (const one of added) this.announce(this.say("added", { question: one.querySelector("legend, label").firstChild.textContent.trim() }));
    const counter = block?.querySelector(".counter");
    if (counter) counter.textContent = this.say("used", { used: field.value.length, limit: block.dataset.limit });
  }

  /** Asks in `place` about a likely typo in an e-mail domain. Pressing the question corrects the address. */
  suggest(field, place = field.parentNode.querySelector(".meant"), corrected = () => field.focus()) {
    const [, name, domain] = /^\s*(.+@)(\S+)\s*$/.exec(field.value) ?? [];
    const usual = field.closest("[data-usual]").dataset.usual.split(" ");
    const typed = domain?.toLowerCase();
    const right = typed && !usual.includes(typed) && usual.find((one) => one[0] === typed[0] && isTypo(typed, one));
    const address = name + right;
    const correct = () => {
      field.value = address;
      place.replaceChildren();
      field.dispatchEvent(new Event("input", { bubbles: true }));
      corrected();
    };
    place.replaceChildren(...(right ? [el("button", { type: "button", class: "button plain", onclick: correct }, this.say("meant", { address }))] : []));
  }
}
