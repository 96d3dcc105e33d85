// Draws the questionnaire page by page, has each page checked for emergencies, and sends the answers.
// Answers live in memory only: no cookies, no storage, nothing in the address.

const CHECK_PATIENCE = 4000; // ms that a patient waits for the check of a page; then the form goes on
const SEND_PATIENCE = 20000;
const RETRY_AFTER = [2, 5, 15, 30]; // seconds before each retry that nobody has to press a button for
const CONTACT_IN_EMERGENCY = ["name", "phone"];

const byId = (id) => document.getElementById(id);
const landing = byId("landing");
const view = byId("view");
const clinicName = byId("clinic-name").textContent;
const landingTitle = document.title;

let questionnaire = null;
let submissionId = null;
let step = 0;
let answers = {}; // question code -> what was typed, ticked ([codes]) or chosen
let contact = {};
let consents = {};
let minorTold = false;
let emergency = null; // messages of the last emergency found
let receipt = null;
let shown = "landing"; // landing, page, minor, emergency or receipt
let checkFailed = false;
let inFlight = false;
let retryTimer = 0;

const attribution = readAttribution();

// ---- small building blocks -------------------------------------------------------------------

/** Make an element; text is always set as text, never parsed as HTML. */
function el(tag, attributes = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === undefined || value === false || value === null) continue;
    if (name.startsWith("on")) node.addEventListener(name.slice(2), value);
    else if (name === "checked" || name === "value" || name === "hidden" || name === "disabled") node[name] = value;
    else node.setAttribute(name, value === true ? "" : value);
  }
  node.append(...children.filter((child) => child !== null && child !== undefined && child !== false));
  return node;
}

const button = (text, onclick, look = "") => el("button", { type: "button", class: `button ${look}`.trim(), onclick }, text);

function clinicPhoneLink() {
  return el("a", { href: byId("clinic-phone").href }, byId("clinic-phone").textContent);
}

function announce(text) {
  byId("announcer").textContent = text;
}

const wait = (ms) => new Promise((done) => setTimeout(done, ms));

function newId() {
  if (crypto.randomUUID) return crypto.randomUUID();
  const bytes = crypto.getRandomValues(new Uint8Array(16)); // browsers before 2022 have only this
  bytes[6] = (bytes[6] & 0x0f) | 0x40;
  bytes[8] = (bytes[8] & 0x3f) | 0x80;
  const hex = Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
  return hex.replace(/(.{8})(.{4})(.{4})(.{4})(.{12})/, "$1-$2-$3-$4-$5");
}

function readAttribution() {
  const found = {};
  const parameters = new URLSearchParams(location.search);
  for (const name of ["utm_source", "utm_medium", "utm_campaign", "utm_term", "utm_content"]) {
    const value = (parameters.get(name) ?? "").replace(/[^\x20-\x7e]/g, "").trim().slice(0, 100);
    if (value) found[name] = value;
  }
  try {
    const host = new URL(document.referrer).hostname;
    if (host && host !== location.hostname) found.referrer_host = host.slice(0, 200);
  } catch { /* no referrer, or not an address */ }
  found.landing_path = location.pathname.slice(0, 200);
  return found;
}

/** Send JSON and give back {status, body, retryAfter}. Throws when no usable answer came in time. */
async function post(path, content, patience) {
  const stop = new AbortController();
  const timer = setTimeout(() => stop.abort(), patience);
  try {
    const response = await fetch(path, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: typeof content === "string" ? content : JSON.stringify(content),
      credentials: "omit",
      cache: "no-store",
      signal: stop.signal,
    });
    const body = await response.json().catch(() => null);
    if (response.ok && !Array.isArray(body?.messages)) throw new Error("not an answer of this service");
    return { status: response.status, body, retryAfter: Number(response.headers.get("retry-after")) || 0 };
  } finally {
    clearTimeout(timer);
  }
}

// ---- what was answered -----------------------------------------------------------------------

const allQuestions = () => questionnaire.pages.flatMap((page) => page.questions);
const findQuestion = (code) => allQuestions().find((question) => question.code === code);

