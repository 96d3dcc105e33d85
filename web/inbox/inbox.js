// The staff inbox: signs in, shows the worklist and one lead, and keeps both up to date. Opening a lead changes nothing.

import { doneText, forgetDrafts, keepDraft } from "./actions.js";
import { byId, h, saveFile, say } from "./elements.js";
import { changed, drawLead } from "./lead.js";
import { Refused, Service, SignedOut } from "./service.js";
import { SignIn } from "./sign-in.js";
import { clock, now, setClock, tick } from "./times.js";
import { inOrder, isOver, row, tierName } from "./worklist.js";

const REFRESH = 15 * 1000; // ms
const KEYS = "inbox:keys";
const TITLE = document.title;
const EMPTY = { open: "No open leads.", mine: "You have no leads.", closed: "No closed leads yet." };

const signIn = new SignIn();
const service = new Service(signIn);
const filters = { view: "open", tier: "", suspect: "" };
let found = null; // {q, leads} while a search is shown
let leads = null; // null until they were loaded
let cursor = null;
let extra = []; // from "Show more"
let updated = null; // when the list was last right, by the service's clock
let opened = null; // the reference of the lead that is shown
let lead = null; // it, as last loaded
let known = null; // open references seen before, to tell new ones
let asked = 0; // a later question makes an earlier answer void

// ---- signing in

async function start() {
  const problem = await signIn.finish();
  if (!signIn.isSetUp) return gate("Signing in is not set up", "This installation has no sign-in address yet. Its operator sets one.", false);
  if (problem) return gate("You are not signed in", `${problem} Please try again.`);
  if (!signIn.token) return signIn.start();
  byId("gate").hidden = true;
  byId("worklist").hidden = byId("account").hidden = false;
  byId("user").textContent = signIn.user.name;
  byId("export-button").hidden = !signIn.user.groups.includes("admin");
  setInterval(tick, 1000);
  setInterval(refresh, REFRESH);
  document.addEventListener("visibilitychange", () => { if (!document.hidden) refresh(); });
  addEventListener("online", refresh);
  addEventListener("offline", () => stale());
  addEventListener("hashchange", openByAddress);
  showRules();
  await Promise.all([refresh(), openByAddress()]);
}

function gate(title, text, button = true) {
  for (const id of ["worklist", "lead", "account"]) byId(id).hidden = true;
  byId("stale").hidden = true;
  document.body.classList.remove("reading");
  byId("gate").hidden = false;
  byId("gate-title").textContent = title;
  byId("gate-text").textContent = text;
  byId("sign-in").hidden = !button;
}

function signInAgain() {
  if (signIn.isFresh) { // the service refuses a token that was just made: asking for another would go round for ever
    signIn.forget();
    return gate("The service did not accept this sign-in", "Please sign in again, or tell whoever looks after the inbox.");
  }
  signIn.forget();
  return signIn.start();
}

// Every failure of the service ends here. Returns the refusal that only the caller can explain.
function failed(error) {
  if (error instanceof SignedOut) signInAgain();
  else if (error instanceof Refused && error.status === 403 && !leads) {
    gate("You may not see leads", `${signIn.user.name || "This account"} is in no group that may. Ask whoever looks after the inbox.`);
  } else if (error instanceof Refused) return error;
  else stale();
  return null;
}

async function showRules() {
  try {
    const { rule_sets: ruleSets } = await service.rules();
    byId("rules").replaceChildren(...ruleSets.flatMap((rules) => [
      h("span", { title: `Content ${rules.content_hash.slice(0, 12)}` }, `Rules ${rules.id} ${rules.version}`), " ",
      rules.changed_on && h("span", { title: `${rules.change} (${rules.changed_by})` }, `changed ${rules.changed_on}`), " ",
      rules.approved_by ? h("span", {}, `approved by ${rules.approved_by} on ${rules.approved_on}`) : h("span", { class: "waiting" }, "awaiting a physician's approval"), " "]));
    byId("rules").hidden = false;
  } catch (error) { failed(error); }
}

// ---- the worklist

async function refresh() {
  const question = ++asked;
  try {
    const answer = found ? await service.search(found.q) : await service.worklist(filters);
    if (question !== asked) return;
    setClock(answer.now);
    const everyOpenLead = !found && filters.view === "open" && !filters.tier && !filters.suspect;
    if (everyOpenLead) announce(answer.leads);
    if (found) found.leads = answer.leads;
    else {
      leads = answer.leads;
      if (!extra.length) cursor = answer.cursor;
    }
    updated = answer.now;
    byId("stale").hidden = true;
    drawList();
    if (!everyOpenLead) announceBeside(question);
    await followLead();
  } catch (error) { if (question === asked) failed(error); }
}

