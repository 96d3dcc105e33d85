// Sends the form, and retries until the server accepts or refuses it.
// Every try has the same content and id, so that the form is stored only once.

import { showErrors } from "./check.js";
import { forgetOrigin } from "./drafts.js";
import { newId, wait } from "./elements.js";
import { received } from "./receipt.js";

const PROOF_TIMEOUT = 1000; // ms to wait for the proof of work; then the form is sent without it
const RETRY_AFTER = [2, 5, 15, 30]; // seconds before the first, second, ... automatic retry
const RETRY_LATER = 300; // seconds before each further retry

export class Sending {
  constructor(form) {
    this.form = form;
    this.pending = null;
    this.path = "submissions";
    this.sentOnLeaving = null; // the JSON that was last sent when the visitor left
  }

  withVisit(content) {
    return content && { submission_id: this.form.state.submissionId, ...content, page: location.origin + location.pathname, ...(content.contact && { attribution: this.form.origin }) };
  }

  guardFields() {
    const { token, proof } = this.form.state.guard;
    const website = this.form.byId("website")?.value;
    return { ...(token && { token }), ...(proof && { proof }), ...(website && { website }) };
  }

  async send(content, tries = 0, path = this.path) {
    const { form } = this;
    if (form.inFlight) return;
    this.path = path;
    this.stopRetrying();
    form.pages.clearErrors();
    form.busy(form.say("sending"));
    this.pending = content;
    this.keep(content.submission_id);
    form.state.unsent = true;
    form.save();
    await Promise.race([form.proof, wait(PROOF_TIMEOUT)]);
    const { status, body, retryAfter } = await form.service.call(path, { ...content, ...this.guardFields() });
    form.busy();
    if (status >= 200 && status < 300) { // 202: the service stores the form later
      forgetOrigin();
      return received(form, body, content);
    }
    form.emit("failed", { reason: "sending", status });
    this.again = () => this.send(content, tries + 1);
    if (status === 422 && body?.errors?.length) return this.refused(body);
    if (status === 409) return this.problem("conflict");
    if (status && status !== 408 && status !== 429 && status < 500) return this.problem("refused");
    const seconds = Math.round(Math.max(RETRY_AFTER[tries] ?? RETRY_LATER, Math.min(retryAfter || 0, 60)) * (1 + Math.random() / 4));
    this.problem("unsent", form.say("retry", { seconds }), tries > 0);
    this.retryTimer = setTimeout(this.again, seconds * 1000);
  }

  stopRetrying() {
    clearTimeout(this.retryTimer);
    this.retryTimer = null;
  }

  /** Called when the network is back. Also repeats a check for emergencies that failed. */
  online() {
    if (this.retryTimer) this.again();
    this.withdraw();
    if (this.form.checkFailed) this.form.emergency.check();
  }

  sendAsNew() {
    Object.assign(this.form.state, { submissionId: newId(), guard: {} });
    this.form.prove();
    this.send({ ...this.pending, submission_id: this.form.state.submissionId });
  }

  /** Says in place of the Send button that sending failed, with phone number and advice.
   * `kind`: which message. `line`: says when the form is sent again. `quiet`: leaves the focus where it is. */
  problem(kind, line = "", quiet = false) {
    const { form } = this;
    const box = form.copy(`problem-${kind}`);
    box.querySelectorAll(".retry").forEach((node) => { node.textContent = line; });
    const hadFocus = form.place(".send-problem").contains(form.shadowRoot.activeElement) || !form.shadowRoot.activeElement;
    form.place(".send-problem").replaceChildren(box);
    form.place("[type=submit]").hidden = true;
    if (!quiet || hadFocus) box.focus();
    else form.place(".status").textContent = line;
  }

  /** Stops the retries. Called when an answer was changed or can be changed. */
  forget() {
    if (!this.pending || this.form.inFlight) return;
    this.stopRetrying();
    this.pending = null;
    const problem = this.form.place(".send-problem");
    if (!problem) return; // the start is shown
    problem.replaceChildren();
    this.form.place("[type=submit]").hidden = false;
  }

  /** Shows the server's errors beside their fields, or the emergency advice in the response. */
  refused({ errors, messages }) {
    const { form } = this;
    this.pending = null;
    form.state.unsent = false;
    showErrors(form, errors.map(({ pointer = "", detail }) => form.answers.refused(pointer, detail)));
    if (messages && form.state.view !== "emergency") form.emergency.interrupt(messages, form.language);
  }

  /** Called when the visitor leaves the page. Sends `pending` or, with the visitor's consent, the unfinished form. */
  leave() {
    const { form } = this;
    const { state } = form;
    if (!form.answers || form.receipt || (state.callback && state.view !== "emergency" && !this.pending)) return;
    const content = this.pending ?? this.withVisit(form.answers.unfinished(form.state.view === "emergency" && "urgent"));
    const text = JSON.stringify(content);
    if (!content || text === this.sentOnLeaving) return;
    this.sentOnLeaving = text;
    // the page does not learn whether the form arrived, so it sends the form again if the visitor comes back
    state.left = true;
    form.save();
    form.service.fetch(this.pending ? this.path : "submissions", { ...content, ...this.guardFields() }, { keepalive: true })
      .catch(() => ({}))
      .then(({ ok }) => {
        if (!ok) this.sentOnLeaving = null;
        else if (state === form.state) this.saved(Date.now());
      });
  }

  /** Stores and shows when the clinic received the unfinished form. `at`: ms since 1970; null after its withdrawal. */
  saved(at) {
    const { form } = this;
    Object.assign(form.state, { savedAt: at, left: Boolean(at) });
    form.save();
    form.pages.showSaved(at);
  }

  /** Called when the consent is ticked or unticked. Unticking withdraws the unfinished form. */
  consent(given) {
    const { state } = this.form;
    this.keep(state.submissionId);
    if (!given && state.left) state.withdraw.push(state.submissionId);
    this.withdraw();
  }

  keep(id) {
    const { state } = this.form;
    state.withdraw = state.withdraw.filter((one) => one !== id);
  }

  /** Withdraws the unfinished forms on the list, and shows the result at the start or beside the consent.
   * A form stays on the list until the clinic confirms its withdrawal. */
  async withdraw() {
    const { form } = this;
    if (!form.answers) return;
    form.byId("withdrawal").textContent = "";
    for (const id of form.state.withdraw) {
      this.sentOnLeaving = null;
      const { status } = await form.service.call("submissions", { submission_id: id, questionnaire: form.answers.questionnaire, answers: {}, consents: { contact: false }, complete: false });
      if (!form.state.withdraw.includes(id)) continue;
      const place = form.byId(id === form.state.submissionId ? "withdrawal" : "start-status");
      if (place) place.textContent = form.say(status === 200 ? "withdrawn" : "notWithdrawn");
      if (status !== 200) continue;
      this.keep(id);
      if (id === form.state.submissionId) this.saved(null);
      form.save();
    }
  }
}