/** The answer as the server wants it, or undefined when there is none. */
function valueOf(question) {
  const raw = answers[question.code];
  if (raw === undefined || raw === null) return undefined;
  if (question.type === "choice-many") return raw.length ? raw : undefined;
  const text = String(raw).trim();
  if (question.type === "integer") return /^[0-9]{1,9}$/.test(text) ? Number(text) : undefined;
  return text || undefined;
}

function holds(condition) {
  if (condition.any) return condition.any.some(holds);
  if (condition.all) return condition.all.every(holds);
  const parent = findQuestion(condition.question);
  const value = parent && isShown(parent) ? valueOf(parent) : undefined;
  if (value === undefined) return false;
  if (condition.any_of) return [value].flat().some((code) => condition.any_of.includes(code));
  return value >= (condition.at_least ?? -Infinity) && value <= (condition.at_most ?? Infinity);
}

const isShown = (question) => !question.shown_when || holds(question.shown_when);
const isMinor = () => Boolean(questionnaire.contact.hidden_when && holds(questionnaire.contact.hidden_when));

/** Answers of every question that shows; one that a changed answer has hidden again is left out. */
function givenAnswers(wanted = () => true) {
  const given = {};
  for (const question of allQuestions()) {
    const value = isShown(question) ? valueOf(question) : undefined;
    if (value !== undefined && wanted(question)) given[question.code] = value;
  }
  return given;
}

function questionError(question) {
  if (!isShown(question)) return null;
  const value = valueOf(question);
  if (question.type === "integer") {
    const outside = value !== undefined && (value < question.minimum || value > question.maximum);
    const unreadable = value === undefined && String(answers[question.code] ?? "").trim() !== "";
    if (outside || unreadable) return `Enter a whole number from ${question.minimum} to ${question.maximum}.`;
    if (value === undefined && question.required) return isScale(question) ? "Choose a number." : "Enter a number.";
  }
  if (question.type === "text" && value && question.max_length && value.length > question.max_length) {
    return `Please use at most ${question.max_length} characters. You have used ${value.length}.`;
  }
  if (value !== undefined || !question.required) return null;
  return question.type === "choice-many" ? "Check at least one box." : "Choose one answer.";
}

// ---- contact and consents --------------------------------------------------------------------

function contactErrors(codes) {
  const errors = [];
  const add = (code, text) => errors.push({ target: `contact-${code}`, text });
  const inEmergency = codes === CONTACT_IN_EMERGENCY;
  const typed = (code) => (codes.includes(code) ? (contact[code] ?? "").trim() : "");
  for (const field of questionnaire.contact.fields) {
    if (!codes.includes(field.code)) continue;
    const eitherOr = field.code === "phone" || field.code === "email";
    if (field.required && !eitherOr && !inEmergency && !typed(field.code)) add(field.code, "Please fill this in.");
  }
  const phone = typed("phone");
  const digits = phone.replace(/[^0-9]/g, "");
  const plausible = phone.startsWith("+") ? digits.length >= 8 && digits.length <= 15 : /^1?[0-9]{10}$/.test(digits);
  const email = typed("email");
  if (!phone && inEmergency) add("phone", "Enter a phone number.");
  else if (!phone && !email) add("phone", "Enter a phone number or an email address.");
  else if (!phone && (contact.preference === "call" || contact.preference === "text")) add("phone", "Enter a phone number, or choose email below.");
  if (phone && !plausible) add("phone", "Enter a phone number with area code, for example 555-010-0199.");
  if (email && !/^[^\s@]+@[^\s@]+\.[^\s@]+$/.test(email)) add("email", "Enter an email address like name@example.org.");
  if (!email && contact.preference === "email" && phone && !inEmergency) add("email", "Enter an email address, or choose call or text below.");
  for (const consent of questionnaire.contact.consents) {
    if (consent.required && !consents[consent.code]) errors.push({ target: `consent-${consent.code}`, text: "Check this box so that we may contact you." });
  }
  return errors;
}

