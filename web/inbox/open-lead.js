// The open lead: opened by its address, loaded, and kept up to date. Opening a lead changes nothing.

import { announce, byId, h } from "./elements.js";
import { handleFailure } from "./failures.js";
import { backLink, drawLead } from "./lead-view.js";
import { service } from "./service.js";
import { signIn } from "./sign-in.js";
import { listedLeads, state } from "./state.js";
import { updateTimes } from "./times.js";
import { drawWorklist, focusRow } from "./worklist.js";

let commands = {}; // what the buttons do, see startOpenLead

// `act(values)` takes an action on the open lead; `records` downloads or erases it.
export function startOpenLead({ act, records }) {
  commands = { act, records };
  addEventListener("hashchange", openByAddress);
}

export async function openByAddress() {
  const reference = new URLSearchParams(location.hash.slice(1)).get("lead");
  document.body.classList.toggle("reading", Boolean(reference));
  if (reference === state.openReference) return;
  const before = state.openReference;
  Object.assign(state, { openReference: reference, lead: null });
  drawWorklist();
  const panel = byId("lead");
  panel.hidden = !reference;
  panel.replaceChildren();
  if (!reference) return focusRow(before);
  panel.replaceChildren(h("p", {}, backLink(), " Loading the lead …"));
  panel.setAttribute("aria-busy", "true");
  await loadLead({ onlyIfChanged: true });
  if (state.openReference === reference) panel.focus();
}

// `onlyIfChanged`: the person did not ask for it, so an unchanged lead stays as it is, and so does one under their hands.
export async function loadLead({ onlyIfChanged = false } = {}) {
  const { openReference: reference } = state;
  try {
    const loaded = await service.lead(reference);
    if (reference !== state.openReference) return;
    if (onlyIfChanged && state.lead && !isNewer(loaded.summary)) return;
    if (onlyIfChanged && isInUse()) offerLatestVersion(); // they may have begun while it was loading
    else showLead(loaded);
  } catch (error) {
    const refusal = handleFailure(error);
    if (reference === state.openReference && !state.lead) showNotLoaded(reference, refusal);
  }
}

// Draws the lead, unless another was opened in the meantime.
export function showLead(loaded) {
  if (loaded.summary.reference !== state.openReference) return;
  state.lead = loaded;
  drawLead(byId("lead"), loaded, { user: signIn.user, ...commands });
  byId("lead").setAttribute("aria-busy", "false");
  updateTimes();
}

function showNotLoaded(reference, refusal) {
  const text = !refusal ? "The lead could not be loaded." : refusal.status === 404 ? `There is no lead ${reference}.` : refusal.message;
  byId("lead").replaceChildren(h("p", {}, backLink()), h("h2", {}, text),
    h("p", {}, h("button", { type: "button", class: "main", onclick: () => loadLead() }, "Try again")));
  byId("lead").setAttribute("aria-busy", "false");
}

// Loads the open lead again only when the list has a newer version: each reading is in the access log.
export async function followLead() {
  if (!state.lead) return state.openReference && loadLead({ onlyIfChanged: true });
  const { reference } = state.lead.summary;
  const summary = listedLeads()?.find((lead) => lead.reference === reference) ?? (await service.search(reference)).leads[0];
  if (state.lead?.summary.reference !== reference || !summary || !isNewer(summary)) return null;
  return isInUse() ? offerLatestVersion() : loadLead({ onlyIfChanged: true });
}

const isNewer = (summary) => summary.version > state.lead.summary.version;

// Somebody is writing or choosing: drawing the lead again would take it from under their hands.
const isInUse = () => byId("lead").querySelector("textarea:focus, .choices:not([hidden])");

const offerLatestVersion = () => showBesideLead("This lead has just changed. ", h("button", { type: "button", onclick: () => loadLead() }, "Show the latest version"));

function showBesideLead(...content) {
  const place = byId("refusal");
  place?.replaceChildren(...content);
  place?.scrollIntoView({ block: "nearest" });
}

// What became of an action: beside its lead, or with the reference when another lead is open by now.
export function reportOnLead(reference, text) {
  if (state.openReference === reference && state.lead) showBesideLead(text);
  else announce(`${reference}: ${text}`);
}
