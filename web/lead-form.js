// <lead-form>: asks the questionnaire page by page, has each page checked for emergencies, and sends the answers.
//
//   <script type="module" src="https:…/web/lead-form.js"></script>
//   <lead-form><p>Call us: <a href="tel:…">…</a></p></lead-form>
//
// Attributes:
//   language       else the document's, else the browser's
//   questionnaire  else fs-intake
//   api            address of the service, else where this file came from
//   phone          the clinic's phone, else that of a tel: link inside the element
//   whole-page     the element is the page: it sets the title and uses the browser's history
//   clinic         after the title of a whole page
// Events, none of them with an answer in it: lead-form:step, lead-form:submitted, lead-form:failed.
//
// The form is in a shadow root, so that it looks and works the same on any site. What a visitor typed stays in this tab
// (sessionStorage) until it is sent, and the receipt for an hour. No cookies. One file, because each file that a visitor
// downloads may start another function.
//
// Contents, in this order; each has a line "// ----":
//   Settings, first words, style
//   Small building blocks            elements, storage, where the visitor came from, proof of work
//   Answers                          what was filled in, what is wrong with it, what is sent
//   LeadForm, the element:
//     life of the element            attributes, the first view, the browser's events
//     language
//     what survives a reload
//     talking to the server
//     showing a view                 focus, title, history
//     the start
//     fields
//     notes and errors
//     the pages of the questionnaire
//     the check for emergencies      after each page
//     under 18
//     emergency
//     sending                        with retries, conflicts and refusals
//     receipt

// ---- Settings --------------------------------------------------------------------------------

const HOME = new URL("..", import.meta.url);
const CHECK_TIMEOUT = 4000; // ms that a visitor waits for the check of a page; then the form continues
const PROOF_TIMEOUT = 1000; // ms that sending waits for the proof of work; then it goes without
const REQUEST_TIMEOUT = 20000; // ms
const RETRY_AFTER = [2, 5, 15, 30]; // seconds before the first retries of sending, which need no press of a button
const RETRY_LATER = 300; // seconds before each further retry, as long as the page is open
const ANSWERS_EXPIRE = 24 * 60 * 60 * 1000; // ms; the server accepts the form's token for as long
const RECEIPT_EXPIRES = 60 * 60 * 1000; // ms; as for the form without JavaScript
const CONTACT_IN_EMERGENCY = ["name", "phone"];
const LANGUAGES = { en: "English", es: "Español" };
const ORIGIN = "lead-form:origin";
const CAMPAIGN = { utm_source: 120, utm_medium: 120, utm_campaign: 120, utm_term: 120, utm_content: 120, gclid: 200, gbraid: 200, wbraid: 200, msclkid: 200, fbclid: 200 };

// What the form shows before the questionnaire and its words have loaded, or if they cannot be loaded. A reload can show an
// emergency or a receipt that early.
const BUILT_IN_ADVICE = {
  en: "This form can't diagnose you or rule out a serious problem. Go to an emergency room or call 911 if you get: numbness between the legs, trouble peeing or leaking, loss of bowel control, new or worse weakness, chest pain, or fever with bad back pain.",
  es: "Este formulario no puede darle un diagnóstico ni descartar (asegurar que no hay) un problema grave. Vaya a una sala de emergencias o llame al 911 si empieza a tener: adormecimiento entre las piernas, problemas para orinar o escapes de orina (se le sale), pérdida de control para evacuar (hacer popó), debilidad nueva o que empeora, dolor de pecho, o fiebre con dolor fuerte de espalda.",
};
const FIRST_WORDS = {
  es: {
    "Start": "Empezar",
    "Continue": "Continuar",
    "Answer a few questions": "Conteste unas preguntas",
    "In an emergency, call 911": "En una emergencia, llame al 911",
    "Loading the questions…": "Cargando las preguntas…",
    "We could not load the questions. Please try again, or call us.": "No pudimos cargar las preguntas. Por favor intente otra vez, o llámenos.",
    "Clinic phone:": "Teléfono de la clínica:",
    "Language": "Idioma",
    "Your answers have not been sent yet": "Sus respuestas todavía no se han enviado",
    "Get emergency help now": "Busque ayuda de emergencia ahora mismo",
    "Call 911": "Llamar al 911",
    "Call 988": "Llamar al 988",
    "Text 988": "Enviar un mensaje de texto al 988",
    "I pressed this by mistake. Go back and change my answers.": "Oprimí esto por error. Volver y cambiar mis respuestas.",
    "We received your answers": "Recibimos sus respuestas",
    "Safety advice": "Consejos de seguridad",
    "Your reference:": "Su número de referencia:",
    "Have it ready when you call us:": "Tenga este número a la mano cuando nos llame:",
    "Received {time}.": "Se recibió: {time}",
    "Start a new form": "Empezar un formulario nuevo",
  },
};