// A new lead is told whichever list is shown.
async function announceBeside(question) {
  try {
    const answer = await service.worklist({ view: "open" });
    if (question === asked) announce(answer.leads);
  } catch (error) { if (question === asked) failed(error); }
}

function announce(now) {
  const fresh = known && now.filter((lead) => !known.has(lead.reference));
  known = new Set(now.map((lead) => lead.reference));
  const waiting = now.filter((lead) => !lead.owner && !isOver(lead)).length;
  document.title = waiting ? `(${waiting}) ${TITLE}` : TITLE;
  if (!fresh?.length) return;
  const [first] = inOrder(fresh, "open");
  say(`${fresh.length === 1 ? "New lead" : `${fresh.length} new leads, first`}: ${tierName(first.tier)} ${first.reference}`);
}

function stale() {
  const banner = byId("stale");
  const since = updated ? `This list is as of ${clock(updated)}.` : "Nothing could be loaded yet.";
  banner.replaceChildren(h("span", {}, `The service cannot be reached. ${since} Trying again every 15 seconds.`),
    h("button", { type: "button", onclick: refresh }, "Try now"));
  banner.hidden = false;
  if (!shown()) drawList();
}

const shown = () => (found ? found.leads : leads && [...leads, ...extra.filter((more) => !leads.some((lead) => lead.reference === more.reference))]);

function drawList() {
  const place = byId("leads");
  const rows = shown();
  const focused = place.contains(document.activeElement) ? document.activeElement.dataset.reference : null;
  if (!rows) place.replaceChildren(h("li", { class: "empty" }, byId("stale").hidden ? "Loading …" : "Nothing could be loaded yet."));
  else if (!rows.length) place.replaceChildren(h("li", { class: "empty" }, nothing()));
  else place.replaceChildren(...inOrder(rows, filters.view).map((entry) => row(entry, signIn.user.id, opened)));
  if (focused) place.querySelector(`[data-reference="${CSS.escape(focused)}"]`)?.focus();
  const count = rows?.length ?? 0;
  byId("listed").replaceChildren(...(found
    ? [`${count} found `, h("button", { type: "button", class: "plain", onclick: () => list({}) }, "Back to the list")]
    : rows ? [`${count}${cursor ? " or more" : ""} ${count === 1 ? "lead" : "leads"}`] : []));
  byId("updated").textContent = updated ? `as of ${clock(updated)}` : "";
  byId("filtered").textContent = [filters.tier && tierName(filters.tier), filters.suspect && (filters.suspect === "true" ? "suspected" : "not suspected")].filter(Boolean).map((name) => `: ${name}`).join("");
  byId("more").hidden = Boolean(found) || !cursor;
  byId("worklist").setAttribute("aria-busy", String(!rows));
  for (const button of document.querySelectorAll("[data-view]")) button.setAttribute("aria-pressed", String(!found && button.dataset.view === filters.view));
  tick();
}

function nothing() {
  if (found) return "No lead has this reference, phone number or e-mail address.";
  if (cursor) return "None among the leads read so far.";
  return filters.tier || filters.suspect ? "No leads with these filters." : EMPTY[filters.view];
}

function list(changes) {
  Object.assign(filters, changes);
  found = leads = cursor = null;
  extra = [];
  byId("q").value = "";
  drawList();
  return refresh();
}

async function search(event) {
  event.preventDefault();
  const q = byId("q").value.trim();
  if (!q) return list({});
  found = { q, leads: null };
  drawList();
  await refresh();
  if (found?.leads?.length === 1) location.hash = `lead=${found.leads[0].reference}`;
}

async function more() {
  try {
    const answer = await service.worklist(filters, cursor);
    extra.push(...answer.leads);
    cursor = answer.cursor;
    drawList();
  } catch (error) { failed(error); }
}

// ---- one lead

async function openByAddress() {
  const reference = new URLSearchParams(location.hash.slice(1)).get("lead");
  document.body.classList.toggle("reading", Boolean(reference));
  if (reference === opened) return;
  const before = opened;
  opened = reference;
  lead = null;
  drawList();
  const place = byId("lead");
  place.hidden = !reference;
  place.replaceChildren();
  if (!reference) {
    byId("leads").querySelector(`[data-reference="${CSS.escape(before)}"]`)?.focus();
    return;
  }
  place.replaceChildren(h("p", {}, back(), " Loading the lead …"));
  place.setAttribute("aria-busy", "true");
  await loadLead({ following: true });
  if (opened === reference) place.focus();
}

