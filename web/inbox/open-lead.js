// Loads the lead that the address names, and keeps it up to date. Opening a lead does not change the lead.

import { addressOf, readAddress } from "./address.js";
import { announce, byId, h } from "./elements.js";
import { handleFailure, refusalText } from "./failures.js";
import { drawLead } from "./lead-view.js";
import { showRefusal } from "./refusal.js";
import { service } from "./service.js";
import { signIn } from "./sign-in.js";
import { listedLeads, state } from "./state.js";
import { updateTimes } from "./times.js";
import { drawWorklist, focusRow } from "./worklist.js";

let erased = null;
let commands = {};

// `act(values)` takes an action on the open lead. `records` has functions that download or erase it.
export function startOpenLead({ act, records }) {
  commands = { act, records, showContact: () => loadLead({ showContact: true }) };
  addEventListener("hashchange", openByAddress);
}

export async function openByAddress() {
  const { reference } = readAddress();
  document.body.classList.toggle("reading", Boolean(reference));
  if (reference === state.openReference) return;
  const before = state.openReference;
  Object.assign(state, { openReference: reference, lead: null });
  state.handedOver.delete(reference);
  drawWorklist();
  const panel = byId("lead");
  panel.hidden = !reference;
  panel.replaceChildren();
  if (!reference) return focusRow(before);
  panel.replaceChildren(h("p", {}, "Loading the lead …"));
  panel.setAttribute("aria-busy", "true");
  await loadLead({ onlyIfChanged: true });
  if (state.openReference === reference) panel.focus();
}

// `onlyIfChanged`: for automatic loads, which must not redraw a lead while the user types.
// `showContact`: shows the contact details although the patient revoked consent, for a medical reason.
export async function loadLead({ onlyIfChanged = false, showContact = false } = {}) {
  const { openReference: reference } = state;
  try {
    const loaded = await service.lead(reference, { showContact });
    if (reference !== state.openReference) return;
    if (onlyIfChanged && state.lead && !isNewer(loaded.summary)) return;
    if (onlyIfChanged && isInUse()) offerLatestVersion(); // the user may have begun to type while the lead loaded
    else showLead(loaded);
  } catch (error) {
    const refusal = handleFailure(error);
    if (reference === state.openReference && (isGone(refusal) || !state.lead)) showNotLoaded(reference, refusal);
  }
}

export function showLead(loaded) {
  if (loaded.summary.reference !== state.openReference) return;
  state.lead = loaded;
  drawLead(byId("lead"), loaded, { user: signIn.user, ...commands });
  byId("lead").setAttribute("aria-busy", "false");
  updateTimes();
}

function showNotLoaded(reference, refusal) {
  const text = !refusal ? "The lead could not be loaded." : refusal.status === 404 ? `There is no lead ${reference}.` : refusalText(refusal);
  state.lead = null;
  erased = refusal?.status === 410 ? reference : null;
  byId("reading").textContent = reference;
  const again = h("p", {}, h("button", { type: "button", class: "main", onclick: () => loadLead() }, "Try again"));
  byId("lead").replaceChildren(h("h2", {}, text), ...(refusal?.status === 410 ? [] : [again]));
  byId("lead").setAttribute("aria-busy", "false");
}

const isGone = (refusal) => refusal?.status === 404 || refusal?.status === 410;

// Removes the lead's data from the screen and returns true if the lead was erased.
export function clearIfGone(reference, refusal) {
  if (!isGone(refusal) || reference !== state.openReference) return false;
  showNotLoaded(reference, refusal);
  byId("lead").focus();
  return true;
}

// Updates the open lead. Reloads it only if the list has a newer version, because the access log records each load.
export async function followLead() {
  if (!state.lead) return state.openReference && state.openReference !== erased && byId("lead").ariaBusy !== "true" && loadLead({ onlyIfChanged: true });
  const { reference } = state.lead.summary;
  const summary = listedLeads()?.find((lead) => lead.reference === reference) ?? (await service.search(reference)).leads[0];
  if (state.lead?.summary.reference !== reference) return null;
  if (!summary) return loadLead({ onlyIfChanged: true }); // the lead was probably erased
  if (!isNewer(summary)) return null;
  return isInUse() ? offerLatestVersion() : loadLead({ onlyIfChanged: true });
}

export function closeLead() { location.hash = addressOf(state.list.filters, null); }

const isNewer = (summary) => summary.version > state.lead.summary.version;

// Whether the user is typing or choosing something. Redrawing the lead would then lose the input.
const isInUse = () => byId("lead").querySelector("textarea:focus, .choices:not([hidden])");

// Leaves the focus where it is, because the user is typing.
const offerLatestVersion = () => byId("refusal")?.replaceChildren("This lead has just changed. ", h("button", { type: "button", onclick: () => loadLead() }, "Show the latest version"));

// Shows why an action failed, beside the pressed control, or in the header if another lead is open now.
export function reportOnLead(reference, text, { group, field } = {}) {
  if (state.openReference === reference && state.lead) showRefusal(text, { group, field });
  else announce(`${reference}: ${text}`);
}