const STYLE = `
:host { display: block; --main: var(--lead-form-main, #0a5a66); --main-dark: var(--lead-form-main-dark, #063f48); --tint: var(--lead-form-tint, #e3f1f2);
  --ink: var(--lead-form-ink, #16242c); --soft: var(--lead-form-soft, #42525b); --line: var(--lead-form-line, #74838b); --paper: var(--lead-form-paper, #fff);
  --round: var(--lead-form-radius, .4em); --danger: #a3121f; --danger-dark: #7d0b16; --danger-tint: #fdf0f0; --warn: #7a5200; --warn-tint: #fff6dd; }
:host([hidden]), [hidden] { display: none !important; }
*, *::before, *::after { box-sizing: border-box; }
.frame, dialog { color: var(--ink); font: var(--lead-form-font-size, max(1.125rem, 18px))/1.5 var(--lead-form-font, system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", "Liberation Sans", Arial, sans-serif);
  text-align: start; overflow-wrap: break-word; letter-spacing: normal; text-transform: none; }
.frame { container-type: inline-size; }
.title, .subtitle { line-height: 1.25; text-wrap: balance; outline: none; }
.title { font-size: 1.5em; margin: .6em 0 .4em; }
.subtitle { font-size: 1.25em; margin: 1.6em 0 .4em; }
p, ul { margin: .6em 0; }
li { margin: .3em 0; }
a { color: var(--main); text-underline-offset: .15em; }
a[href^="tel:"] { white-space: nowrap; }
:focus-visible { outline: 3px solid #0b57d0; outline-offset: 2px; }
.title:focus-visible { outline: none; }
.visually-hidden { position: absolute; width: 1px; height: 1px; margin: -1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }
.off-screen { position: absolute; left: -200vw; top: 0; width: 1px; height: 1px; overflow: hidden; }
.languages { display: flex; flex-wrap: wrap; gap: .3em; justify-content: flex-end; align-items: baseline; }
.languages a, .languages button, .languages span { display: inline-block; min-height: 2.6em; min-width: 2.6em; padding: .4em .6em; border: 0; background: none; font: inherit; }
.languages a, .languages button { color: var(--main); text-decoration: underline; cursor: pointer; }
.languages span { font-weight: 700; }
.advice, .notice, .summary, .problem { background: var(--paper); border: 1px solid var(--line); border-left: .4em solid var(--danger); border-radius: var(--round); padding: .2em 1em .4em; margin: 1em 0; }
.boxed { margin: .5em 0 .2em; font-size: 1.1em; line-height: 1.25; }
.advice.strong, .summary, .problem { background: var(--danger-tint); border-color: var(--danger); border-width: 2px 2px 2px .5em; }
.summary a { color: var(--danger-dark); display: inline-block; padding: .45em 0; min-height: 2.5em; }
.summary ul { list-style: none; padding: 0; margin: .2em 0; }
.notice { border-left-color: var(--main); background: var(--tint); }
.waiting { border-left-color: var(--warn); background: var(--warn-tint); }
.button { display: inline-block; min-height: 3em; padding: .65em 1.4em; border: 2px solid var(--main); border-radius: var(--round);
  background: var(--main); color: #fff; font: inherit; font-weight: 700; text-align: center; text-decoration: none; cursor: pointer; }
.button:hover { background: var(--main-dark); }
.button.second { background: var(--paper); color: var(--main); }
.button.second:hover { background: var(--tint); }
.button.danger { background: var(--danger); border-color: var(--danger); }
.button.danger:hover { background: var(--danger-dark); }
.button:disabled { background: #56656d; border-color: #56656d; color: #fff; cursor: default; }
.button.plain { background: none; border-color: transparent; color: var(--main); font-weight: 400; text-decoration: underline; padding: .65em .2em; }
.actions { display: flex; flex-wrap: wrap; gap: .8em; margin: 1.5em 0 .5em; }
.status { min-height: 1.5em; font-weight: 700; }
.progress { margin: 1em 0 0; color: var(--soft); font-weight: 700; }
.progress + .title { margin-top: .1em; }
.question { border: 0; margin: 1.8em 0; padding: 0; min-width: 0; }
.question legend, .question > label { display: block; font-weight: 700; padding: 0; margin-bottom: .5em; }
.question legend { float: left; width: 100%; } /* so that the line at the side starts at the top */
.question legend + * { clear: both; }
.question.follow-up { margin-top: -.6em; margin-left: .3em; padding-left: .9em; border-left: .3em solid var(--main); }
.wrong { padding-left: .9em; border-left: .3em solid var(--danger); }
.hint { font-weight: 400; color: var(--soft); }
.condition { display: block; }
.foot { font-size: .9em; }
.error { color: var(--danger); font-weight: 700; margin: .2em 0 .5em; }
.option { display: flex; gap: .8em; align-items: flex-start; min-height: 2.75em; padding: .6em .8em; margin: .4em 0;
  background: var(--paper); border: 1px solid var(--line); border-radius: var(--round); cursor: pointer; }
.option input { flex: none; width: 1.4em; height: 1.4em; margin: .05em 0 0; font: inherit; accent-color: var(--main); }
.option:hover { background: var(--tint); }
.option:has(input:checked) { background: var(--tint); border-color: var(--main); box-shadow: inset 0 0 0 1px var(--main); }
.option:has(input:focus-visible) { outline: 3px solid #0b57d0; outline-offset: 2px; }
.option input:focus-visible { outline: none; }
.option.alone { margin-top: .9em; }
.option.alone + .option.alone { margin-top: .4em; }
.scale { display: grid; grid-template-columns: repeat(auto-fill, minmax(2.75em, 1fr)); gap: .4em; }
.scale .option { margin: 0; padding: .5em .2em; flex-direction: column; align-items: center; gap: .2em; font-weight: 700; }
input[type=text], input[type=tel], input[type=email], textarea { width: 100%; max-width: 24em; min-height: 3em; padding: .5em .7em; font: inherit; color: inherit;
  background: var(--paper); border: 2px solid var(--line); border-radius: var(--round); }
textarea { max-width: none; min-height: 7em; resize: vertical; }
input.short { max-width: 8em; }
[aria-invalid=true] { border-color: var(--danger); }
.messages p { font-size: 1.1em; }
.messages .M-E { border-left: .5em solid var(--danger); background: var(--danger-tint); padding: .8em 1em; font-weight: 700; font-size: 1.2em; }
.messages .M-U { border-left: .5em solid var(--warn); background: var(--warn-tint); padding: .8em 1em; }
.messages .M-NET { border-left: .5em solid var(--line); background: var(--paper); padding: .8em 1em; }
.reference { font-size: 1.15em; }
.reference strong { display: block; font-size: 1.75em; letter-spacing: .04em; font-family: ui-monospace, "SF Mono", Menlo, Consolas, "Liberation Mono", monospace; }
/* The interruption covers the whole screen, even if the form is in a narrow column: nothing else competes with it. */
dialog { position: fixed; inset: 0; width: 100%; height: 100%; max-width: none; max-height: none; margin: 0; padding: 0 1em 2em; border: 0; border-top: 1em solid var(--danger);
  background: #fff; overflow-y: auto; overscroll-behavior: contain; }
dialog > div { max-width: 40em; margin: 0 auto; }
dialog .title { color: var(--danger); font-size: min(1.8em, 9vw); }
.call-buttons { display: flex; flex-wrap: wrap; gap: .8em; margin: 1em 0; }
.call-buttons .button { flex: 1 1 9em; font-size: 1.4em; padding: .7em; }
.leave-number { border-top: 1px solid var(--line); margin-top: 2em; }
@container (max-width: 27em) { .actions .button { flex: 1 1 100%; } }
@media (max-width: 27em) { dialog .actions .button { flex: 1 1 100%; } }
@media (forced-colors: active) { .option:has(input:checked) { outline: 2px solid; } }
@media print {
  .frame, dialog { font-size: 11pt; color: #000; }
  .actions, .advice, .call-buttons, .visually-hidden, .languages, .foot, slot { display: none !important; }
  dialog[open] { position: static; height: auto; border: 0; padding: 0; overflow: visible; }
  .messages p { border: 1px solid #000; background: none !important; break-inside: avoid; }
  dialog .title { color: #000; }
}`;

// ---- Small building blocks -------------------------------------------------------------------

/** Make an element; text is always set as text, never parsed as HTML. */
function el(tag, attributes = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === undefined || value === false || value === null) continue;
    if (name.startsWith("on")) node.addEventListener(name.slice(2), value);
    else if (["checked", "value", "hidden", "disabled"].includes(name)) node[name] = value;
    else node.setAttribute(name, value === true ? "" : value);
  }
  node.append(...children.filter(Boolean));
  return node;
}

const button = (text, onclick, look = "") => el("button", { type: "button", class: `button ${look}`.trim(), onclick }, text);
const wait = (ms) => new Promise((done) => setTimeout(done, ms));
const digitsOf = (text) => text.replace(/[^0-9]/g, "");

/** crypto.randomUUID is missing before 2022 and on pages without https. */
const newId = () => "10000000-1000-4000-8000-100000000000".replace(/[018]/g, (digit) =>
  (digit ^ (crypto.getRandomValues(new Uint8Array(1))[0] & (15 >> (digit / 4)))).toString(16));

/** Without invisible characters, which pasted text may contain and the server refuses. */
const withoutInvisible = (text) => text.replace(/[\u202a-\u202e\u2066-\u2069]|(?![\n\r\t])[\p{Cc}\p{Cs}\p{Co}\p{Cn}]/gu, "");
const shortened = (text, most) => [...withoutInvisible(text)].slice(0, most).join("").trim();

// A browser may refuse storage; then the answers last as long as the page.

function loadItem(name) {
  try {
    return JSON.parse(sessionStorage.getItem(name));
  } catch {
    return null;
  }
}

function saveItem(name, value) {
  try {
    sessionStorage.setItem(name, JSON.stringify(value));
  } catch { /* as above */ }
}

function removeItems(...names) {
  try {
    for (const name of names) sessionStorage.removeItem(name);
  } catch { /* as above */ }
}

/** Where the visitor came from, as on the first page of the visit, unless this page was opened from another ad. */
function origin() {
  const found = {};
  const parameters = new URLSearchParams(location.search);
  for (const [name, most] of Object.entries(CAMPAIGN)) {
    const value = shortened(parameters.get(name) ?? "", most);
    if (value) found[name] = value;
  }
  const before = loadItem(ORIGIN);
  if (before && !Object.keys(found).length) return before;
  try {
    const host = new URL(document.referrer).hostname;
    if (host && host !== location.hostname) found.referrer_host = host.slice(0, 253);
  } catch { /* no referrer, or not an address */ }
  found.landing_path = shortened(location.pathname, 500);
  saveItem(ORIGIN, found);
  return found;
}

/** A proof of work (ALTCHA, version 1), in small steps that never hold up typing. Undefined if `wanted()` turns false. */
async function solve({ algorithm, challenge, maxnumber, salt, signature }, wanted) {
  const encoder = new TextEncoder();
  const goal = challenge.match(/../g).map((pair) => parseInt(pair, 16));
  const fits = (hash) => new Uint8Array(hash).every((byte, index) => byte === goal[index]);
  for (let from = 0; from <= maxnumber && wanted(); from += 100) {
    const hashes = await Promise.all(Array.from({ length: 100 }, (_, index) => crypto.subtle.digest(algorithm, encoder.encode(salt + (from + index)))));
    const found = hashes.findIndex(fits);
    if (found >= 0) return btoa(JSON.stringify({ algorithm, challenge, number: from + found, salt, signature }));
    await wait(0);
  }
  return undefined;
}

// ---- Answers ---------------------------------------------------------------------------------

const isScale = (question) => question.type === "integer" && question.maximum - question.minimum <= 10;
const contactId = (code) => `contact-${code}`;

/** The questionnaire and what the visitor has entered so far. */
class Answers {
  constructor() {
    this.questionnaire = null;
    this.words = {};
    this.clear();
  }

  clear() {
    this.given = {}; // question code -> what was typed, chosen (a code) or checked (codes)
    this.contact = {};
    this.consents = {};
  }

  /** The text in the visitor's language, its {names} filled in. */
  t(english, values = {}) {
    return (this.words[english] ?? english).replace(/\{(\w+)\}/g, (_, name) => values[name] ?? "");
  }

