// Chooses which leads are listed, by a view (open, mine, today, closed), filters or a search. Loads further pages.

import { addressOf, readAddress, sameFilters } from "./address.js";
import { byId, h } from "./elements.js";
import { refresh } from "./refresh.js";
import { newList, state } from "./state.js";
import { drawWorklist } from "./worklist.js";

export function startSearchAndFilter() {
  for (const button of document.querySelectorAll("[data-view]")) button.addEventListener("click", () => showList({ view: button.dataset.view }));
  for (const filter of document.querySelectorAll("[data-filter]")) filter.addEventListener("change", () => showList({ [filter.dataset.filter]: filter.value }));
  byId("search").addEventListener("submit", search);
  byId("clear-search").addEventListener("click", () => showList());
  byId("more").addEventListener("click", showMore);
  addEventListener("hashchange", followAddress);
}

export function offerQuestionnaires(ids) {
  const select = document.querySelector('[data-filter="questionnaire"]');
  const chosen = state.list.filters.questionnaire;
  const offered = ids.includes(chosen) || !chosen ? ids : [...ids, chosen];
  select.append(...offered.map((id) => h("option", {}, id)));
  select.value = chosen;
  select.parentNode.hidden = offered.length < 2;
}

export function showList(changes = {}) {
  const filters = { ...state.list.filters, ...changes };
  byId("q").value = "";
  location.hash = addressOf(filters, readAddress().reference);
  return load(newList(filters));
}

export const showListOfAddress = () => load(newList(readAddress().filters));

// The browser's Back button, for example, changes the address.
const followAddress = () => (sameFilters(readAddress().filters, state.list.filters) ? null : showListOfAddress());

function load(list) {
  state.list = list;
  drawWorklist();
  return refresh();
}

async function search(event) {
  event.preventDefault();
  const q = byId("q").value.trim();
  if (!q) return showList();
  const list = newList(state.list.filters, q);
  await load(list);
  const leads = list.pages?.[0].leads;
  const asked = list === state.list && byId("q").value.trim() === q; // false if the user is typing another search
  if (asked && leads?.length === 1) location.hash = addressOf(list.filters, leads[0].reference);
}

function showMore() {
  state.list.wanted += 1;
  return refresh();
}
