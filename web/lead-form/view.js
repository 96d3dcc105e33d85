// The shadow root of <lead-form>, with three places (view, drawn form, overlay), and functions for all views.

/* global STYLE: the build replaces STYLE with the content of web/styles/form.css, minified */
import { messageList, Overlay } from "./emergency.js";
import { el, phoneLink } from "./elements.js";
import { adviceIn, builtIn, filled, LANGUAGES } from "./words.js";

export class View extends HTMLElement {
  /** A built-in text in the language of the form. */
  t = (english, values) => builtIn(this.language, english, values);

  say = (name, values) => filled(this.texts?.[this.language]?.[name] ?? "", values);

  get wholePage() { return this.hasAttribute("whole-page"); }
  get questionnaireId() { return this.getAttribute("questionnaire") ?? "fs-intake"; }
  get advice() { return adviceIn(this.language); }

  byId(id) { return this.shadowRoot.getElementById(id); }
  announce(text) { this.byId("announcer").textContent = text; }
  emit(event, detail) { this.dispatchEvent(new CustomEvent(`lead-form:${event}`, { bubbles: true, composed: true, detail })); }
  heading(text, id) { return el(this.wholePage ? "h1" : "h2", { class: "title", tabindex: "-1", id }, text); }

  /** A copy of a template in the drawn form; undefined before the form has loaded. */
  copy(id) { return this.byId(id)?.content.firstElementChild.cloneNode(true); }

  /** The element that `selector` finds in the place that is shown. */
  place(selector) {
    const shown = this.overlay.isOpen ? this.overlay.content : this.drawn.hidden ? this.view : this.drawn;
    return shown.querySelector(selector);
  }

  draw() {
    this.attachShadow({ mode: "open" });
    this.style(STYLE);
    this.overlay = new Overlay();
    this.view = el("div", { id: "view" });
    this.drawn = el("div", { id: "drawn", hidden: "" });
    this.frame = el("div", { class: "frame" }, this.view, this.drawn, el("p", { class: "visually-hidden", id: "announcer", role: "status" }));
    this.shadowRoot.append(this.frame, this.overlay.node);
    this.shadowRoot.addEventListener("click", (event) => this[event.target.closest("[data-do]")?.dataset.do]?.());
  }

  style(text) {
    const root = this.shadowRoot;
    try {
      const sheet = new CSSStyleSheet();
      sheet.replaceSync(text);
      root.adoptedStyleSheets = [...root.adoptedStyleSheets, sheet];
    } catch { // browsers before 2023
      root.append(el("style", {}, text));
    }
  }

  get phone() {
    const link = this.querySelector("a[href^='tel:']");
    const text = link?.textContent ?? this.getAttribute("phone") ?? this.answers?.form.dataset.phone;
    const href = link?.href ?? phoneLink(text ?? "");
    return text && el(href ? "a" : "span", { href: href || null }, text);
  }

  act(name, text, look) { return el("button", { type: "button", class: `button ${look}`, id: name, "data-do": name }, text); }

  languageSwitch() {
    return el("div", { class: "languages", role: "group", "aria-label": this.t("Language") }, Object.entries(LANGUAGES).map(([code, name]) => {
      if (code === this.language) return el("span", { lang: code, "aria-current": "true" }, name);
      if (this.wholePage && !this.answers?.isMinor) return el("a", { href: `?language=${code}`, lang: code, hreflang: code }, name);
      return el("button", { type: "button", lang: code, onclick: () => this.switchLanguage(code) }, name);
    }));
  }

  /** Shows a place (`view`, `drawn` or the overlay) and hides the other places. `content`: its new content, if any.
   * `title`: the first part of the document's title, if the form is the whole page.
   * `focus`: the element to focus; undefined: the title of the place; null: the focus does not change. */
  show(place, title, content, focus) {
    this.emergency.giveBack();
    const urgent = place === this.overlay;
    const node = urgent ? place.content : place;
    for (const part of [this.frame, this.overlay.node]) part.lang = this.language;
    if (content) node.replaceChildren(...content.filter(Boolean));
    if (urgent) place.open();
    else this.overlay.close();
    this.drawn.hidden = place !== this.drawn;
    if (place !== this.view) this.view.replaceChildren();
    const atStart = this.state.view === "start" && !this.receipt;
    this.toggleAttribute("started", !atStart);
    this.announce("");
    if (this.wholePage) {
      this.landingTitle ??= document.title;
      document.title = title ? [title, this.getAttribute("clinic")].filter(Boolean).join(" | ") : this.landingTitle;
    }
    if (focus === null) return;
    if (urgent) place.node.scrollTop = 0;
    else if (this.wholePage) window.scrollTo({ top: 0, behavior: "instant" });
    else if (this.getBoundingClientRect().top < 0) this.scrollIntoView({ block: "start" });
    const goal = focus ?? node.querySelector(".title");
    goal?.focus({ preventScroll: true });
    goal?.scrollIntoView({ block: "nearest" });
  }

  showStart(focused = false) {
    const { t, say, wholePage } = this;
    this.state.view = "start";
    const filled = this.answers ? this.answers.fields() : this.state.fields;
    const start = this.act("start", filled.length ? say("continue") : t("Start"), "");
    this.show(this.view, "", [
      ...(wholePage ? [] : [this.languageSwitch(), this.heading(t("Answer a few questions")),
        el("section", { class: "advice" }, el("p", { class: "boxed" }, t("In an emergency, call 911")), el("p", {}, this.advice))]),
      this.state.unsent && el("p", { class: "boxed" }, say("unsent")),
      el("p", { class: "actions" }, start, this.act("callMe", t("Just call me"), "second"), filled.length && this.act("startOver", say("startOver"), "plain")),
      el("p", { class: "status", id: "start-status", role: "status" }),
      this.phone && el("p", {}, t("Clinic phone:"), " ", this.phone),
    ], focused ? start : null);
  }

  /** Starts the form if the visitor pressed a link with data-start. Otherwise the link leads to the plain form. */
  startFrom(event) {
    if (!event.target.closest("a[data-start]")) return;
    event.preventDefault();
    this.scrollIntoView({ block: "center" }); // if the form cannot be loaded, an error appears here
    this.start();
  }

  showClosed(drawn) {
    this.closed = true;
    this.showSection(drawn.querySelector("[data-closed]"), false);
  }

  /** Shows a section of the drawn form as the view. Returns the section. `wrong`: whether the section has errors. */
  showSection(section, focused, wrong) {
    const title = section.querySelector(".title");
    const named = title.textContent;
    this.show(this.view, wrong ? this.say("error", { title: named }) : named, [this.languageSwitch(), section], focused ? title : null);
    return section;
  }

  showMinor(messages) {
    this.state.minorNoticeShown = true;
    this.showSection(this.copy("minor"), true).querySelector(".title").after(messageList(messages, this.language, this.language));
  }

  print() { window.print(); }
  again() { this.sending.again(); }
  sendAsNew() { this.sending.sendAsNew(); }

  /** Disables the buttons and shows `text` while the visitor waits. Without `text`, enables the buttons again.
   * `fields`: whether the fields are disabled too, because a new answer would not be sent. */
  busy(text = "", fields = true) {
    this.inFlight = Boolean(text);
    this.shadowRoot.querySelectorAll("[type=submit], #again, input, textarea").forEach((node) => { node.disabled = this.inFlight && (fields || !node.name); });
    this.shadowRoot.querySelectorAll(".status").forEach((node) => { node.textContent = text; });
  }
}
