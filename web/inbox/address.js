// What the address bar says: which leads are listed, and which lead is open. It holds no name and no search term.

const VIEWS = ["open", "mine", "closed"];
const FILTERS = ["tier", "suspect", "language", "source", "questionnaire", "untaken", "owner", "overdue", "unfinished"];

export const NO_FILTERS = Object.fromEntries(FILTERS.map((name) => [name, ""]));

// {filters, reference}; reference is null when no lead is open
export function readAddress() {
  const said = new URLSearchParams(location.hash.slice(1));
  const view = VIEWS.includes(said.get("view")) ? said.get("view") : "open";
  const filters = { view, ...Object.fromEntries(FILTERS.map((name) => [name, said.get(name) ?? ""])) };
  return { filters, reference: said.get("lead") || null };
}

export function addressOf(filters, reference) {
  const { view, ...others } = filters;
  const said = { view: view === "open" ? "" : view, ...others, lead: reference };
  return `#${new URLSearchParams(Object.entries(said).filter(([, value]) => value))}`;
}

export const sameFilters = (one, other) => addressOf(one) === addressOf(other);
