// What this tab knows about leads. Nothing of it outlives the tab.

import { NO_FILTERS } from "./address.js";

export const state = {
  list: newList({ view: "open", ...NO_FILTERS }), // the list on the screen
  updatedAt: null, // when the list was last current, ISO, by the service's clock
  openReference: null, // the reference in the address bar
  lead: null, // the lead with that reference, as last loaded
  handedOver: new Set(), // references of leads that a colleague handed over to me, until I open them
  rota: null, // who is on call, as last loaded
};

// A list and the pages of it that have arrived. An answer belongs only to the list that asked for it.
export function newList(filters, q = "") {
  return {
    filters,
    q, // what was searched for; "" for the worklist
    wanted: 1, // pages to show; "Show more" adds one
    pages: null, // as the service answered; null until the first arrives
  };
}

// The leads in the list, or null until they arrive. A lead that moved while the pages loaded is listed once.
export function listedLeads() {
  const leads = state.list.pages?.flatMap((page) => page.leads);
  return leads ? [...new Map(leads.map((lead) => [lead.reference, lead])).values()] : null;
}

// Where the next page starts; null when there is none.
export const nextCursor = () => state.list.pages?.at(-1).cursor ?? null;