  get pages() { return this.questionnaire.pages; }
  get questions() { return this.pages.flatMap((page) => page.questions); }
  get contactCodes() { return this.questionnaire.contact.fields.map((field) => field.code); }
  get consentCodes() { return this.questionnaire.contact.consents.map((consent) => consent.code); }
  get requiredConsents() { return this.questionnaire.contact.consents.filter((consent) => consent.required).map((consent) => consent.code); }
  get questionnaireRef() { return { id: this.questionnaire.id, version: this.questionnaire.version }; }
  get isMinor() {
    const condition = this.questionnaire.contact.hidden_when;
    return Boolean(condition && this.holds(condition));
  }

  find(code) { return this.questions.find((question) => question.code === code); }

  /** The answer as the server expects it, or undefined if there is none. */
  valueOf(question) {
    const raw = this.given[question.code];
    if (raw === undefined || raw === null) return undefined;
    const known = (code) => question.options.some((option) => option.code === code);
    if (question.type === "choice-many") {
      const ticked = [raw].flat().filter(known);
      return ticked.length ? ticked : undefined;
    }
    if (question.type === "choice-one") return known(raw) ? raw : undefined;
    const text = String(raw).trim();
    if (question.type === "integer") return /^[0-9]{1,9}$/.test(text) ? Number(text) : undefined;
    return withoutInvisible(text) || undefined;
  }

  holds(condition) {
    if (condition.any) return condition.any.some((part) => this.holds(part));
    if (condition.all) return condition.all.every((part) => this.holds(part));
    const parent = this.find(condition.question);
    const value = parent && this.isShown(parent) ? this.valueOf(parent) : undefined;
    if (value === undefined) return false;
    if (condition.any_of) return [value].flat().some((code) => condition.any_of.includes(code));
    return value >= (condition.at_least ?? -Infinity) && value <= (condition.at_most ?? Infinity);
  }

  isShown(question) { return !question.shown_when || this.holds(question.shown_when); }

  /** The answers to the wanted questions. A question that another answer has hidden again is left out. */
  collect(wanted = () => true) {
    const all = {};
    for (const question of this.questions) {
      const value = this.isShown(question) ? this.valueOf(question) : undefined;
      if (value !== undefined && wanted(question)) all[question.code] = value;
    }
    return all;
  }

  error(question) {
    if (!this.isShown(question)) return null;
    const value = this.valueOf(question);
    if (question.type === "integer") {
      const { minimum: low, maximum: high } = question;
      const outside = value !== undefined && (value < low || value > high);
      const unreadable = value === undefined && String(this.given[question.code] ?? "").trim() !== "";
      if (outside || unreadable) return this.t("Enter a whole number from {low} to {high}.", { low, high });
      if (value === undefined && question.required) return isScale(question) ? this.t("Choose a number.") : this.t("Enter a number.");
    }
    if (question.type === "text" && value && question.max_length && value.length > question.max_length) {
      return this.t("Please use {limit} characters or fewer. You have used {used}.", { limit: question.max_length, used: value.length });
    }
    if (value !== undefined || !question.required) return null;
    return question.type === "choice-many" ? this.t("Check at least one box.") : this.t("Choose one answer.");
  }

  errors(page) {
    return page.questions.map((question) => ({ question, text: this.error(question) })).filter((error) => error.text)
      .map(({ question, text }) => ({ target: `question-${question.code}`, label: this.shortText(question), text }));
  }

  shortText(question) { return question.text.replace(this.t("Check all that apply."), "").trim(); }

  typed(code) { return withoutInvisible(this.contact[code] ?? "").trim(); }

  get phoneIsPlausible() {
    const digits = digitsOf(this.typed("phone"));
    return this.typed("phone").startsWith("+") ? digits.length >= 8 && digits.length <= 15 : /^1?[0-9]{10}$/.test(digits);
  }

  /** An error about the phone number, with the advice that fixes most numbers. */
  phoneError(text) { return `${text} ${this.t("Enter one number, without an extension. For a number outside the US, start with + and the country code.")}`; }

  get emailIsPlausible() { return /^[^\s@]+@[^\s@]+\.[^\s@]+$/.test(this.typed("email")); }

  contactErrors(codes) {
    const errors = [];
    const add = (code, text) => errors.push({ target: contactId(code), label: `${this.questionnaire.contact.fields.find((field) => field.code === code).text}:`, text });
    const inEmergency = codes === CONTACT_IN_EMERGENCY;
    for (const field of this.questionnaire.contact.fields) {
      const eitherOr = field.code === "phone" || field.code === "email";
      if (field.required && !eitherOr && !inEmergency && codes.includes(field.code) && !this.typed(field.code)) add(field.code, this.t("Please fill this in."));
    }
    const phone = this.typed("phone");
    const email = inEmergency ? "" : this.typed("email");
    const preference = inEmergency ? "" : this.contact.preference;
    if (!phone && inEmergency) add("phone", this.t("Enter a phone number."));
    else if (!phone && !email) add("phone", this.t("Enter a phone number or an email address."));
    else if (!phone && (preference === "call" || preference === "text")) add("phone", this.t("Enter a phone number, or choose email below."));
    if (phone && !this.phoneIsPlausible) add("phone", this.phoneError(this.t("Enter a phone number with area code, for example 312-555-0142.")));
    if (email && !this.emailIsPlausible) add("email", this.t("Enter an email address like name@example.com."));
    if (!email && preference === "email" && phone) add("email", this.t("Enter an email address, or choose call or text below."));
    for (const code of this.requiredConsents) {
      if (!this.consents[code]) errors.push({ target: `consent-${code}`, text: this.t("Check this box so that we can contact you.") });
    }
    return errors;
  }

  /** The complete submission. `fields`, `boxes`: codes of the contact fields and the consents that were shown. */
  submission(fields, boxes) {
    const content = { questionnaire: this.questionnaireRef, language: this.questionnaire.language, answers: this.collect((question) => !this.error(question)), complete: true };
    if (this.isMinor) return content;
    content.contact = Object.fromEntries(fields.map((code) => [code, this.typed(code)]).filter(([, value]) => value));
    content.consents_shown = Object.fromEntries(this.questionnaire.contact.consents.filter((consent) => boxes.includes(consent.code)).map((consent) => [consent.code, consent.text_hash]));
    content.consents = Object.fromEntries(this.consentCodes.map((code) => [code, boxes.includes(code) && Boolean(this.consents[code])]));
    return content;
  }

  /** The submission of a visitor who leaves before the end. Null without consent and a way to reach them. */
  unfinished(inEmergency) {
    if (!this.questionnaire || this.isMinor || !this.requiredConsents.every((code) => this.consents[code])) return null;
    const content = inEmergency ? this.submission(CONTACT_IN_EMERGENCY, this.requiredConsents) : this.submission(this.contactCodes, this.consentCodes);
    if (!this.phoneIsPlausible) delete content.contact.phone;
    if (!this.emailIsPlausible) delete content.contact.email;
    return content.contact.phone || content.contact.email ? { ...content, complete: false } : null;
  }
}

// ---- LeadForm --------------------------------------------------------------------------------

class LeadForm extends HTMLElement {
  static observedAttributes = ["language"];

  // ---- life of the element ----

  connectedCallback() {
    this.answers ??= new Answers();
    if (!this.shadowRoot) this.setUp();
    this.listening = new AbortController();
    const { signal } = this.listening;
    document.addEventListener("visibilitychange", () => document.visibilityState === "hidden" && this.sendUnfinished(false), { signal });
    window.addEventListener("pagehide", () => this.sendUnfinished(true), { signal });
    window.addEventListener("online", () => this.resend?.(), { signal });
    window.addEventListener("beforeprint", () => { if (this.urgent) { this.dialog.close(); this.dialog.show(); } }, { signal }); // on paper, in the flow of the page
    window.addEventListener("afterprint", () => { if (this.urgent) { this.dialog.close(); this.dialog.showModal(); } }, { signal });
    if (this.wholePage) window.addEventListener("popstate", (event) => this.pop(event.state), { signal });
  }

  disconnectedCallback() {
    this.listening.abort();
    clearTimeout(this.retryTimer);
  }

  attributeChangedCallback(_, before, now) {
    if (this.shadowRoot && before !== now) this.switchLanguage(now);
  }

  get wholePage() { return this.hasAttribute("whole-page"); }
  get questionnaireId() { return this.getAttribute("questionnaire") ?? "fs-intake"; }
  get storageKey() { return `lead-form:${this.questionnaireId}`; }
  get headingLevel() { return this.wholePage ? 1 : 2; }

