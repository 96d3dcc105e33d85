// What this tab knows about leads. It is deleted with the tab.

import { NO_FILTERS } from "./address.js";

export const state = {
  list: newList({ view: "open", ...NO_FILTERS }), // the list on the screen
  updatedAt: null, // ISO time when the list was last loaded, by the service's clock
  openReference: null, // the reference in the address bar
  lead: null, // the lead with this reference, as last loaded
  handedOver: new Set(), // references of leads that a colleague handed over to the user, until the user opens them
  rota: null,
};

// A list of leads, with the pages that have arrived. Responses go only to the list that requested them.
export function newList(filters, q = "") {
  return {
    filters,
    q, // the search term; "" for the worklist
    wanted: 1, // how many pages to show
    pages: null, // the service's responses; null until the first arrives
  };
}

// The leads in the list, or null until they arrive. A lead that moved between pages is listed once.
export function listedLeads() {
  const leads = state.list.pages?.flatMap((page) => page.leads);
  return leads ? [...new Map(leads.map((lead) => [lead.reference, lead])).values()] : null;
}

export const nextCursor = () => state.list.pages?.at(-1).cursor ?? null;
