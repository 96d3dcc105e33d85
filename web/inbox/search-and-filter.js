// Which leads are listed: the view (open, mine, closed), the filters, a search, and further pages.

import { byId } from "./elements.js";
import { handleFailure } from "./failures.js";
import { refresh } from "./refresh.js";
import { service } from "./service.js";
import { state } from "./state.js";
import { drawWorklist } from "./worklist.js";

export function startSearchAndFilter() {
  for (const button of document.querySelectorAll("[data-view]")) button.addEventListener("click", () => showList({ view: button.dataset.view }));
  for (const filter of ["tier", "suspect"]) byId(filter).addEventListener("change", (event) => showList({ [filter]: event.target.value }));
  byId("search").addEventListener("submit", search);
  byId("clear-search").addEventListener("click", () => showList());
  byId("more").addEventListener("click", showMore);
  const wide = matchMedia("(min-width: 60.01rem)"); // on a phone the list comes first, so the filters start folded
  byId("find").open = wide.matches;
  wide.addEventListener("change", () => { byId("find").open ||= wide.matches; });
}

// Loads the list, with these filters changed, in place of a search.
export function showList(changes = {}) {
  Object.assign(state.filters, changes);
  Object.assign(state, { search: null, leads: null, moreLeads: [], cursor: null });
  byId("q").value = "";
  drawWorklist();
  return refresh();
}

async function search(event) {
  event.preventDefault();
  const q = byId("q").value.trim();
  if (!q) return showList();
  state.search = { q, leads: null };
  drawWorklist();
  await refresh();
  const leads = state.search?.leads;
  if (leads?.length === 1) location.hash = `lead=${leads[0].reference}`;
}

async function showMore() {
  try {
    const answer = await service.worklist(state.filters, state.cursor);
    state.moreLeads.push(...answer.leads);
    state.cursor = answer.cursor;
    drawWorklist();
  } catch (error) { handleFailure(error); }
}