  byId(id) { return this.shadowRoot.getElementById(id); }
  t(english, values) { return this.answers.t(english, values); }

  /** Creates the shadow root and shows the start, or what an earlier visit in this tab left. */
  setUp() {
    this.attachShadow({ mode: "open" });
    try {
      const sheet = new CSSStyleSheet();
      sheet.replaceSync(STYLE);
      this.shadowRoot.adoptedStyleSheets = [sheet];
    } catch { // browsers before 2023
      this.shadowRoot.append(el("style", {}, STYLE));
    }
    this.origin = origin();
    const kept = loadItem(this.storageKey);
    const saved = kept?.at > Date.now() - (kept?.receipt ? RECEIPT_EXPIRES : ANSWERS_EXPIRE) ? kept : null;
    if (!saved) removeItems(this.storageKey);
    this.reset();
    this.language = this.wantedLanguage(saved?.language);
    this.answers.words = FIRST_WORDS[this.language] ?? {};
    this.view = el("div", { id: "view" });
    this.dialogView = el("div");
    this.slotted = el("slot");
    this.frame = el("div", { class: "frame" }, this.view, this.slotted, el("p", { class: "visually-hidden", id: "announcer", role: "status" }));
    this.dialog = el("dialog", { "aria-labelledby": "urgent-title",
      oncancel: (event) => event.preventDefault(),
      onkeydown: (event) => { if (event.key === "Escape") { event.preventDefault(); (this.byId("mistake") ?? this.byId("urgent-title")).focus(); } },
      onclose: () => { if (this.urgent && !this.dialog.open) this.dialog.showModal(); } }, this.dialogView);
    this.shadowRoot.append(this.frame, this.dialog);
    if (this.wholePage && !history.state?.view) history.replaceState({ view: "start", step: 0 }, "");
    if (saved) this.resume(saved);
    else this.showStart();
  }

  reset() {
    this.answers.clear();
    Object.assign(this, {
      submissionId: newId(),
      shown: "start", // the view: start, page, minor, emergency or receipt
      step: 0, // index of the page
      urgent: false, // whether the view covers the whole screen
      inFlight: false, // whether the visitor waits for an answer of the server
      restored: false, // whether the answers are from before a reload
      guard: {}, // token, challenge, proof
      proofReady: null, // a promise
      emergency: null, // {messages, language}
      minorNoticeShown: false,
      checkFailed: false, // whether the last page could not be checked
      pending: null, // the submission that is being sent
      unsent: false, // whether sending began and did not succeed
      resend: null, // a function, while a retry waits
      lastUnfinished: null, // what was sent last on leaving, as text
      receipt: null,
    });
    clearTimeout(this.retryTimer);
  }

  // ---- language ----

  wantedLanguage(chosen) {
    const nearest = this.closest("[lang]")?.lang;
    const wanted = [this.getAttribute("language"), this.wholePage ? null : chosen, nearest, ...navigator.languages];
    return wanted.map((tag) => tag?.slice(0, 2).toLowerCase()).find((tag) => tag in LANGUAGES) ?? "en";
  }

  /** Shows everything again in that language. What was typed stays. */
  async switchLanguage(language) {
    if (!(language in LANGUAGES) || language === this.language) return;
    const before = this.language;
    this.language = language;
    const advised = this.shown === "emergency" || this.receipt; // advice never waits for the questions
    if (advised || !this.answers.questionnaire) this.answers.words = FIRST_WORDS[language] ?? {};
    if (advised) this.render(this.shown);
    if (this.answers.questionnaire && !(await this.load()) && !advised) {
      this.language = before;
      return this.announce(this.t("We could not load the questions. Please try again, or call us."));
    }
    this.chosenLanguage = language;
    this.save();
    this.render(this.shown);
  }

  languageSwitch() {
    const others = Object.entries(LANGUAGES).filter(([code]) => (this.answers.questionnaire?.languages ?? Object.keys(LANGUAGES)).includes(code));
    return el("div", { class: "languages", role: "group", "aria-label": this.t("Language") }, ...others.map(([code, name]) => {
      if (code === this.language) return el("span", { lang: code, "aria-current": "true" }, name);
      if (this.wholePage && !(this.questionsReady && this.answers.isMinor)) return el("a", { href: `?language=${code}`, lang: code, hreflang: code }, name);
      return el("button", { type: "button", lang: code, onclick: () => this.switchLanguage(code) }, name);
    }));
  }

  // ---- what survives a reload ----

  save() {
    const { answers, submissionId, step, shown, guard, emergency, minorNoticeShown, unsent } = this;
    if (this.receipt || !answers.questionnaire) return;
    if (answers.isMinor) return removeItems(this.storageKey); // nothing is kept about people under 18, not even here
    const { given, contact, consents } = answers;
    saveItem(this.storageKey, { at: Date.now(), submissionId, step, shown, guard, emergency, minorNoticeShown, unsent, language: this.chosenLanguage, given, contact, consents });
  }

  keepReceipt() { saveItem(this.storageKey, { at: this.receipt.at, receipt: this.receipt, language: this.chosenLanguage }); }

  async resume(saved) {
    this.chosenLanguage = saved.language;
    if (saved.receipt) {
      this.receipt = saved.receipt;
      this.showReceipt(this.wholePage);
      if (await this.load() && this.receipt) this.showReceipt(this.wholePage); // with the notices
      return;
    }
    const { given, contact, consents, submissionId, step, guard, emergency, minorNoticeShown, unsent } = saved;
    Object.assign(this.answers, { given, contact, consents });
    Object.assign(this, { submissionId, step, guard, emergency, minorNoticeShown, unsent, restored: true });
    this.showStart();
    if (saved.shown === "start") return;
    this.toggleAttribute("started", true); // at once, so that nothing jumps
    if (emergency && saved.shown === "emergency") this.showResumed("emergency"); // advice never waits for the questions
    await this.resumeView(saved.shown);
  }

  async resumeView(name) {
    if (await this.begin()) return this.showResumed(name === "emergency" && !this.urgent ? "page" : name); // "by mistake" may have been pressed meanwhile
    if (this.urgent) {
      this.resend = () => this.resumeView(name);
      this.retryTimer = setTimeout(this.resend, RETRY_AFTER[2] * 1000);
    } else {
      this.toggleAttribute("started", false);
      if (this.wholePage) this.byId("start").focus();
    }
  }

  showResumed(name) {
    const here = history.state;
    if (!this.wholePage || here?.view !== name || here.step !== this.step) this.enter(name);
    this.render(name, this.wholePage);
  }

  startOver() {
    removeItems(this.storageKey);
    this.reset();
    if (this.wholePage) history.pushState({ view: "start", step: 0 }, "");
    this.showStart(true);
  }

  /** The visitor leaves the page (`closing`) or looks at another: sends the unfinished form if they agreed to that, once
   * for each change. */
  sendUnfinished(closing) {
    if (this.receipt || (this.inFlight && !closing)) return;
    const content = this.pending ?? this.withPage(this.answers.unfinished(this.shown === "emergency"));
    const text = JSON.stringify(content);
    if (!content || text === this.lastUnfinished) return;
    this.lastUnfinished = text;
    fetch(this.address("submissions"), this.request({ ...content, ...this.guardFields() }, { keepalive: true })).catch(() => { this.lastUnfinished = null; });
  }

  // ---- talking to the server ----

