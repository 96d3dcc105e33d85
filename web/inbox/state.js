// What this tab knows about leads. Nothing of it outlives the tab.

export const state = {
  filters: { view: "open", tier: "", suspect: "" },
  search: null, // {q, leads} while search results are shown; leads is null until they arrive
  leads: null, // the first page of the worklist; null until it arrives
  moreLeads: [], // further pages, from "Show more"
  cursor: null, // where the next page starts; null when there is none
  updatedAt: null, // when the list was last current, ISO, by the service's clock
  openReference: null, // the reference in the address bar
  lead: null, // the lead with that reference, as last loaded
};

// The leads in the list, or null until they arrive.
export function listedLeads() {
  if (state.search) return state.search.leads;
  if (!state.leads) return null;
  const known = new Set(state.leads.map((lead) => lead.reference));
  return [...state.leads, ...state.moreLeads.filter((lead) => !known.has(lead.reference))];
}
