// Text that the user typed and did not send, kept in this tab. It survives signing in again, and redrawing the lead
// after a colleague's change.

import { h } from "./elements.js";

const KEY = "inbox:drafts";
const OWNER = "inbox:drafts-of";
const MOST = 50; // how many drafts are kept; the oldest are dropped

function drafts() {
  try { return new Map(JSON.parse(sessionStorage.getItem(KEY))); } catch { return new Map(); }
}

function saveDraft(reference, action, text) {
  const saved = drafts();
  saved.delete(`${reference} ${action}`);
  if (text) saved.set(`${reference} ${action}`, text);
  sessionStorage.setItem(KEY, JSON.stringify([...saved].slice(-MOST)));
}

export const forgetDraft = (reference, action) => saveDraft(reference, action, "");
export const forgetDrafts = () => sessionStorage.removeItem(KEY);

// Deletes the drafts if another user left them in this tab.
export function keepDraftsOf(user) {
  if (sessionStorage.getItem(OWNER) !== user) forgetDrafts();
  sessionStorage.setItem(OWNER, user);
}

// A text area that starts with the draft for one action on one lead.
export function draftArea(reference, action, attributes) {
  const area = h("textarea", { rows: "2", ...attributes, oninput: () => saveDraft(reference, action, area.value) });
  area.value = drafts().get(`${reference} ${action}`) ?? "";
  return area;
}
