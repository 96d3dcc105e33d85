// <lead-form>: shows the clinic's form page by page, has the server check each page for emergencies, and sends it.
// The service draws the form. A shadow root makes the form look the same on any site.
// The service stores answers only when the visitor sends the form or leaves the page after ticking the consent.
// The script sets no cookies. docs/put-the-form-on-a-page.md describes the element's attributes and events.

import { Answers } from "./answers.js";
import { Draft, origin } from "./drafts.js";
import { newId, wait } from "./elements.js";
import { Emergency } from "./emergency.js";
import { Pages } from "./pages.js";
import { askForCall, openCallback, showCallback } from "./callback.js";
import { showCheck, submit } from "./check.js";
import { showReceipt } from "./receipt.js";
import { Sending } from "./sending.js";
import { Service } from "./service.js";
import { countStop } from "./stop.js";
import { View } from "./view.js";
import { LANGUAGES, wantedLanguage } from "./words.js";

const CHECK_TIMEOUT = 4000; // ms that the form waits for the check of a page
const SETTLED = 300; // ms to wait after a field lost the focus, so that nothing moves under the visitor's finger
const LOAD_AGAIN = 5000; // ms between attempts to load the form behind emergency advice, after a reload

class LeadForm extends View {
  static observedAttributes = ["language"];

  connectedCallback() {
    if (!this.shadowRoot) this.setUp();
    this.listening = new AbortController();
    const listen = (name, act) => window.addEventListener(name, act, { signal: this.listening.signal });
    listen("pagehide", () => {
      if (this.shadowRoot.activeElement?.hreflang && !this.sending.pending) return;
      this.sending.leave();
      countStop(this);
    });
    listen("online", () => this.sending.online());
    listen("beforeprint", () => this.overlay.print(true));
    listen("afterprint", () => this.overlay.print(false));
    listen("pageshow", (event) => { if (event.persisted && ["page", "check"].includes(this.state.view) && !this.receipt) this.render(this.state.view, false); });
    if (this.wholePage) listen("popstate", (event) => this.pop(event.state));
    if (this.wholePage) listen("click", (event) => this.startFrom(event));
  }

  disconnectedCallback() {
    this.listening.abort();
    this.sending.stopRetrying();
  }

  attributeChangedCallback(_, before, now) {
    if (this.shadowRoot && before !== now) this.switchLanguage(now);
  }

  setUp() {
    this.draw();
    this.origin = origin();
    this.draft = new Draft(this);
    this.service = new Service(this);
    this.sending = new Sending(this);
    this.emergency = new Emergency(this);
    const { at: _, receipt, texts, ...kept } = this.draft.load();
    this.texts = texts;
    this.reset(kept);
    this.language = wantedLanguage(this, kept.language);
    if (this.wholePage) {
      history.scrollRestoration = "manual";
      if (!history.state?.view) history.replaceState({ view: "start", step: 0 }, "");
    }
    this.load();
    if (!receipt) return this.resume();
    this.receipt = receipt;
    return showReceipt(this, this.wholePage);
  }

  reset(kept = {}) {
    this.sending.stopRetrying();
    Object.assign(this, { receipt: null, number: null, proof: null, inFlight: false, checkFailed: false, restored: kept.fields?.[0] });
    this.state = { submissionId: newId(), view: "start", step: 0, guard: {}, fields: [], unsent: false, withdraw: [], ...kept };
  }

  async switchLanguage(language) {
    if (!(language in LANGUAGES) || language === this.language) return;
    const before = this.language;
    const { view } = this.state;
    this.language = language;
    const advised = view === "emergency"; // the advice is shown without waiting for the form
    if (advised) this.render(view);
    if (!(await this.load()) && !advised && !this.receipt && view !== "start") {
      this.language = before;
      return this.announce(this.t("We could not load the questions. Please try again, or call us."));
    }
    this.state.language = language;
    this.save();
    return this.render(view);
  }

  /** Whether the form has loaded in the visitor's language. */
  get ready() { return this.answers?.form.dataset.language === this.language; }

  async load() {
    const { language } = this;
    if (this.ready) return true;
    if (this.loading?.language !== language) this.loading = { language, drawn: this.service.drawn(this.questionnaireId, language) };
    const drawn = await this.loading.drawn;
    if (this.loading?.language === language) this.loading = null;
    if (drawn?.querySelector("[data-closed]")) this.showClosed(drawn);
    else if (drawn?.firstChild && language === this.language) this.insert(drawn);
    return this.ready;
  }

