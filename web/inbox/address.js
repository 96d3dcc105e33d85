// Reads and writes the address. The address never contains a patient's name or a search term.

const VIEWS = ["open", "mine", "today", "closed"];
const FILTERS = ["tier", "suspect", "language", "source", "questionnaire", "untaken", "owner", "overdue", "unfinished"];

export const NO_FILTERS = Object.fromEntries(FILTERS.map((name) => [name, ""]));

// Returns {filters, reference, page, asked}. reference: the open lead's reference, or null.
// page: the name of the page in place of the leads, such as "report", or "". asked: that page's parameters.
export function readAddress() {
  const said = new URLSearchParams(location.hash.slice(1));
  const view = VIEWS.includes(said.get("view")) ? said.get("view") : "open";
  const filters = { view, ...Object.fromEntries(FILTERS.map((name) => [name, said.get(name) ?? ""])) };
  const { page = "", ...asked } = Object.fromEntries(said);
  return { filters, reference: said.get("lead") || null, page, asked };
}

export const queryOf = (said) => new URLSearchParams(Object.entries(said).filter(([, value]) => value));

export function addressOf(filters, reference) {
  const { view, ...others } = filters;
  const said = { view: view === "open" ? "" : view, ...others, lead: reference };
  return `#${queryOf(said)}`;
}

export const addressOfPage = (page, asked) => `#${queryOf({ page, ...asked })}`;

export const sameFilters = (one, other) => addressOf(one) === addressOf(other);
