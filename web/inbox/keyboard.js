// Keyboard shortcuts for moving the focus, switching lists, reloading and printing. No shortcut changes a lead.

import { byId } from "./elements.js";
import { closeLead } from "./open-lead.js";
import { refresh } from "./refresh.js";
import { showList } from "./search-and-filter.js";
import { state } from "./state.js";

const SETTING = "inbox:keys";

const SHORTCUTS = {
  j: () => moveInList(1),
  k: () => moveInList(-1),
  c: () => focusInLead(".call"),
  a: () => focusInLead("#take"),
  o: () => focusInLead("#outcome"),
  n: () => focusInLead("#note"),
  u: () => focusInLead("#undo"),
  "/": () => byId("q").focus(),
  1: () => showList({ view: "open" }),
  2: () => showList({ view: "mine" }),
  3: () => showList({ view: "today" }),
  4: () => showList({ view: "closed" }),
  r: refresh,
  p: () => { if (state.lead) print(); },
  "?": showHelp,
};

export function startKeyboard() {
  addEventListener("keydown", press);
  byId("help-button").addEventListener("click", showHelp);
  byId("help-close").addEventListener("click", () => byId("help").close());
  byId("keys-on").checked = sessionStorage.getItem(SETTING) !== "off";
  byId("keys-on").addEventListener("change", (event) => sessionStorage.setItem(SETTING, event.target.checked ? "on" : "off"));
}

function press(event) {
  if (document.querySelector("dialog[open]")) return;
  const typing = event.target.matches("input, textarea, select");
  if (event.key === "Escape") {
    if (typing) (event.target.closest("#lead") ?? byId("main")).focus({ preventScroll: true });
    else if (state.openReference) closeLead();
  }
  const signedOut = byId("account").hidden;
  if (typing || signedOut || event.ctrlKey || event.metaKey || event.altKey) return;
  if (!(event.key in SHORTCUTS) || !byId("keys-on").checked) return;
  event.preventDefault();
  SHORTCUTS[event.key]();
}

function moveInList(by) {
  const rows = [...byId("leads").querySelectorAll("a")];
  const focused = rows.indexOf(document.activeElement);
  const at = focused >= 0 ? focused : rows.findIndex((row) => row.dataset.reference === state.openReference);
  rows[Math.min(rows.length - 1, Math.max(0, at + by))]?.focus();
}

const focusInLead = (selector) => byId("lead").querySelector(selector)?.focus();

function showHelp() { byId("help").showModal(); }