  insert(drawn) {
    this.emergency.giveBack();
    if (!this.answers) this.style(drawn.querySelector("#style").content.textContent);
    const fields = this.answers?.fields() ?? this.state.fields;
    this.drawn.replaceChildren(drawn);
    const form = this.drawn.querySelector("form");
    this.texts = JSON.parse(form.dataset.texts);
    this.answers = new Answers(form, this.say);
    this.pages = new Pages(form, this.answers, this.say, (text) => this.announce(text));
    form.querySelector(".top").append(this.languageSwitch());
    form.onsubmit = (event) => { event.preventDefault(); this.next(); };
    for (const place of [form, this.overlay.content]) place.oninput = (event) => this.changed(event.target);
    form.onchange = ({ target }) => {
      if (target.closest("[data-type=text]")) this.emergency.check();
      if (target.type === "email") wait(SETTLED).then(() => this.pages.suggest(target));
    };
    this.answers.restore(fields);
    this.sending.withdraw(); // retries a withdrawal that failed before a reload
    if (this.state.left && !this.state.savedAt) this.sending.leave(); // it is unknown whether the unfinished form arrived
  }

  changed(field) {
    this.sending.forget();
    this.pages.changed(field);
    this.state.touched = field.name;
    if (field.name === "consents.contact") this.sending.consent(field.checked);
    else if (this.answers.isMinor) this.sending.consent(false);
    this.save();
    if (!field.dataset.message || !field.checked) return;
    const text = (id) => ({ id, text: this.drawn.querySelector(`[data-advice="${id}"]`).textContent });
    const { message } = field.dataset;
    // whether the message is shown without the safety-net message (M-NET)
    const alone = this.drawn.querySelector(`[data-advice="${message}"]`).dataset.alone !== undefined;
    this.emergency.interrupt([message, ...(alone ? [] : [this.answers.form.dataset.net])].map(text), this.language, field.name);
    this.emergency.check();
  }

  save() {
    const { receipt, state, texts } = this;
    if (receipt) return this.draft.save({ at: receipt.at, receipt, texts, language: state.language, withdraw: state.withdraw });
    // about people under 18, even this tab keeps only the ids of forms that must still be withdrawn
    if (this.answers?.isMinor) return this.draft.save(state.withdraw[0] ? { withdraw: state.withdraw, at: Date.now() } : null);
    state.fields = this.answers?.fields() ?? state.fields;
    return this.draft.save({ ...state, texts, at: Date.now() });
  }

  /** Shows what was on the screen before a reload. Shows emergency advice at once, but a page only after loading. */
  async resume() {
    const { view } = this.state;
    if (view === "emergency") this.showAgain(view);
    else this.showStart();
    if (view === "start") return;
    this.toggleAttribute("started", true); // already now, so that the layout does not jump when the form has loaded
    while (!(await this.begin())) {
      if (!this.overlay.isOpen) {
        this.toggleAttribute("started", false);
        return this.wholePage && this.byId("start").focus();
      }
      await wait(LOAD_AGAIN);
    }
    // while the form loaded, the visitor may have dismissed the advice
    this.showAgain(view === "emergency" && !this.overlay.isOpen ? "page" : view);
  }

  showAgain(view) {
    const here = history.state;
    this.state.view = view;
    if (!this.wholePage || here?.view !== view || here.step !== this.state.step) this.enter(view);
    this.render(view, this.wholePage);
    if (view === "page" && this.wholePage) this.pages.goToQuestion(this.state.touched);
  }

  startOver() {
    if (!this.receipt && !confirm(this.say("deleteAll"))) return;
    if (!this.receipt) this.sending.consent(false);
    this.answers?.form.reset();
    this.reset({ withdraw: this.state.withdraw });
    this.save();
    if (this.wholePage) history.pushState({ view: "start", step: 0 }, "");
    this.showStart(true);
  }

  enter(view) {
    this.state.view = view;
    this.save();
    if (!this.wholePage) return;
    const { view: before, step } = history.state ?? {};
    history.pushState({ view, step: this.state.step, from: { view: before, step } }, "");
  }

  backTo(view, step) {
    const from = this.wholePage && history.state?.from;
    if (from && from.view === view && from.step === step) return history.back();
    const { view: before } = this.state;
    this.state.step = step;
    this.enter(view);
    return this.render(view, true, before);
  }

  pop(state) {
    if (!state?.view) return; // a link within the page
    if (this.state.view === "emergency") this.emergency.dismissed += 1;
    this.state.step = this.ready ? this.pages.firstIncomplete(state.step) : 0;
    this.render(this.state.step < state.step && state.view === "check" ? "page" : state.view, true, this.state.view);
  }