function contactFields(codes, errors) {
  return questionnaire.contact.fields.filter((field) => codes.includes(field.code)).map((field) => {
    const id = `contact-${field.code}`;
    const keep = (value) => { contact[field.code] = value; };
    if (field.type === "choice-one") {
      return choiceGroup({ ...field, id, error: errorFor(errors, id) }, contact[field.code] ? [contact[field.code]] : [], ([code]) => keep(code));
    }
    const needed = field.code === "phone" || (codes !== CONTACT_IN_EMERGENCY && (field.required || field.code === "email"));
    return textField({ ...field, id, error: errorFor(errors, id), suffix: needed ? "" : " (optional)" }, contact[field.code] ?? "", keep);
  });
}

function consentBoxes(codes, errors) {
  return questionnaire.contact.consents.filter((consent) => codes.includes(consent.code)).map((consent) => {
    const id = `consent-${consent.code}`;
    const error = errorFor(errors, id);
    const box = el("input", {
      type: "checkbox", id, checked: Boolean(consents[consent.code]), "aria-describedby": error && `${id}-error`, "aria-invalid": error && "true",
      onchange: (event) => { consents[consent.code] = event.target.checked; },
    });
    return el("div", { class: `question-part${error ? " wrong" : ""}` },
      error && el("p", { class: "error", id: `${id}-error` }, error),
      el("label", { class: "option" }, box, el("span", {}, consent.text, consent.required ? "" : el("span", { class: "hint" }, " (optional)"))));
  });
}

function contactBody(codes) {
  const body = {};
  for (const code of codes) {
    const value = (contact[code] ?? "").trim();
    if (value) body[code] = value;
  }
  return body;
}

const contactCodes = () => questionnaire.contact.fields.map((field) => field.code);
const consentCodes = () => questionnaire.contact.consents.map((consent) => consent.code);
const requiredConsents = () => questionnaire.contact.consents.filter((consent) => consent.required).map((consent) => consent.code);

// ---- fields ----------------------------------------------------------------------------------

const errorFor = (errors, target) => errors.find((error) => error.target === target)?.text;
const isScale = (question) => question.type === "integer" && question.maximum - question.minimum <= 10;

function textField(field, value, keep) {
  const long = field.type === "text" && (field.max_length ?? 0) > 200;
  const number = field.type === "integer";
  const input = el(long ? "textarea" : "input", {
    id: field.id, name: field.code, value: String(value), autocomplete: field.autocomplete ?? "off",
    type: long ? undefined : number ? "text" : field.type,
    inputmode: number ? "numeric" : undefined,
    class: number || field.code === "postal" ? "short" : undefined,
    maxlength: number ? 3 : field.max_length,
    "aria-describedby": field.error && `${field.id}-error`, "aria-invalid": field.error && "true",
    oninput: (event) => keep(event.target.value),
  });
  return el("div", { class: `question${field.error ? " wrong" : ""}` },
    el("label", { for: field.id }, field.text, field.suffix && el("span", { class: "hint" }, field.suffix)),
    field.error && el("p", { class: "error", id: `${field.id}-error` }, field.error),
    input);
}

/** Radio buttons or checkboxes in a fieldset. An exclusive option ("None of these") clears the others, and the other way round. */
function choiceGroup(field, chosen, keep) {
  const many = field.type === "choice-many";
  const boxes = field.options.map((option, index) => el("input", {
    type: many ? "checkbox" : "radio", id: index ? `${field.id}-${option.code}` : field.id, name: field.code, value: option.code,
    checked: chosen.includes(option.code),
    "aria-describedby": field.error && !index ? `${field.id}-error` : undefined,
    onchange: (event) => {
      const cleared = many && event.target.checked ? clearOthers(field.options, boxes, option) : [];
      if (cleared.length) announce(`Not checked any more: ${cleared.join("; ")}`);
      keep(boxes.filter((box) => box.checked).map((box) => box.value));
    },
  }));
  return el("fieldset", { class: `question${field.error ? " wrong" : ""}`, "aria-describedby": field.error && `${field.id}-error` },
    el("legend", {}, field.text, !field.required && el("span", { class: "hint" }, " (optional)")),
    field.error && el("p", { class: "error", id: `${field.id}-error` }, field.error),
    el("div", { class: field.scale ? "scale" : "options" }, ...field.options.map((option, index) =>
      el("label", { class: `option${option.exclusive ? " alone" : ""}` }, boxes[index], el("span", {}, option.label)))));
}