async function loadLead({ following = false } = {}) {
  const reference = opened;
  try {
    const loaded = await service.lead(reference);
    if (reference !== opened || (following && lead && !changed(lead.summary, loaded.summary))) return;
    if (following && writing()) sayChanged(); // somebody began to while it was read
    else showLead(loaded);
  } catch (error) {
    const refused = failed(error);
    if (reference !== opened || lead) return;
    const text = refused ? (refused.status === 404 ? `There is no lead ${reference}.` : refused.message) : "The lead could not be loaded.";
    byId("lead").replaceChildren(h("p", {}, back()), h("h2", {}, text),
      h("p", {}, h("button", { type: "button", class: "main", onclick: () => loadLead() }, "Try again")));
    byId("lead").setAttribute("aria-busy", "false");
  }
}

// Another lead may have been opened since this one was asked for.
function showLead(loaded) {
  if (loaded.summary.reference !== opened) return;
  lead = loaded;
  drawLead(byId("lead"), lead, { user: signIn.user, act, back, records });
  byId("lead").setAttribute("aria-busy", "false");
  tick();
}

const back = () => h("a", { class: "button back", href: "#" }, "← List");

// The list says whether the open lead changed. Only then it is read again (each reading is in the access log), and not
// under the hands of someone who is writing.
async function followLead() {
  if (!lead) return opened && loadLead({ following: true });
  const { reference } = lead.summary;
  const summary = shown()?.find((entry) => entry.reference === reference) ?? (await service.search(reference)).leads[0];
  if (lead?.summary.reference !== reference || !summary || !changed(lead.summary, summary)) return null;
  return writing() ? sayChanged() : loadLead({ following: true });
}

const writing = () => byId("lead").querySelector("textarea:focus, .choices:not([hidden])");
const sayChanged = () => sayBeside("This lead changed just now. ", h("button", { type: "button", onclick: () => loadLead() }, "Show it as it is"));

// What became of a step, beside the lead that it was for; when another is open by then, with the reference.
const tell = (reference, text) => (opened === reference && lead ? sayBeside(text) : say(`${reference}: ${text}`));

async function act(values) {
  const { reference, version } = lead.summary;
  for (const button of byId("lead").querySelectorAll(".actions button")) button.disabled = true;
  try {
    const answer = await service.act(reference, { ...values, version });
    keepDraft(reference, values.action, "");
    known?.add(reference); // what one opened again is no news
    if (opened === reference) {
      showLead(answer);
      say(doneText(values.action));
      byId("lead").querySelector(values.action === "acknowledge" ? ".call" : "#actions-title")?.focus();
    } else say(`${reference}: ${doneText(values.action)}`);
    refresh();
  } catch (error) {
    const refused = failed(error);
    if (opened === reference) {
      if (refused?.status === 409) await loadLead();
      for (const button of byId("lead").querySelectorAll(".actions button")) button.disabled = false;
    }
    tell(reference, refused ? refusal(refused) : "The service cannot be reached, so this may not be saved. Look at the history in a moment, and press again if it is not there.");
    if (refused?.status === 409) refresh();
  }
}

// ---- what leaves the service: nothing of it stays in this tab

const records = {
  fhir: () => take((reference) => service.fhir(reference), "lead", "fhir.json", "application/fhir+json"),
  person: () => take((reference) => service.person(reference), "person", "json", "application/json"),
  erase: async () => {
    const { reference } = lead.summary;
    try {
      await service.erase(reference);
      if (opened === reference) location.hash = "";
      await list({});
      say(`${reference} is erased.`);
    } catch (error) { tell(reference, failed(error)?.message ?? "The service cannot be reached, so it may not be erased. Load it again to see."); }
  },
};

async function take(read, kind, ending, type) {
  const { reference } = lead.summary;
  const name = `${kind}-${reference}.${ending}`;
  try {
    saveFile(name, await read(reference), type);
    say(`${name} is in your downloads.`);
  } catch (error) { tell(reference, failed(error)?.message ?? "The service cannot be reached. Nothing was downloaded."); }
}

const isoDay = (at) => new Date(at).toLocaleDateString("sv");

function openExport() {
  byId("export-from").value ||= isoDay(now() - 30 * 24 * 3600 * 1000);
  byId("export-to").value ||= isoDay(now());
  byId("export-said").textContent = "";
  byId("export").showModal();
}

