// Reads the answers from the fields of the drawn form, finds errors, and builds the submission.
// Each question, contact field and consent is a block, whose data attributes describe valid answers.

const fieldsOf = (block) => [...block.querySelectorAll("input:not([type=hidden]), textarea")];
const ticks = (field) => field.type === "checkbox" || field.type === "radio";
// a length limit can leave half an emoji, which is not valid JSON
const typed = (field) => field.value.replace(/\p{Cs}/gu, "").trim();
const isFilled = (field) => /^(answers|contact|consents)\./.test(field.name) && (ticks(field) ? field.checked : field.value);

export class Answers {
  constructor(form, say) {
    const all = (selector) => [...form.querySelectorAll(selector)];
    Object.assign(this, { form, say, pages: all("[data-page]"), questions: all("[data-question]") });
    this.contact = all("[data-contact], [data-consent]");
    this.contactSection = form.querySelector("[data-hidden-when]");
    this.questionnaire = { id: form.dataset.questionnaire, version: form.dataset.version };
  }

  answer(block) {
    if (!block || block.hidden) return undefined;
    const { type } = block.dataset;
    const fields = fieldsOf(block);
    const chosen = fields.filter((field) => !ticks(field) || field.checked).map(typed).filter(Boolean);
    if (type === "choice-many") return chosen.length ? chosen : undefined;
    return type === "integer" && /^\d{1,9}$/.test(chosen[0]) ? Number(chosen[0]) : chosen[0];
  }

  holds(condition) {
    if (condition.any) return condition.any.some((part) => this.holds(part));
    const value = this.answer(this.questions.find((block) => block.dataset.question === condition.question));
    if (value === undefined) return false;
    if (condition.any_of) return [value].flat().some((code) => condition.any_of.includes(code));
    return value >= (condition.at_least ?? -Infinity) && value <= (condition.at_most ?? Infinity);
  }

  /** Shows the questions that apply to the answers, and hides the others. Returns the questions that appeared. */
  update() {
    const hidden = this.questions.filter((block) => block.hidden);
    for (const block of [...this.questions, ...this.contact]) {
      if (block.dataset.shownWhen) block.hidden = !this.holds(JSON.parse(block.dataset.shownWhen));
    }
    const { otherWhen } = this.form.dataset;
    if (otherWhen) this.word(this.holds(JSON.parse(otherWhen)), this.forCall);
    this.isMinor = Boolean(this.contactSection) && this.holds(JSON.parse(this.contactSection.dataset.hiddenWhen));
    if (this.contactSection) this.contactSection.hidden = this.isMinor;
    return hidden.filter((block) => !block.hidden);
  }

  /** Sets the wording of every text, and the hash of each consent's wording.
   * `forOther`: for a form that a helper fills in. `forCall`: beside emergency advice or in "Just call me". */
  word(forOther, forCall) {
    if (!forOther === !this.forOther && !forCall === !this.forCall) return;
    Object.assign(this, { forOther, forCall });
    for (const block of [...this.questions, ...this.contact]) { // blocks may be outside the form
      for (const node of block.querySelectorAll("[data-other], [data-call]")) {
        // the browser knows only the data of the helper who fills in the form, so autocomplete differs
        const shown = { hidden: "value", text: "autocomplete" }[node.type] ?? "textContent";
        const { dataset } = node;
        dataset.self ??= node[shown];
        node[shown] = (forCall && ((forOther && dataset.callOther) || dataset.call)) || (forOther && dataset.other) || dataset.self;
      }
    }
  }

  /** Question code -> answer, for each valid answer. `wanted(block)`: whether to include a question. */
  collect(wanted = () => true) {
    this.update();
    const asked = this.questions.filter((block) => wanted(block) && !this.error(block));
    return Object.fromEntries(asked.map((block) => [block.dataset.question, this.answer(block)]).filter(([, value]) => value !== undefined));
  }

  /** Whether the answers in `given` (question code -> answer) are still in the form. */
  isUnchanged(given) {
    const now = this.collect();
    return Object.entries(given).every(([code, value]) => JSON.stringify(now[code]) === JSON.stringify(value));
  }

  /** {block, label, texts} for each question and contact field with an answer, in form order. */
  given() {
    const shown = [...this.questions, ...this.contact].filter((block) => this.answer(block) !== undefined && !block.dataset.consent);
    const text = (field) => (ticks(field) ? field.parentNode.textContent.trim() : field.type === "tel" ? this.spoken(field.value) : field.value);
    return shown.map((block) => ({
      block,
      label: this.found(block).label.replace(/:$/, ""),
      texts: fieldsOf(block).filter((field) => !ticks(field) || field.checked).map(text),
    }));
  }

  /** A phone number in the usual notation, in which mistakes are easy to see. */
  spoken(phone) { return phone.trim().replace(RegExp(`^${this.field("phone").dataset.spoken}$`), "($1) $2-$3 $4").trim(); }

  fields() { return [...this.form.elements].filter(isFilled).map((field) => [field.name, field.value]); }