function clearOthers(options, boxes, ticked) {
  const cleared = [];
  options.forEach((option, index) => {
    if (option === ticked || !boxes[index].checked) return;
    if (ticked.exclusive || option.exclusive) {
      boxes[index].checked = false;
      cleared.push(option.label);
    }
  });
  return cleared;
}

function questionField(question, errors) {
  const id = `question-${question.code}`;
  const field = { ...question, id, error: errorFor(errors, id), suffix: question.required ? "" : " (optional)" };
  const keep = (value) => { answers[question.code] = value; showFollowUps(); };
  const raw = answers[question.code];
  let node;
  if (question.type === "choice-many") node = choiceGroup(field, raw ?? [], keep);
  else if (question.type === "choice-one") node = choiceGroup(field, raw ? [raw] : [], ([code]) => keep(code));
  else if (isScale(question)) {
    field.scale = question.minimum === 0 && question.maximum === 10;
    field.options = [];
    for (let number = question.minimum; number <= question.maximum; number += 1) field.options.push({ code: String(number), label: String(number) });
    node = choiceGroup(field, raw === undefined ? [] : [String(raw)], ([code]) => keep(code));
  } else node = textField(field, raw ?? "", keep);
  node.id = `block-${question.code}`;
  node.hidden = !isShown(question);
  if (question.shown_when && questionnaire.pages[step].questions.some((other) => other.code === question.shown_when.question)) node.classList.add("follow-up");
  return node;
}

function showFollowUps() {
  for (const question of questionnaire.pages[step].questions) {
    const block = byId(`block-${question.code}`);
    if (!block || block.hidden === !isShown(question)) continue;
    block.hidden = !isShown(question);
    if (!block.hidden) announce(`A question was added below: ${question.text}`);
  }
}

// ---- showing a view --------------------------------------------------------------------------

/** Put content on the screen in place of what was there and move the focus to its heading (or to `focus`). */
function show(title, content, focus) {
  clearTimeout(retryTimer);
  landing.hidden = true;
  view.hidden = false;
  view.replaceChildren(...content);
  document.body.classList.remove("urgent-now");
  byId("footer-advice").hidden = false;
  document.title = `${title} | ${clinicName}`;
  announce("");
  window.scrollTo({ top: 0, behavior: "instant" });
  (focus ?? view.querySelector("h1")).focus({ preventScroll: true });
}

const heading = (text) => el("h1", { tabindex: "-1" }, text);

/** Remember where we are, so that the browser's own Back button goes to the view before. */
function enter(name) {
  shown = name;
  const { view: fromView, step: fromStep } = history.state ?? {};
  history.pushState({ view: name, step, from: { view: fromView, step: fromStep } }, "");
}

function backTo(name, wantedStep) {
  const from = history.state?.from;
  if (from && from.view === name && from.step === wantedStep) return history.back();
  step = wantedStep;
  enter(name);
  return render(name);
}

function render(name) {
  shown = name;
  if (receipt) return showReceipt();
  if (name === "page" && questionnaire) return showPage();
  if (name === "minor" && questionnaire) return showMinor([]);
  if (name === "emergency" && emergency) return showEmergency();
  return showLanding();
}

window.addEventListener("popstate", (event) => {
  if (!event.state) return; // a link within the page
  step = Math.min(event.state.step, questionnaire ? questionnaire.pages.length - 1 : 0);
  render(event.state.view);
});

function showLanding() {
  shown = "landing";
  clearTimeout(retryTimer);
  view.hidden = true;
  landing.hidden = false;
  showAdvice(false);
  byId("footer-advice").hidden = true;
  document.body.classList.remove("urgent-now");
  document.title = landingTitle;
  byId("start").textContent = questionnaire ? "Go on with the questions" : "Start";
  byId("questions").scrollIntoView();
  byId("start").focus();
}

/** The advice box above the form: shown while the answers could not be checked. */
function showAdvice(visible) {
  byId("advice").hidden = !visible;
}

