// Keeps a draft or the receipt in this tab (sessionStorage), and where the visitor came from.
// If the browser refuses storage, the answers are lost with the page.

const DRAFT_EXPIRES = 24 * 60 * 60 * 1000; // ms; the server accepts the form's token for the same time
const RECEIPT_EXPIRES = 60 * 60 * 1000; // ms; the server shows the receipt of a form without JavaScript for the same time
const ORIGIN = "lead-form:origin";
const CAMPAIGN = /^(utm_(source|medium|campaign|term|content)|gclid|gbraid|wbraid|msclkid|fbclid)$/;
const LONGEST = 600; // most characters of the path or a campaign parameter; the server keeps fewer

function load(name) {
  try {
    return Object(JSON.parse(sessionStorage.getItem(name)));
  } catch {
    return {};
  }
}

function save(name, value) {
  try {
    if (value) sessionStorage.setItem(name, JSON.stringify(value));
    else sessionStorage.removeItem(name);
  } catch { /* storage is refused or full */ }
}

/** The draft or receipt of one <lead-form>. If a page has two forms, the second's storage key ends with a number. */
export class Draft {
  constructor(form) {
    const nameOf = (one) => ["lead-form", one.questionnaireId, one.id].filter(Boolean).join(":");
    const before = [...document.querySelectorAll("lead-form")].filter((one) => nameOf(one) === nameOf(form)).indexOf(form);
    this.name = nameOf(form) + (before > 0 ? `:${before + 1}` : "");
  }

  load() {
    const kept = load(this.name);
    if (kept.at > Date.now() - (kept.receipt ? RECEIPT_EXPIRES : DRAFT_EXPIRES)) return kept;
    this.save(null);
    return {};
  }

  save(content) { save(this.name, content); }
}

/** Where the visitor came from. Kept from the first page of the visit until a page is opened from another ad. */
export function origin() {
  const found = Object.fromEntries([...new URLSearchParams(location.search)].filter(([name, value]) => CAMPAIGN.test(name) && value && value.length <= LONGEST));
  const before = load(ORIGIN);
  if (before.landing_path && !Object.keys(found).length) return before;
  try {
    const host = new URL(document.referrer).hostname;
    if (host && host !== location.hostname) found.referrer_host = host;
  } catch { /* the referrer is missing or not a URL */ }
  found.landing_path = location.pathname.slice(0, LONGEST);
  save(ORIGIN, found);
  return found;
}

export const forgetOrigin = () => save(ORIGIN, null);
