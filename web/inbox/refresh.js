// Every 15 seconds: loads the list again, announces new leads, and follows changes of the open lead.

import { announce, byId } from "./elements.js";
import { handleFailure, hideStale, showStale } from "./failures.js";
import { isDone, tierName } from "./lead-summary.js";
import { followLead } from "./open-lead.js";
import { service } from "./service.js";
import { state } from "./state.js";
import { setClock } from "./times.js";
import { drawWorklist, inOrder } from "./worklist.js";

const INTERVAL = 15 * 1000; // ms
const TITLE = document.title;

let latest = 0; // the number of the last request: answers to earlier ones are dropped
let known = null; // references of the open leads seen so far; null before the first answer

export function startRefresh() {
  setInterval(refresh, INTERVAL);
  document.addEventListener("visibilitychange", () => { if (!document.hidden) refresh(); });
  addEventListener("online", refresh);
  addEventListener("offline", showStale);
  byId("refresh").addEventListener("click", refresh);
  byId("try-now").addEventListener("click", refresh);
}

export async function refresh() {
  const request = ++latest;
  const { filters, search } = state;
  try {
    const answer = search ? await service.search(search.q) : await service.worklist(filters);
    if (request !== latest) return;
    setClock(answer.now);
    const allOpen = !search && filters.view === "open" && !filters.tier && !filters.suspect;
    if (allOpen) announceNewLeads(answer.leads);
    if (search) search.leads = answer.leads;
    else {
      state.leads = answer.leads;
      if (!state.moreLeads.length) state.cursor = answer.cursor;
    }
    state.updatedAt = answer.now;
    hideStale();
    drawWorklist();
    if (!allOpen) checkForNewLeads(request);
    await followLead();
  } catch (error) { if (request === latest) handleFailure(error); }
}

// The list on the screen does not hold all open leads; new ones are announced even so.
async function checkForNewLeads(request) {
  try {
    const answer = await service.worklist({ view: "open" });
    if (request === latest) announceNewLeads(answer.leads);
  } catch (error) { if (request === latest) handleFailure(error); }
}

function announceNewLeads(openLeads) {
  const fresh = known && openLeads.filter((lead) => !known.has(lead.reference));
  known = new Set(openLeads.map((lead) => lead.reference));
  const unowned = openLeads.filter((lead) => !lead.owner && !isDone(lead)).length;
  document.title = unowned ? `(${unowned}) ${TITLE}` : TITLE;
  if (!fresh?.length) return;
  const [first] = inOrder(fresh, "open");
  announce(`${fresh.length === 1 ? "New lead" : `${fresh.length} new leads, most urgent`}: ${tierName(first.tier)} ${first.reference}`);
}

// A lead that this person reopened is not announced as new.
export const markKnown = (reference) => known?.add(reference);