function errorSummary(errors) {
  const links = errors.map((error) => el("li", {}, error.target
    ? el("a", { href: `#${error.target}`, onclick: (event) => { event.preventDefault(); goToField(error.target); } }, error.label ? `${error.label} ${error.text}` : error.text)
    : error.text));
  return el("section", { class: "summary", id: "summary", tabindex: "-1", "aria-labelledby": "summary-title" },
    el("h2", { id: "summary-title" }, errors.length === 1 ? "Please look at one answer" : `Please look at ${errors.length} answers`), el("ul", {}, ...links));
}

function goToField(id) {
  byId(id)?.closest(".question, .question-part").scrollIntoView();
  byId(id)?.focus({ preventScroll: true });
}

const shortLabel = (question) => question.text.replace(/\s*Check all that apply\.?/i, "");

// ---- the pages of the questionnaire ----------------------------------------------------------

function showPage(errors = []) {
  const page = questionnaire.pages[step];
  const last = step === questionnaire.pages.length - 1;
  const minor = isMinor();
  const progress = `Step ${step + 1} of ${questionnaire.pages.length}`;
  const summary = errors.length ? errorSummary(errors) : null;
  const forward = last ? (minor ? "Show the safety advice" : "Send") : "Next";
  const form = el("form", { novalidate: true, onsubmit: (event) => { event.preventDefault(); (last ? submitPage : nextPage)(); } },
    ...page.questions.map((question) => questionField(question, errors)),
    last && !minor && contactSection(errors),
    last && minor && el("p", { class: "notice" }, "This form is for adults. Nothing you entered will be saved. We will show you safety advice."),
    el("div", { class: "send-problem" }),
    el("div", { class: "actions" },
      el("button", { type: "submit", class: "button", id: "forward" }, forward),
      button(step ? "Back" : "Back to the start page", () => (step ? backTo("page", step - 1) : backTo("landing", 0)), "second")),
    el("p", { class: "status", role: "status", id: "status" }));
  const title = heading(page.title);
  if (checkFailed) title.setAttribute("aria-describedby", "advice");
  showAdvice(checkFailed);
  show(`${errors.length ? "Error: " : ""}${progress}: ${page.title}`,
    [summary, el("p", { class: "progress" }, progress), title, form].filter(Boolean), summary);
}

function contactSection(errors) {
  const block = questionnaire.contact;
  return el("section", { class: "contact", "aria-labelledby": "contact-title" },
    el("h2", { id: "contact-title" }, block.title),
    el("p", {}, "Leave a phone number, an email address, or both."),
    ...contactFields(contactCodes(), errors),
    el("fieldset", { class: "question" }, el("legend", {}, "Your permission"), ...consentBoxes(consentCodes(), errors)),
    storageNote());
}

function storageNote() {
  return el("p", { class: "notice" }, "When you press Send, this clinic stores your answers, your contact details, and which web page or ad brought you here. Its office staff and its clinicians can read them.");
}

function pageErrors(page) {
  return page.questions.map((question) => ({ question, text: questionError(question) })).filter((error) => error.text)
    .map(({ question, text }) => ({ target: `question-${question.code}`, label: shortLabel(question), text }));
}

async function nextPage() {
  if (inFlight) return;
  const here = step;
  const page = questionnaire.pages[step];
  const errors = pageErrors(page);
  if (errors.length) {
    // What is answered is checked even so: someone with chest pain must not have to fill in the rest first.
    check(page, unfinishedQuestions());
    return showPage(errors);
  }
  busy("Checking your answers…");
  const answer = await Promise.race([check(page, []), wait(CHECK_PATIENCE)]);
  idle();
  if (answer === undefined) checkFailed = true; // too slow; a late answer can still interrupt
  if (here !== step || shown !== "page") return;
  if (!isMinor()) minorTold = false;
  if ((answer?.minor || isMinor()) && !minorTold) {
    enter("minor");
    return showMinor(answer?.messages ?? []);
  }
  goOn();
}

function goOn() {
  step += 1;
  enter("page");
  showPage();
}

function busy(text) {
  inFlight = true;
  for (const id of ["forward", "again"]) if (byId(id)) byId(id).disabled = true;
  byId("status").textContent = text;
}

function idle() {
  inFlight = false;
  for (const id of ["forward", "again"]) if (byId(id)) byId(id).disabled = false;
  if (byId("status")) byId("status").textContent = "";
}