  address(path) {
    const home = this.getAttribute("api");
    return new URL(path, home ? new URL(home.replace(/\/*$/, "/"), document.baseURI) : HOME);
  }

  request(content, more) {
    const headers = { "accept-language": this.language };
    if (!content) return { headers, credentials: "omit", ...more };
    return { method: "POST", headers: { ...headers, "content-type": "application/json" }, body: JSON.stringify(content), credentials: "omit", cache: "no-store", ...more };
  }

  /** Sends a request: POST with `content`, else GET. Returns {status, body, retryAfter}; throws without an answer in time. */
  async call(path, timeout, content) {
    const stop = new AbortController();
    const timer = setTimeout(() => stop.abort(), timeout);
    try {
      const response = await fetch(this.address(path), this.request(content, { signal: stop.signal }));
      const body = await response.json().catch(() => null);
      if (content && response.ok && !Array.isArray(body?.messages)) throw new Error("not an answer of this service");
      return { status: response.status, body, retryAfter: Number(response.headers.get("retry-after")) || 0 };
    } finally {
      clearTimeout(timer);
    }
  }

  /** Loads the questions in the visitor's language. False if that fails. */
  async load() {
    const { language } = this;
    try {
      const { status, body } = await this.call(`questionnaires/${this.questionnaireId}?language=${language}`, REQUEST_TIMEOUT);
      if (status !== 200 || !body?.pages) return false;
      this.answers.questionnaire = body;
      this.loadedFor = language;
      this.answers.words = body.words ?? {};
      return true;
    } catch {
      return false;
    }
  }

  /** Gets a token and solves its proof of work, as a sign that no machine fills in the form. Sending never depends on it. */
  async solveProof() {
    const id = this.submissionId; // not `id`: that is an attribute of the host page's
    try {
      if (!this.guard.token) {
        const { status, body } = await this.call(`challenges/${id}`, REQUEST_TIMEOUT);
        if (status !== 200 || id !== this.submissionId) return;
        this.guard = { token: body.token, challenge: body.challenge };
        this.save();
      }
      if (!crypto.subtle || !this.guard.challenge) return;
      const proof = await solve(this.guard.challenge, () => id === this.submissionId && !this.receipt);
      if (id !== this.submissionId || !proof) return;
      this.guard = { token: this.guard.token, proof };
      this.save();
    } catch { /* without */ }
  }

  guardFields() {
    const website = this.byId("website")?.value;
    const { token, proof } = this.guard;
    return { ...(token && { token }), ...(proof && { proof }), ...(website && { website: website.slice(0, 500) }) };
  }

  withPage(content) {
    return content && { submission_id: this.submissionId, ...content, page: shortened(location.origin + location.pathname, 500), ...(content.contact && { attribution: this.origin }) };
  }

  emit(event, detail) { this.dispatchEvent(new CustomEvent(`lead-form:${event}`, { bubbles: true, composed: true, detail })); }

  // ---- showing a view ----

  announce(text) { this.byId("announcer").textContent = text; }
  heading(text, id) { return el(`h${this.headingLevel}`, { class: "title", tabindex: "-1", id }, text); }
  subheading(text, attributes) { return el(`h${this.headingLevel + 1}`, attributes, text); }

  /** Whether the questions have loaded in the visitor's language. */
  get questionsReady() { return this.loadedFor === this.language; }
  get advice() { return this.questionsReady ? this.answers.questionnaire.emergency_advice : BUILT_IN_ADVICE[this.language]; }

  get phone() {
    const link = this.querySelector("a[href^='tel:']");
    const text = link?.textContent ?? this.getAttribute("phone") ?? this.answers.questionnaire?.clinic_phone ?? this.phoneFromServer;
    return text && { text, href: link?.href ?? `tel:${text.replace(/[^+0-9]/g, "")}` };
  }

  phoneLink() { return this.phone && el("a", { href: this.phone.href }, this.phone.text); }
  phoneLine() { return this.phone && el("p", {}, this.t("Clinic phone:"), " ", this.phoneLink()); }

  /** Shows content in place of what was there, and moves the focus to its heading, or to `focus`; null leaves it. */
  show(title, content, { urgent = false, focus } = {}) {
    clearTimeout(this.retryTimer);
    this.resend = null;
    this.urgent = urgent;
    for (const part of [this.frame, this.dialog]) part.lang = this.language;
    const place = urgent ? this.dialogView : this.view;
    (urgent ? this.view : this.dialogView).replaceChildren();
    place.replaceChildren(...content.flat().filter(Boolean));
    if (urgent && !this.dialog.open) this.dialog.showModal();
    if (!urgent && this.dialog.open) this.dialog.close();
    this.slotted.hidden = this.shown !== "start";
    this.toggleAttribute("started", this.shown !== "start");
    this.announce("");
    if (this.wholePage) {
      this.landingTitle ??= document.title;
      document.title = title ? [title, this.getAttribute("clinic")].filter(Boolean).join(" | ") : this.landingTitle;
    }
    if (focus === null) return;
    if (urgent) this.dialog.scrollTop = 0;
    else if (this.wholePage) window.scrollTo({ top: 0, behavior: "instant" });
    else if (this.getBoundingClientRect().top < 0) this.scrollIntoView({ block: "start" });
    (focus ?? place.querySelector(".title"))?.focus({ preventScroll: !urgent || !focus });
  }

  /** Remembers the view, so that the browser's Back button returns to the one before. */
  enter(name) {
    this.shown = name;
    this.save();
    if (!this.wholePage) return;
    const { view, step } = history.state ?? {};
    history.pushState({ view: name, step: this.step, from: { view, step } }, "");
  }

  backTo(name, step) {
    const from = this.wholePage && history.state?.from;
    if (from && from.view === name && from.step === step) return history.back();
    this.step = step;
    this.enter(name);
    return this.render(name);
  }

  pop(state) {
    if (!state?.view) return; // a link within the page
    this.step = Math.min(state.step, this.answers.questionnaire ? this.answers.pages.length - 1 : 0);
    this.render(state.view);
  }

  render(name, focused = true) {
    const loaded = this.answers.questionnaire;
    this.shown = name;
    if (this.receipt) return this.showReceipt();
    if (name === "page" && loaded) this.showPage([], focused);
    else if (name === "minor" && loaded) this.showMinor([]);
    else if (name === "emergency" && this.emergency) {
      this.showEmergency();
      if (this.questionsReady) this.translateEmergency();
    } else this.showStart(true);
    return this.save();
  }

  // ---- the start ----

  showStart(focused = false) {
    this.shown = "start";
    const start = button(Object.keys(this.answers.given).length ? this.t("Continue") : this.t("Start"), () => this.start());
    start.id = "start";
    this.show("", [
      !this.wholePage && this.languageSwitch(),
      !this.wholePage && this.heading(this.t("Answer a few questions")),
      !this.wholePage && el("section", { class: "advice" }, this.subheading(this.t("In an emergency, call 911"), { class: "boxed" }), el("p", {}, this.advice)),
      this.unsentLine(),
      el("p", { class: "actions" }, start),
      el("p", { class: "status", id: "start-status", role: "status" }),
      !this.querySelector("a[href^='tel:']") && this.phoneLine(),
    ], { focus: focused ? start : null });
    if (focused) start.scrollIntoView({ block: "center" });
  }

  async start() {
    if (!(await this.begin())) return;
    this.enter("page");
    this.showPage();
  }

  /** Loads the questions, and begins with what sending needs. False if that is already under way, or fails. */
  async begin() {
    if (this.inFlight) return false;
    const say = (text) => { if (this.byId("start-status")) this.byId("start-status").textContent = text; }; // not in an emergency
    if (!this.answers.questionnaire) {
      this.inFlight = true;
      say(this.t("Loading the questions…"));
      const loaded = await this.load();
      this.inFlight = false;
      say(loaded ? "" : this.t("We could not load the questions. Please try again, or call us."));
      if (!loaded) {
        this.emit("failed", { reason: "questions" });
        return false;
      }
    }
    this.step = Math.min(this.step, this.answers.pages.length - 1);
    this.proofReady ??= this.solveProof();
    return true;
  }

  // ---- fields ----

  input(id, error, more) {
    return { id, "aria-describedby": error && `${id}-error`, "aria-invalid": error && "true", ...more };
  }

  errorLine(id, error) { return error && el("p", { class: "error", id: `${id}-error` }, error); }
  optional() { return el("span", { class: "hint" }, ` ${this.t("(optional)")}`); }

  textField(field, value, put) {
    const long = field.type === "text" && (field.max_length ?? 0) > 200;
    const number = field.type === "integer";
    const input = el(long ? "textarea" : "input", this.input(field.id, field.error, {
      name: field.code, value: String(value), autocomplete: field.autocomplete ?? "off",
      type: long ? undefined : number ? "text" : field.type,
      inputmode: number ? "numeric" : undefined,
      class: number || field.code === "postal" ? "short" : undefined,
      maxlength: number ? 3 : field.max_length,
      oninput: (event) => put(event.target.value),
    }));
    return el("div", { class: `question${field.error ? " wrong" : ""}` },
      el("label", { for: field.id }, field.text, field.optional && this.optional()), this.errorLine(field.id, field.error), input);
  }

  /** Radio buttons or checkboxes in a fieldset. An exclusive option ("None of these") clears the others, and vice versa. */
  choiceGroup(field, chosen, put) {
    const many = field.type === "choice-many";
    const boxes = field.options.map((option, index) => el("input", {
      type: many ? "checkbox" : "radio", id: index ? `${field.id}-${option.code}` : field.id, name: field.code, value: option.code,
      checked: chosen.includes(option.code),
      "aria-describedby": field.error && !index ? `${field.id}-error` : undefined,
      onchange: (event) => {
        const cleared = many && event.target.checked ? this.clearOthers(field.options, boxes, option) : [];
        if (cleared.length) this.announce(this.t("No longer checked: {options}", { options: cleared.join("; ") }));
        put(boxes.filter((box) => box.checked).map((box) => box.value));
      },
    }));
    return el("fieldset", { class: `question${field.error ? " wrong" : ""}`, "aria-describedby": field.error && `${field.id}-error` },
      el("legend", {}, field.text, field.optional && this.optional(), field.hint && el("span", { class: "hint condition" }, field.hint)),
      this.errorLine(field.id, field.error),
      el("div", { class: field.scale ? "scale" : "options" }, ...field.options.map((option, index) =>
        el("label", { class: `option${option.exclusive ? " alone" : ""}` }, boxes[index], el("span", {}, option.label)))));
  }

  clearOthers(options, boxes, ticked) {
    const cleared = options.filter((option, index) => option !== ticked && boxes[index].checked && (ticked.exclusive || option.exclusive));
    for (const option of cleared) boxes[options.indexOf(option)].checked = false;
    return cleared.map((option) => option.label);
  }

  questionField(question, errors) {
    const { answers } = this;
    const id = `question-${question.code}`;
    const field = { ...question, id, error: errorFor(errors, id), optional: !question.required };
    const put = (value) => { answers.given[question.code] = value; this.save(); this.showFollowUps(); };
    const raw = answers.given[question.code];
    let node;
    if (question.type === "choice-many") node = this.choiceGroup(field, raw ?? [], put);
    else if (question.type === "choice-one") node = this.choiceGroup(field, raw ? [raw] : [], ([code]) => put(code));
    else if (isScale(question)) {
      field.scale = question.minimum === 0 && question.maximum === 10;
      field.options = Array.from({ length: question.maximum - question.minimum + 1 }, (_, index) => String(question.minimum + index)).map((code) => ({ code, label: code }));
      node = this.choiceGroup(field, raw === undefined ? [] : [String(raw)], ([code]) => put(code));
    } else node = this.textField(field, raw ?? "", put);
    node.id = `block-${question.code}`;
    node.hidden = !answers.isShown(question);
    if (answers.pages[this.step].questions.some((other) => other.code === question.shown_when?.question)) node.classList.add("follow-up");
    return node;
  }

  showFollowUps() {
    for (const question of this.answers.pages[this.step].questions) {
      const block = this.byId(`block-${question.code}`);
      if (!block || block.hidden === !this.answers.isShown(question)) continue;
      block.hidden = !block.hidden;
      if (!block.hidden) this.announce(this.t("A question was added below: {question}", { question: question.text }));
    }
  }

  contactFields(codes, errors) {
    const { contact } = this.answers;
    return this.answers.questionnaire.contact.fields.filter((field) => codes.includes(field.code)).map((field) => {
      const id = contactId(field.code);
      const error = errorFor(errors, id);
      const put = (value) => { contact[field.code] = value; this.save(); };
      if (field.type === "choice-one") {
        const hint = field.code === "preference" && this.answers.consentCodes.includes("sms") && this.t("We can text you only if you also check the box about text messages below.");
        return this.choiceGroup({ ...field, id, error, hint, optional: true }, contact[field.code] ? [contact[field.code]] : [], ([code]) => put(code));
      }
      const needed = field.code === "phone" || (codes !== CONTACT_IN_EMERGENCY && (field.required || field.code === "email"));
      return this.textField({ ...field, id, error, optional: !needed }, contact[field.code] ?? "", put);
    });
  }

  consentBoxes(codes, errors) {
    const { consents, questionnaire } = this.answers;
    const boxes = questionnaire.contact.consents.filter((consent) => codes.includes(consent.code)).map((consent) => {
      const id = `consent-${consent.code}`;
      const error = errorFor(errors, id);
      const box = el("input", this.input(id, error, {
        type: "checkbox", checked: Boolean(consents[consent.code]),
        onchange: (event) => { consents[consent.code] = event.target.checked; this.save(); },
      }));
      return el("div", { class: `question-part${error ? " wrong" : ""}` }, this.errorLine(id, error),
        el("label", { class: "option" }, box, el("span", {}, consent.text, !consent.required && this.optional())),
        consent.required && el("p", { class: "hint" }, this.t("Once you check this box and enter a phone number or an email address, we may contact you about the answers you have given so far, even if you leave this page before you press Send.")));
    });
    // A trap for spam bots: no person sees or reaches this field.
    return [...boxes, el("div", { class: "off-screen", "aria-hidden": "true" }, el("input", { id: "website", name: "website", type: "text", tabindex: "-1", autocomplete: "off" }))];
  }

  storageNote() {
    return el("p", { class: "notice" }, this.t("This clinic stores what you send: your answers, your contact details, and which web page or ad brought you here. Its office staff and clinicians can read them."));
  }

  // ---- notes and errors ----

  notes(covered = false) {
    const { questionnaire } = this.answers;
    if (!this.questionsReady || (this.wholePage && !covered)) return []; // the page says it
    return [
      questionnaire.awaiting_approval && this.t("These questions and their advice are still awaiting a physician's approval."),
      questionnaire.awaiting_translation_review && this.t("This translation is still awaiting review by a qualified translator and a physician."),
    ].filter(Boolean).map((text) => el("p", { class: "notice waiting" }, text));
  }

  keptNote() {
    return (this.restored || this.unsent) && Object.keys(this.answers.given).length > 0 && el("div", { class: `notice${this.unsent ? " waiting" : ""}`, id: "kept" },
      this.unsentLine(),
      el("p", {}, this.t("Your answers are still here."), " ", this.t("They are saved only in this browser tab."), this.unsent && ` ${this.t("To send them, go to the last page and press Send.")}`),
      button(this.t("Start over"), () => confirm(this.t("Delete your answers and start over?")) && this.startOver(), "second"));
  }

  unsentLine() { return this.unsent && el("p", {}, el("strong", {}, this.t("Your answers have not been sent yet"))); }

  notCheckedBox() {
    return this.checkFailed && el("section", { class: "advice strong", id: "advice" },
      this.subheading(this.t("In an emergency, call 911"), { class: "boxed" }),
      el("p", {}, this.t("We could not check your answers. You can continue with the form. Do not wait for us if any of this is true for you:")),
      el("p", {}, this.advice),
      el("p", { class: "actions" }, el("a", { class: "button danger", href: "tel:911" }, this.t("Call 911"))));
  }

  errorSummary(errors) {
    if (!errors.length) return null;
    const links = errors.map((error) => {
      const text = [error.label, error.text].filter(Boolean).join(" ");
      return el("li", {}, error.target ? el("a", { href: `#${error.target}`, onclick: (event) => { event.preventDefault(); this.goToField(error.target); } }, text) : text);
    });
    return el("section", { class: "summary", id: "summary", tabindex: "-1", "aria-labelledby": "summary-title" },
      this.subheading(errors.length === 1 ? this.t("There is a problem with one answer") : this.t("There are problems with {count} answers", { count: errors.length }), { class: "boxed", id: "summary-title" }),
      el("ul", {}, ...links));
  }

  goToField(id) {
    this.byId(id)?.closest(".question, .question-part").scrollIntoView();
    this.byId(id)?.focus({ preventScroll: true });
  }

  // ---- the pages of the questionnaire ----

  showPage(errors = [], focused = true) {
    const { answers, step } = this;
    const page = answers.pages[step];
    const last = step === answers.pages.length - 1;
    const progress = this.t("Step {number} of {count}", { number: step + 1, count: answers.pages.length });
    const summary = this.errorSummary(errors);
    const title = this.heading(page.title);
    const kept = this.keptNote();
    const described = [this.checkFailed && "advice", kept && "kept"].filter(Boolean).join(" ");
    if (described) title.setAttribute("aria-describedby", described);
    const onsubmit = (event) => {
      event.preventDefault();
      if (last) this.submit(answers.contactCodes, answers.consentCodes, answers.errors(page), (found) => this.showPage(found));
      else this.nextPage();
    };
    const form = el("form", { novalidate: true, onsubmit },
      ...page.questions.map((question) => this.questionField(question, errors)),
      last && !answers.isMinor && this.contactSection(errors),
      last && answers.isMinor && el("p", { class: "notice" }, this.t("This form is for adults. Nothing you entered will be saved. We will show you safety advice.")),
      el("div", { class: "send-problem" }),
      el("div", { class: "actions" },
        el("button", { type: "submit", class: "button", id: "forward" }, !last ? this.t("Next") : answers.isMinor ? this.t("Show the safety advice") : this.t("Send")),
        button(step ? this.t("Back") : this.t("Back to the start page"), () => (step ? this.backTo("page", step - 1) : this.backTo("start", 0)), "second")),
      el("p", { class: "status", role: "status", id: "status" }));
    const name = `${progress}: ${page.title}`;
    this.show(errors.length ? this.t("Error: {title}", { title: name }) : name,
      [!this.wholePage && this.languageSwitch(), this.notCheckedBox(), summary, kept, el("p", { class: "progress" }, progress), title, ...this.notes(), form, el("p", { class: "hint foot" }, this.advice)],
      { focus: focused ? summary ?? undefined : null });
    if (!errors.length) this.emit("step", { page: page.id, number: step + 1, count: answers.pages.length });
  }

  contactSection(errors) {
    const { answers } = this;
    return el("section", { class: "contact", "aria-labelledby": "contact-title" },
      this.subheading(answers.questionnaire.contact.title, { class: "subtitle", id: "contact-title" }),
      el("p", {}, this.t("Leave a phone number, an email address, or both.")),
      ...this.contactFields(answers.contactCodes, errors),
      el("fieldset", { class: "question" }, el("legend", {}, this.t("Your permission")), ...this.consentBoxes(answers.consentCodes, errors)),
      this.storageNote());
  }

  async nextPage() {
    if (this.inFlight) return;
    const { answers, step } = this;
    const page = answers.pages[step];
    const errors = answers.errors(page);
    if (errors.length) {
      // The answers so far are checked all the same: someone with chest pain must not have to fill in the rest first.
      this.check(page, this.unfinishedQuestions(page));
      return this.showPage(errors);
    }
    this.busy(this.t("Checking your answers…"));
    const answer = await Promise.race([this.check(page, []), wait(CHECK_TIMEOUT)]);
    this.idle();
    if (answer === undefined) this.checkFailed = true; // too slow; a late result can still interrupt
    if (step !== this.step || this.shown !== "page") return;
    if (!answers.isMinor) this.minorNoticeShown = false;
    if ((answer?.minor || answers.isMinor) && !this.minorNoticeShown) {
      this.enter("minor");
      return this.showMinor(answer?.messages ?? []);
    }
    this.goOn();
  }

  goOn() {
    this.step += 1;
    this.restored = false;
    this.enter("page");
    this.showPage();
  }

  busy(text) {
    this.inFlight = true;
    for (const id of ["forward", "again"]) if (this.byId(id)) this.byId(id).disabled = true;
    this.byId("status").textContent = text;
  }

  idle() {
    this.inFlight = false;
    for (const id of ["forward", "again"]) if (this.byId(id)) this.byId(id).disabled = false;
    if (this.byId("status")) this.byId("status").textContent = "";
  }

  // ---- the check for emergencies ----

  /** Codes of questions whose follow-up is still unanswered: without it the rules would assume the worst too early. */
  unfinishedQuestions(page) {
    return page.questions.filter((question) => question.shown_when && this.answers.error(question)).map((question) => question.shown_when.question);
  }

  /** Has the server check the answers, except those to `without`. Shows an emergency as soon as it is known, even late. */
  async check(page, without) {
    const { answers, language } = this;
    const sent = answers.collect((question) => question.type !== "text" && !without.includes(question.code) && !answers.error(question));
    let outcome = null;
    try {
      outcome = await this.call("screenings", REQUEST_TIMEOUT, { questionnaire: answers.questionnaireRef, answers: sent, page: page.id });
    } catch { /* no connection: the advice box says what to do */ }
    const answer = outcome?.status === 200 ? outcome.body : null;
    const failedBefore = this.checkFailed;
    this.checkFailed = !answer;
    if (answer?.disposition === "seek-emergency-care" && !this.receipt && this.unchanged(sent)) {
      this.interrupt(answer.messages, language);
    } else if (!this.inFlight && this.shown === "page" && failedBefore !== this.checkFailed) {
      this.byId("advice")?.remove();
      const box = this.notCheckedBox();
      if (box) {
        this.view.querySelector(".progress").before(box);
        this.announce(box.innerText);
      }
    }
    return answer;
  }

  unchanged(sent) {
    const now = this.answers.collect();
    return Object.entries(sent).every(([code, value]) => JSON.stringify(now[code]) === JSON.stringify(value));
  }

  interrupt(messages, language) {
    this.emergency = { messages, language };
    if (this.shown !== "emergency") this.enter("emergency");
    else this.save();
    this.showEmergency();
  }

  /** Whether an emergency is on the screen in the visitor's language. */
  get emergencyShown() { return this.shown === "emergency" && this.emergency.language === this.language; }

  async translateEmergency() {
    if (!this.emergencyShown) await this.check(this.answers.pages[this.step], []);
    if (this.shown === "emergency" && !this.emergencyShown) await this.checkTexts();
  }

  // ---- under 18 ----

  showMinor(messages) {
    this.minorNoticeShown = true;
    const title = this.t("This form is for adults");
    this.show(title, [
      this.heading(title),
      this.messageList(messages),
      el("p", {}, this.t("You can continue to get safety advice, or stop here. Nothing you enter is saved, and we will not call you.")),
      el("div", { class: "actions" }, button(this.t("Continue to safety advice"), () => this.goOn()), button(this.t("Go back and change my answers"), () => this.backTo("page", this.step), "second")),
      !messages.length && el("p", { class: "hint foot" }, this.advice),
    ]);
  }

  // ---- emergency ----

  /** Paragraphs in the given order; the class says how serious each one is (M-E, M-U, M-NET, ...). If they are not in the
   * visitor's language, the built-in advice in that language comes first. */
  messageList(messages, language = this.language) {
    return el("div", { class: "messages", id: "messages" }, language !== this.language && el("p", { class: "M-NET" }, this.advice), ...messages.map(({ id, text }) =>
      el("p", { class: id.startsWith("M-E-") ? "M-E" : id.startsWith("M-U-") ? "M-U" : id, lang: language }, text)));
  }

  callButtons(messages) {
    const crisis = messages.some((message) => message.id === "M-E-CRISIS");
    const call = (href, text) => el("a", { class: "button danger", href }, text);
    return el("div", { class: "call-buttons" },
      crisis && call("tel:988", this.t("Call 988")), crisis && call("sms:988", this.t("Text 988")), call("tel:911", this.t("Call 911")));
  }

  /** Leaves out the part for a phone number until the questions have loaded. */
  showEmergency(errors = []) {
    const { answers } = this;
    const { messages, language } = this.emergency;
    const summary = this.errorSummary(errors);
    const text = this.t("Get emergency help now");
    const title = this.heading(text, "urgent-title");
    title.setAttribute("aria-describedby", "messages");
    const mistake = button(this.t("I pressed this by mistake. Go back and change my answers."), () => this.backTo("page", this.step), "plain");
    mistake.id = "mistake";
    const onsubmit = (event) => {
      event.preventDefault();
      this.submit(CONTACT_IN_EMERGENCY, answers.requiredConsents, [], (found) => this.showEmergency(found));
    };
    this.show(errors.length ? this.t("Error: {title}", { title: text }) : text, [
      this.languageSwitch(), title, this.callButtons(messages), this.messageList(messages, language), this.notes(true),
      this.questionsReady && !answers.isMinor && el("form", { class: "leave-number", novalidate: true, "aria-labelledby": "leave-title", onsubmit },
        this.subheading(answers.questionnaire.contact.emergency_title, { class: "subtitle", id: "leave-title" }),
        this.unsentLine(),
        summary,
        ...this.contactFields(CONTACT_IN_EMERGENCY, errors),
        ...this.consentBoxes(answers.requiredConsents, errors),
        this.storageNote(),
        el("div", { class: "send-problem" }),
        el("div", { class: "actions" }, el("button", { type: "submit", class: "button", id: "forward" }, this.t("Send"))),
        el("p", { class: "status", role: "status", id: "status" })),
      mistake,
    ], { urgent: true, focus: summary ?? undefined });
  }

  // ---- sending ----

  /** Sends the form, or shows what is wrong with it. `fields`, `boxes`: codes of the contact fields and consents shown;
   * `show(errors)` shows errors. */
  submit(fields, boxes, errors, show) {
    const { answers } = this;
    if (this.inFlight) return;
    if (!answers.isMinor) errors.push(...answers.contactErrors(fields));
    if (errors.length) {
      show(errors);
      this.checkTexts();
    } else this.send(this.withPage(answers.submission(fields, boxes)), show);
  }

  /** Words in free text can be an emergency too. Sent without contact, the form is answered with advice and not stored. */
  async checkTexts() {
    const { answers, language } = this;
    const given = answers.collect((question) => !answers.error(question));
    if (answers.isMinor || this.emergencyShown || !answers.questions.some((question) => question.type === "text" && given[question.code])) return;
    const content = { submission_id: newId(), questionnaire: answers.questionnaireRef, language: answers.questionnaire.language, answers: given };
    const outcome = await this.call("submissions", REQUEST_TIMEOUT, content).catch(() => null);
    if (outcome?.body?.disposition !== "seek-emergency-care" || this.receipt || this.emergencyShown || !this.unchanged(given)) return;
    this.interrupt(outcome.body.messages, language);
  }

  /** Removes errors from the screen: what is being sent has none. */
  clearErrors() {
    this.shadowRoot.querySelectorAll(".summary, .error").forEach((node) => node.remove());
    this.shadowRoot.querySelectorAll(".wrong").forEach((node) => node.classList.remove("wrong"));
    for (const name of ["aria-invalid", "aria-describedby"]) this.shadowRoot.querySelectorAll(`form [${name}]`).forEach((node) => node.removeAttribute(name));
  }

  /** Sends until the server answers. Content and id are the same on every try, so the form is stored once. */
  async send(content, showAgain, tries = 0) {
    if (this.inFlight) return;
    clearTimeout(this.retryTimer);
    this.resend = null;
    this.clearErrors();
    this.busy(this.t("Sending your answers…"));
    this.pending = content;
    this.unsent = true;
    this.save();
    await Promise.race([this.proofReady, wait(PROOF_TIMEOUT)]);
    let outcome;
    try {
      outcome = await this.call("submissions", REQUEST_TIMEOUT, { ...content, ...this.guardFields() });
    } catch {
      outcome = { status: 0, retryAfter: 0 };
    }
    this.idle();
    const { status, body } = outcome;
    this.phoneFromServer = body?.clinic_phone ?? this.phoneFromServer;
    if (status === 200 || status === 201 || status === 202) { // 202: queued, and stored later
      const { reference, disposition, messages, received_at } = body;
      this.receipt = { reference, disposition, messages, received_at, language: content.language, at: Date.now() };
      removeItems(ORIGIN);
      this.keepReceipt();
      this.showReceipt();
      return this.emit("submitted", { reference: body.reference });
    }
    this.emit("failed", { reason: "sending", status });
    const again = button(this.t("Try again"), () => this.send(content, showAgain, tries));
    again.id = "again";
    if (status === 422) {
      this.pending = null;
      this.unsent = false;
      return this.showServerErrors(body?.errors ?? [], content, showAgain);
    }
    if (status === 409) {
      return this.sendProblem(this.t("We already have a different set of answers from you"), [
        this.t("This form was received before, and your answers have changed since then. The clinic has the answers that you sent first."),
        this.t("To give us the changed answers, send them as a new form, or call us."),
      ], button(this.t("Send as a new form"), () => {
        Object.assign(this, { submissionId: newId(), guard: {} });
        this.proofReady = this.solveProof();
        this.save();
        this.send({ ...content, submission_id: this.submissionId }, showAgain);
      }));
    }
    if (status !== 0 && status !== 408 && status !== 429 && status < 500) {
      return this.sendProblem(this.t("Your answers could not be sent"), [this.t("They are still here on this page. Please call us.")], again);
    }
    const pause = Math.round(Math.max(RETRY_AFTER[tries] ?? RETRY_LATER, Math.min(outcome.retryAfter, 60)) * (1 + Math.random() / 4));
    this.sendProblem(this.t("Your answers have not been sent yet"), [
      this.t("They are still here on this page. Please keep it open."),
      ...(status === 0 && tries >= RETRY_AFTER.length ? [this.t("Check your connection, then press Try again.")] : []),
      this.t("We will try again in {seconds} seconds. You can also press Try again.", { seconds: pause }),
    ], again, tries > 0);
    this.resend = () => this.send(content, showAgain, tries + 1);
    this.retryTimer = setTimeout(this.resend, pause * 1000);
  }

  /** Shows next to the button that sending failed, with the phone number and the advice. Changing an answer stops the
   * retries. `quiet`: without moving the focus. */
  sendProblem(title, lines, action, quiet = false) {
    const place = this.shadowRoot.querySelector(".send-problem");
    if (!place) return;
    const box = el("section", { class: "problem", tabindex: "-1", "aria-labelledby": "problem-title" },
      this.subheading(title, { class: "boxed", id: "problem-title" }),
      ...lines.map((line) => el("p", {}, line)),
      this.phoneLine(),
      el("p", {}, this.advice),
      el("div", { class: "actions" }, action));
    const hadFocus = place.contains(this.shadowRoot.activeElement) || !this.shadowRoot.activeElement;
    place.replaceChildren(box);
    this.byId("forward").hidden = true;
    place.closest("form").addEventListener("input", () => {
      clearTimeout(this.retryTimer);
      this.resend = this.pending = null;
      place.replaceChildren();
      this.byId("forward").hidden = false;
    }, { once: true });
    if (!quiet || hadFocus) box.focus();
    if (quiet) this.byId("status").textContent = lines.at(-1);
  }

  /** Shows the server's errors at their fields, on the page of the first one. */
  showServerErrors(problems, content, showAgain) {
    const { answers } = this;
    const extras = ["attribution", "page", "token", "proof", "website"];
    const part = (problem) => (problem.pointer ?? "").split("/")[1];
    if (problems.length && problems.every((problem) => extras.includes(part(problem)))) { // not the visitor's input: send without it rather than lose the answers
      this.guard = {};
      const { attribution: _, page: __, ...rest } = content;
      return this.send(rest, showAgain);
    }
    const last = answers.pages.length - 1;
    const errors = problems.map((problem) => {
      const name = (problem.pointer ?? "").split("/")[2]?.replaceAll("~1", "/").replaceAll("~0", "~");
      const text = problem.detail || this.t("Please check this answer.");
      const question = part(problem) === "answers" && answers.find(name);
      if (question) return { page: answers.pages.findIndex((page) => page.questions.includes(question)), target: `question-${name}`, label: answers.shortText(question), text };
      if (part(problem) === "contact") {
        const field = answers.questionnaire.contact.fields.find((one) => one.code === name) ?? { code: "phone" };
        return { page: last, target: contactId(field.code), label: field.text && `${field.text}:`, text: name === "phone" ? answers.phoneError(text) : text };
      }
      if (part(problem) === "consents") return { page: last, target: `consent-${answers.consentCodes.includes(name) ? name : answers.requiredConsents[0]}`, text };
      return { page: last, text };
    });
    if (!errors.length) errors.push({ page: this.step, text: this.t("The server did not accept an answer. Please call us.") });
    if (this.shown === "emergency") return showAgain(errors.map((error) => (this.byId(error.target) ? error : { text: error.text })));
    const first = Math.min(...errors.map((error) => error.page));
    if (first !== this.step) {
      this.step = first;
      this.enter("page");
    }
    this.showPage(errors.filter((error) => error.page === first));
  }

  // ---- receipt ----

  showReceipt(focused = true) {
    const { receipt } = this;
    const urgent = receipt.disposition === "seek-emergency-care";
    const covering = urgent && !receipt.closed;
    const stored = Boolean(receipt.reference);
    const title = urgent ? this.t("Get emergency help now") : stored ? this.t("We received your answers") : this.t("Safety advice");
    const time = receipt.received_at && new Date(receipt.received_at).toLocaleString(`${this.language}-US`, { dateStyle: "long", timeStyle: "short" });
    const reference = stored && el("div", {},
      el("p", { class: "reference" }, this.t("Your reference:"), " ", el("strong", { id: "reference" }, receipt.reference)),
      this.phone && el("p", {}, this.t("Have it ready when you call us:"), " ", this.phoneLink()),
      time && el("p", {}, this.t("Received {time}.", { time })));
    const advice = this.messageList(receipt.messages, receipt.language);
    this.answers.clear(); // others may use this phone or computer after this person
    this.shown = "receipt";
    const close = () => {
      receipt.closed = true;
      this.keepReceipt();
      this.showReceipt();
    };
    const actions = el("div", { class: "actions" }, button(this.t("Print this page"), () => window.print(), "second"),
      covering && !this.wholePage && button(this.t("Close this message"), close, "second"),
      button(this.t("Start a new form"), () => this.startOver(), "plain"));
    this.show(title, [(covering || !this.wholePage) && this.languageSwitch(), this.heading(title, "urgent-title"),
      ...(urgent ? [this.callButtons(receipt.messages), advice, reference] : [reference, advice]), this.notes(covering), actions], { urgent: covering, focus: focused || covering ? undefined : null });
  }
}

const errorFor = (errors, target) => errors.find((error) => error.target === target)?.text;

if (!customElements.get("lead-form")) customElements.define("lead-form", LeadForm);