  restore(fields) {
    for (const [name, value] of Array.isArray(fields) ? fields : []) {
      for (const field of this.form.elements) {
        if (field.name !== name) continue;
        if (!ticks(field)) field.value = value;
        else if (field.value === value) field.checked = true;
      }
    }
    this.update();
  }

  /** What is wrong in a block, as a sentence, or null. */
  error(block) {
    const value = this.answer(block);
    if (value === undefined) return block.hidden ? null : block.dataset.missing ?? null;
    const { type, wrong, low, high, limit } = block.dataset;
    const fits = type === "integer" ? Number.isInteger(value) && value >= low && value <= high : !(value.length > Number(limit)) && !fieldsOf(block)[0].validity.patternMismatch;
    return fits ? null : wrong.replace("{used}", value.length);
  }

  /** An error for the list of errors: {target, label, text}, with the id of the field, its label and a sentence. */
  found(block, text) {
    const label = block.querySelector("legend, label:not(.option)")?.firstChild.textContent.trim() ?? "";
    return { target: fieldsOf(block)[0].id, label: block.dataset.contact ? `${label}:` : label.replace(this.say("all"), "").trim(), text };
  }

  /** The errors in `blocks`, in the order of the blocks. `errorOf` returns a sentence for a block, or null. */
  errorsIn(blocks, errorOf = (block) => this.error(block)) {
    return blocks.map((block) => [block, errorOf(block)]).filter(([, text]) => text).map(([block, text]) => this.found(block, text));
  }

  /** The codes of a page's questions whose follow-ups have no valid answer yet.
   * The screening leaves them out, because the rules would assume the worst about missing follow-ups. */
  openFollowUps(page) {
    const here = this.questions.filter((block) => page.contains(block));
    const conditions = here.filter((block) => block.dataset.shownWhen && this.error(block)).map((block) => JSON.parse(block.dataset.shownWhen));
    const asked = conditions.flatMap((condition) => condition.any ?? condition).map(({ question }) => question);
    return asked.filter((code) => here.some((block) => block.dataset.question === code));
  }

  errors(pages = this.pages) {
    this.update();
    return this.errorsIn(this.questions.filter((block) => pages.some((page) => page.contains(block))));
  }

  /** The blocks that ask for contact details and consents. A minor has none.
   * `part`: "urgent" for the blocks beside emergency advice, "callback" for "Just call me", undefined for all. */
  contactBlocks(part) { return this.isMinor ? [] : this.contact.filter((block) => !block.hidden && (!part || part in block.dataset)); }

  callbackBlocks() { return [...this.questions.filter((block) => "callback" in block.dataset), ...this.contactBlocks("callback")]; }

  field(code) { return this.contact.find((block) => block.dataset.contact === code); }

  contactErrors(part) {
    const blocks = this.contactBlocks(part);
    const { phone, email, preference } = Object.fromEntries(blocks.map((block) => [block.dataset.contact, this.answer(block)]));
    const { say } = this;
    const missing = { sms: preference === "text" && say("textConsent") };
    if (!phone && part) missing.phone = say("phone");
    else if (!phone && !email) missing.phone = say("phoneOrEmail");
    else if (!phone && ["call", "text"].includes(preference)) missing.phone = say("phoneForPreference");
    else if (!email && preference === "email") missing.email = say("emailForPreference");
    return this.errorsIn(blocks, (block) => {
      const { contact, consent } = block.dataset;
      if (this.answer(block)) return this.error(block);
      return missing[contact ?? consent] || (part === "urgent" && contact ? null : this.error(block));
    });
  }

  /** An error that the server returned, in the format of `found`. If no field belongs to `pointer`, only {text}. */
  refused(pointer, text) {
    const [, part, name] = pointer.split("/");
    const asked = [...this.questions, ...this.contact].find((block) => fieldsOf(block)[0].name === `${part}.${name}`);
    const block = asked ?? (part === "contact" && this.field("phone"));
    return block ? this.found(block, text) : { text };
  }

  /** The submission of a complete form. `part`: the contact details and consents, as in `contactBlocks`. */
  submission(part) {
    const content = { questionnaire: this.questionnaire, language: this.form.dataset.language, answers: this.collect(), complete: true };
    if (this.isMinor) return content;
    Object.assign(content, { contact: {}, consents_shown: {}, consents: {} });
    const shown = this.contactBlocks(part);
    for (const block of this.contact) {
      const { contact, consent } = block.dataset;
      const answer = shown.includes(block) ? this.answer(block) : undefined;
      if (consent) content.consents[consent] = Boolean(answer);
      if (consent && shown.includes(block)) content.consents_shown[consent] = block.querySelector("[type=hidden]").value;
      if (contact && answer) content.contact[contact] = answer;
    }
    return content;
  }

  /** The submission of a visitor who leaves before Send.
   * Returns null for a minor, without the required consent, or without a valid phone number or e-mail address. */
  unfinished(part) {
    this.update();
    if (this.isMinor || this.contact.some((block) => block.dataset.consent && this.error(block))) return null;
    const content = { ...this.submission(part), complete: false };
    for (const code of ["phone", "email"]) if (this.error(this.field(code))) delete content.contact[code];
    return content.contact.phone || content.contact.email ? content : null;
  }
}