/** Questions whose follow-up is still unanswered: without it the rules would assume the worst too early. */
function unfinishedQuestions() {
  return questionnaire.pages[step].questions.filter((question) => question.shown_when && questionError(question)).map((question) => question.shown_when.question);
}

/** Have the answers so far checked. Shows an emergency the moment it is known, also when the answer comes late. */
async function check(page, without) {
  const sent = givenAnswers((question) => question.type !== "text" && !without.includes(question.code) && !questionError(question));
  let outcome = null;
  try {
    outcome = await post("screenings", { questionnaire: about(), answers: sent, page: page.id }, SEND_PATIENCE);
  } catch { /* no network: the advice box says what to do */ }
  const answer = outcome?.status === 200 ? outcome.body : null;
  checkFailed = !answer;
  if (answer?.disposition === "seek-emergency-care" && !receipt && stillTrue(sent)) {
    emergency = answer.messages;
    if (shown !== "emergency") enter("emergency");
    showEmergency();
  } else if (!inFlight && shown === "page") {
    showAdvice(checkFailed);
    if (checkFailed) announce(byId("advice").innerText);
  }
  return answer;
}

const about = () => ({ id: questionnaire.id, version: questionnaire.version });

function stillTrue(sent) {
  const now = givenAnswers();
  return Object.entries(sent).every(([code, value]) => JSON.stringify(now[code]) === JSON.stringify(value));
}

// ---- under 18 --------------------------------------------------------------------------------

function showMinor(messages) {
  minorTold = true;
  showAdvice(false);
  show("This form is for adults", [
    heading("This form is for adults"),
    messageList(messages),
    el("p", {}, "You can go on to get safety advice, or stop here. Nothing you enter is saved, and we will not call you."),
    el("div", { class: "actions" }, button("Go on for safety advice", goOn), button("Back, change my answers", () => backTo("page", step), "second")),
  ]);
}

// ---- emergency -------------------------------------------------------------------------------

/** Paragraphs in the order given; the class carries how serious each one is (M-E, M-U, M-NET, ...). */
function messageList(messages) {
  return el("div", { class: "messages", id: "messages" }, ...messages.map((message) =>
    el("p", { class: message.id.startsWith("M-E-") ? "M-E" : message.id.startsWith("M-U-") ? "M-U" : message.id }, message.text)));
}

function callButtons(messages) {
  const crisis = messages.some((message) => message.id === "M-E-CRISIS");
  return el("div", { class: "call-buttons" },
    crisis && el("a", { class: "button danger", href: "tel:988" }, "Call 988"),
    crisis && el("a", { class: "button danger", href: "sms:988" }, "Text 988"),
    el("a", { class: "button danger", href: "tel:911" }, "Call 911"));
}

function showEmergency(errors = []) {
  const summary = errors.length ? errorSummary(errors) : null;
  const title = heading("Get emergency help now");
  title.setAttribute("aria-describedby", "messages");
  show(errors.length ? "Error: Get emergency help now" : "Get emergency help now", [
    title, callButtons(emergency), messageList(emergency),
    !isMinor() && el("form", { class: "leave-number", novalidate: true, "aria-labelledby": "leave-title", onsubmit: (event) => { event.preventDefault(); submitEmergency(); } },
      el("h2", { id: "leave-title" }, questionnaire.contact.emergency_title),
      summary,
      ...contactFields(CONTACT_IN_EMERGENCY, errors),
      ...consentBoxes(requiredConsents(), errors),
      storageNote(),
      el("div", { class: "send-problem" }),
      el("div", { class: "actions" }, el("button", { type: "submit", class: "button", id: "forward" }, "Send")),
      el("p", { class: "status", role: "status", id: "status" })),
    button("I pressed this by mistake, go back and change my answers", () => backTo("page", step), "plain"),
  ].filter(Boolean), summary);
  document.body.classList.add("urgent-now");
  if (summary) summary.scrollIntoView({ block: "start" });
}

// ---- sending ---------------------------------------------------------------------------------

function submitPage() {
  if (inFlight) return;
  const errors = pageErrors(questionnaire.pages[step]);
  if (!isMinor()) errors.push(...contactErrors(contactCodes()).map(withContactLabel));
  if (errors.length) return showPage(errors);
  send(submission(contactCodes(), consentCodes()), showPage);
}