async function exportLeads(event) {
  event.preventDefault();
  const [from, to, tier] = ["export-from", "export-to", "export-tier"].map((id) => byId(id).value);
  const button = byId("export-download");
  button.disabled = true;
  byId("export-said").textContent = "Reading …";
  try {
    const text = await service.csv({ from, to, tier });
    saveFile(`leads-${from}-${to}${tier && `-${tier}`}.csv`, text, "text/csv");
    byId("export-said").textContent = "The file is in your downloads.";
  } catch (error) {
    const refused = failed(error);
    byId("export-said").textContent = refused ? refusal(refused) : "The service cannot be reached. Nothing was downloaded.";
  }
  button.disabled = false;
}

function sayBeside(...content) {
  const place = byId("refusal");
  place?.replaceChildren(...content);
  place?.scrollIntoView({ block: "nearest" });
}

// "Ann Lee has it since 10:42."
function refusal({ status, problem, message }) {
  if (status === 409 && problem.owner_name) return `${problem.owner_name} has it since ${clock(problem.since)}. Nothing was changed.`;
  if (status === 409 && problem.by_name) return `${problem.by_name} changed this lead at ${clock(problem.since)}: here it is as it is now. Nothing of yours was saved.`;
  return status === 422 && problem.errors?.length ? problem.errors.map((entry) => entry.detail).join(" ") : message;
}

// ---- keys: they move the focus, and never press a button

function step(by) {
  const rows = [...byId("leads").querySelectorAll("a")];
  const at = rows.findIndex((node) => node === document.activeElement || (!rows.includes(document.activeElement) && node.dataset.reference === opened));
  rows[Math.min(rows.length - 1, Math.max(0, at + by))]?.focus();
}

const focusOn = (selector) => byId("lead").querySelector(selector)?.focus();

const KEYED = {
  j: () => step(1), k: () => step(-1), c: () => focusOn(".call"), a: () => focusOn("#take"), o: () => focusOn("#outcome"),
  n: () => focusOn("#note"), u: () => focusOn("#undo"), "/": () => { byId("find").open = true; byId("q").focus(); }, 1: () => list({ view: "open" }),
  2: () => list({ view: "mine" }), 3: () => list({ view: "closed" }), r: refresh, p: () => { if (lead) print(); },
  "?": () => byId("help").showModal(),
};

function key(event) {
  const typing = event.target.matches("input, textarea, select");
  if (event.key === "Escape" && !document.querySelector("dialog[open]")) {
    if (typing) event.target.blur();
    else if (opened) location.hash = "";
  }
  if (typing || event.ctrlKey || event.metaKey || event.altKey || document.querySelector("dialog[open]") || byId("account").hidden) return;
  if (!(event.key in KEYED) || !byId("keys-on").checked) return;
  event.preventDefault();
  KEYED[event.key]();
}

// ---- wiring

for (const button of document.querySelectorAll("[data-view]")) button.addEventListener("click", () => list({ view: button.dataset.view }));
for (const id of ["tier", "suspect"]) byId(id).addEventListener("change", (event) => list({ [id]: event.target.value }));
byId("search").addEventListener("submit", search);
byId("more").addEventListener("click", more);
byId("refresh").addEventListener("click", refresh);
byId("sign-in").addEventListener("click", () => signIn.start());
byId("sign-out").addEventListener("click", () => {
  forgetDrafts();
  signIn.end();
});
byId("help-button").addEventListener("click", () => byId("help").showModal());
byId("help-close").addEventListener("click", () => byId("help").close());
byId("keys-on").checked = sessionStorage.getItem(KEYS) !== "off";
byId("keys-on").addEventListener("change", (event) => sessionStorage.setItem(KEYS, event.target.checked ? "on" : "off"));
byId("export-button").addEventListener("click", openExport);
byId("export-form").addEventListener("submit", exportLeads);
byId("export-close").addEventListener("click", () => byId("export").close());
const desk = matchMedia("(min-width: 60.01rem)"); // a phone shows the list first
byId("find").open = desk.matches;
desk.addEventListener("change", () => { byId("find").open ||= desk.matches; });
addEventListener("keydown", key);
addEventListener("beforeprint", () => {
  byId("printed").textContent = `Printed ${new Date(now()).toLocaleString([], { dateStyle: "long", timeStyle: "short" })}`;
  for (const fold of document.querySelectorAll(".lead details")) fold.open = true;
});
start();