  /** Shows `view`. `before`: the view that the visitor leaves. */
  render(view, focused = true, before = "") {
    if (this.receipt) return showReceipt(this, true);
    this.state.view = view;
    if (view === "page" && this.answers) {
      this.showPage([], focused);
      if (before === "emergency") this.pages.goToQuestion(this.state.emergency.about);
    } else if (view === "minor" && this.answers) this.showMinor([]);
    else if (view === "callback" && this.answers) showCallback(this, [], focused);
    else if (view === "check" && this.answers) showCheck(this, focused);
    else if (view === "emergency" && this.state.emergency) {
      this.emergency.show();
      if (this.ready && !this.emergency.isShown) this.emergency.check(); // the server has the advice in this language
    } else this.showStart(true);
    return this.save();
  }

  async start() {
    if (!(await this.begin())) return;
    this.state.step = this.pages.firstIncomplete(this.state.step);
    if (this.state.callback) this.byId("consent-contact").checked = false; // it allows less in "Just call me"
    this.state.callback = false;
    this.enter("page");
    this.showPage();
  }

  async begin() {
    if (this.inFlight) return false;
    if (!this.ready) {
      const report = (text) => { if (this.byId("start-status")) this.byId("start-status").textContent = text; };
      this.inFlight = true;
      report(this.t("Loading the questions…"));
      const loaded = await this.load().finally(() => { this.inFlight = false; });
      report(loaded || this.closed ? "" : this.t("We could not load the questions. Please try again, or call us."));
      if (!loaded && !this.closed) this.emit("failed", { reason: "questions" });
      if (!loaded) return false;
    }
    this.proof ??= this.prove();
    return true;
  }

  prove() {
    const { submissionId: id, guard } = this.state;
    const wanted = () => id === this.state.submissionId && !this.receipt;
    this.proof = this.service.guard(id, guard, wanted, (known) => { this.state.guard = known; this.save(); });
    return this.proof;
  }

  showPage(errors = [], focused = true) {
    this.sending.forget();
    const { step, unsent, savedAt } = this.state;
    const kept = (this.restored || unsent || savedAt) && this.answers.fields().length > 0;
    const { title, name, summary } = this.pages.show(step, errors, { advice: this.checkFailed, kept, unsent, savedAt });
    this.show(this.drawn, errors.length ? this.say("error", { title: name }) : name, null, focused ? summary ?? title : null);
    if (!errors.length) this.emit("step", { page: this.answers.pages[step].dataset.page, number: step + 1, count: this.pages.count });
  }

  back() {
    if (this.state.view === "check") return this.backTo("page", this.state.step);
    return this.state.step && this.state.view === "page" ? this.backTo("page", this.state.step - 1) : this.backTo("start", 0);
  }

  mistake() {
    this.emergency.dismissed += 1;
    this.backTo(this.state.callback ? "callback" : "page", this.state.step);
  }

  async next() {
    if (this.inFlight) return;
    const { answers } = this;
    const { step, view } = this.state;
    const page = answers.pages[step];
    const urgent = view === "emergency";
    if (view === "callback") return askForCall(this);
    const last = step === this.pages.count - 1;
    if (urgent || view === "check" || (last && answers.isMinor)) return submit(this, urgent);
    const errors = [...answers.errors([page]), ...(last ? answers.contactErrors() : [])];
    if (errors.length) {
      // Screens the answers of an incomplete page too. A visitor with chest pain must not have to complete the page.
      this.emergency.check(answers.openFollowUps(page));
      return this.showPage(errors);
    }
    this.busy(this.say("checking"), false);
    const answer = await Promise.race([this.emergency.check(), wait(CHECK_TIMEOUT)]);
    this.busy();
    if (answer === undefined) this.checkFailed = true; // a late response can still show advice
    if (step !== this.state.step || this.state.view !== "page") return;
    if (!answers.isMinor) this.state.minorNoticeShown = false;
    if (!(answer?.minor || answers.isMinor) || this.state.minorNoticeShown) return this.goOn();
    this.enter("minor");
    return this.showMinor(answer?.messages ?? []);
  }

  /** Shows the next page, or "Check your answers" after the last page.
   * If the visitor came from "Check your answers", shows the first incomplete page. */
  goOn() {
    const { state, pages, answers } = this;
    const last = pages.count - 1;
    const done = state.step === last || (state.checking && pages.firstIncomplete(last) === last && !answers.contactErrors().length);
    state.step = done ? last : state.checking ? pages.firstIncomplete(last) : state.step + 1;
    this.restored = false;
    this.enter(done && !answers.isMinor ? "check" : "page");
    this.render(state.view);
  }

  closeReceipt() {
    this.receipt.closed = true;
    this.save();
    showReceipt(this, true);
  }

  callMe() { openCallback(this); }
}

if (!customElements.get("lead-form")) customElements.define("lead-form", LeadForm);