function submitEmergency() {
  if (inFlight) return;
  const errors = contactErrors(CONTACT_IN_EMERGENCY).map(withContactLabel);
  if (errors.length) return showEmergency(errors);
  send(submission(CONTACT_IN_EMERGENCY, requiredConsents()), showEmergency);
}

function withContactLabel(error) {
  const field = questionnaire.contact.fields.find((one) => `contact-${one.code}` === error.target);
  return field ? { ...error, label: `${field.text}:` } : error;
}

function submission(fields, consentsAsked) {
  const content = { submission_id: submissionId, questionnaire: about(), answers: givenAnswers((question) => !questionError(question)) };
  if (!isMinor()) {
    content.contact = contactBody(fields);
    content.consents = Object.fromEntries(consentCodes().map((code) => [code, consentsAsked.includes(code) && Boolean(consents[code])]));
  }
  content.attribution = attribution;
  return content;
}

/** Errors that are mended must not stay on the screen while we send. */
function clearErrors() {
  view.querySelectorAll(".summary, .error").forEach((node) => node.remove());
  view.querySelectorAll(".wrong").forEach((node) => node.classList.remove("wrong"));
  for (const name of ["aria-invalid", "aria-describedby"]) view.querySelectorAll(`form [${name}]`).forEach((node) => node.removeAttribute(name));
}

/** Send until the server answers. The content and its id stay the same on every try, so it is stored once. */
async function send(content, showAgain, tries = 0) {
  if (inFlight) return;
  clearTimeout(retryTimer);
  clearErrors();
  busy("Sending your answers…");
  let outcome;
  try {
    outcome = await post("submissions", content, SEND_PATIENCE);
  } catch {
    outcome = { status: 0, retryAfter: 0 };
  }
  idle();
  const { status, body } = outcome;
  if (status === 200 || status === 201) {
    receipt = body;
    return showReceipt();
  }
  if (status === 422) return showServerErrors(body?.errors ?? [], content, showAgain);
  if (status === 409) return sendProblem("We already have a different set of answers from you", [
    "This form was received before, and your answers have changed since then. The clinic has the answers that you sent first.",
    "To give us the changed answers, send them as a new form, or call us.",
  ], button("Send as a new form", () => { submissionId = newId(); send({ ...content, submission_id: submissionId }, showAgain); }));
  const again = button("Try again", () => send(content, showAgain, tries));
  again.id = "again";
  if (status !== 0 && status !== 408 && status !== 429 && status < 500) {
    return sendProblem("Your answers could not be sent", ["They are still here on this page. Please call us."], again);
  }
  const pause = tries < RETRY_AFTER.length ? Math.max(RETRY_AFTER[tries], Math.min(outcome.retryAfter, 60)) : null;
  sendProblem("Your answers are not sent yet", [
    "They are still here on this page. Please keep it open.",
    pause ? `We will try again in ${pause} seconds. You can also press Try again.` : "Check your connection, then press Try again.",
  ], again, tries > 0);
  if (pause) retryTimer = setTimeout(() => send(content, showAgain, tries + 1), pause * 1000);
}

/** Say beside the button that sending failed, with the phone number and the advice; any change of an answer stops the retries. */
function sendProblem(title, lines, action, quiet = false) {
  const place = view.querySelector(".send-problem");
  if (!place) return;
  const box = el("section", { class: "problem", tabindex: "-1", "aria-labelledby": "problem-title" },
    el("h2", { id: "problem-title" }, title),
    ...lines.map((line) => el("p", {}, line)),
    el("p", {}, "Clinic phone: ", clinicPhoneLink()),
    el("p", {}, byId("footer-advice").textContent),
    el("div", { class: "actions" }, action));
  const hadFocus = place.contains(document.activeElement) || document.activeElement === document.body;
  place.replaceChildren(box);
  byId("forward").hidden = true;
  place.closest("form").addEventListener("input", () => {
    clearTimeout(retryTimer);
    place.replaceChildren();
    byId("forward").hidden = false;
  }, { once: true });
  if (!quiet || hadFocus) box.focus();
  if (quiet) byId("status").textContent = lines.at(-1);
}

