// Every 15 seconds, reloads all listed pages, announces new leads, and updates the open lead.

import { byId } from "./elements.js";
import { handleFailure, hideStale, showStale } from "./failures.js";
import { announceHandedOver } from "./handed-over.js";
import { announceWaiting } from "./new-leads.js";
import { followLead } from "./open-lead.js";
import { service } from "./service.js";
import { state } from "./state.js";
import { setClock } from "./times.js";
import { drawWorklist } from "./worklist.js";

const INTERVAL = 15 * 1000; // ms

let latest = 0; // number of the last request; answers to earlier requests are ignored
let answered = 0; // number of the last request that ended

export function startRefresh() {
  // Many pages may take longer than the interval, so a running request delays the next refresh.
  setInterval(() => { if (answered === latest) refresh(); }, INTERVAL);
  document.addEventListener("visibilitychange", () => { if (!document.hidden) refresh(); });
  addEventListener("online", refresh);
  addEventListener("offline", showStale);
  byId("refresh").addEventListener("click", refresh);
  byId("try-now").addEventListener("click", refresh);
}

export async function refresh() {
  const request = ++latest;
  const { list } = state;
  try {
    const pages = list.q ? [await service.search(list.q)] : await loadPages(list);
    if (request !== latest || list !== state.list) return;
    const [{ now }] = pages;
    setClock(now);
    list.pages = pages;
    state.updatedAt = now;
    hideStale();
    drawWorklist();
    const open = showsAllOpen(list) ? pages[0] : await service.worklist({ view: "open" });
    await announceHandedOver(open);
    announceWaiting(open);
    await followLead();
  } catch (error) {
    if (request === latest) handleFailure(error);
  } finally { answered = Math.max(answered, request); }
}

async function loadPages({ filters, wanted }) {
  const pages = [await service.worklist(filters)];
  while (pages.length < wanted && pages.at(-1).cursor) pages.push(await service.worklist(filters, pages.at(-1).cursor));
  return pages;
}

// Whether the list shows all open leads. If not, refresh() also loads them, to announce new leads.
const showsAllOpen = ({ q, filters: { view, ...filters } }) => !q && view === "open" && Object.values(filters).every((value) => !value);