/** Tie the server's complaints to their fields and open the page of the first one. */
function showServerErrors(problems, content, showAgain) {
  const fromAdvertising = problems.length && problems.every((problem) => problem.pointer?.startsWith("/attribution"));
  if (fromAdvertising) { // where someone came from must never keep their answers from us
    const { attribution: _, ...rest } = content;
    return send(rest, showAgain);
  }
  const errors = problems.map((problem) => {
    const [, part, name] = (problem.pointer ?? "").split("/").map((piece) => piece.replaceAll("~1", "/").replaceAll("~0", "~"));
    const text = problem.detail || "Please check this answer.";
    if (part === "answers" && findQuestion(name)) return { page: questionnaire.pages.findIndex((page) => page.questions.some((question) => question.code === name)), target: `question-${name}`, label: shortLabel(findQuestion(name)), text };
    const last = questionnaire.pages.length - 1;
    if (part === "contact") return withContactLabel({ page: last, target: `contact-${contactCodes().includes(name) ? name : "phone"}`, text });
    if (part === "consents") return { page: last, target: `consent-${consentCodes().includes(name) ? name : requiredConsents()[0]}`, text };
    return { page: last, text };
  });
  if (!errors.length) errors.push({ page: step, text: "The server did not accept an answer. Please call us." });
  if (showAgain === showEmergency) return showEmergency(errors.map((error) => (byId(error.target) ? error : { text: error.text })));
  const first = Math.min(...errors.map((error) => error.page));
  if (first !== step) {
    step = first;
    enter("page");
  }
  showPage(errors.filter((error) => error.page === first));
}

// ---- receipt ---------------------------------------------------------------------------------

function showReceipt() {
  shown = "receipt";
  const urgent = receipt.disposition === "seek-emergency-care";
  const stored = Boolean(receipt.reference);
  const title = urgent ? "Get emergency help now" : stored ? "We received your answers" : "Safety advice";
  const received = receipt.received_at ? new Date(receipt.received_at).toLocaleString("en-US", { dateStyle: "long", timeStyle: "short" }) : null;
  const reference = stored && el("div", {},
    el("p", { class: "reference" }, "Your reference: ", el("strong", { id: "reference" }, receipt.reference)),
    el("p", {}, "Give it when you call us: ", clinicPhoneLink(), received && `. Received ${received}.`));
  const advice = messageList(receipt.messages);
  answers = {}; // others may use this phone or computer after this person
  contact = {};
  consents = {};
  showAdvice(false);
  show(title, [heading(title), ...(urgent ? [callButtons(receipt.messages), advice, reference] : [reference, advice]),
    el("div", { class: "actions" }, button("Print this page", () => window.print(), "second"))].filter(Boolean));
  byId("footer-advice").hidden = true; // the messages end with it
  document.body.classList.toggle("urgent-now", urgent);
}

// ---- start -----------------------------------------------------------------------------------

async function start() {
  if (inFlight) return;
  const status = byId("start-status");
  if (!questionnaire) {
    inFlight = true;
    status.textContent = "Loading the questions…";
    const stop = new AbortController();
    const timer = setTimeout(() => stop.abort(), SEND_PATIENCE);
    try {
      const response = await fetch("questionnaires/fs-intake", { credentials: "omit", signal: stop.signal });
      if (!response.ok) throw new Error(`status ${response.status}`);
      questionnaire = await response.json();
      status.textContent = "";
    } catch {
      status.textContent = "The questions could not be loaded. Please press Start again, or call us.";
    } finally {
      clearTimeout(timer);
      inFlight = false;
    }
    if (!questionnaire) return;
    submissionId = newId();
  }
  step = 0;
  enter("page");
  showPage();
}

history.replaceState({ view: "landing", step: 0 }, "");
byId("start").hidden = false;
byId("start").addEventListener("click", start);
for (const link of document.querySelectorAll("a[href^='#']")) { // without a new entry in the browser's history
  link.addEventListener("click", (event) => {
    event.preventDefault();
    const target = byId(link.hash.slice(1));
    target.scrollIntoView();
    (target.id === "questions" ? byId("start") : target).focus({ preventScroll: true });
  });
}
