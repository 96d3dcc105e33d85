// Keeps the user's unsent text in this tab, even after a new sign-in or a redrawn lead.

import { h } from "./elements.js";

const KEY = "inbox:drafts";
const OWNER = "inbox:drafts-of";
const MOST = 50;

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

export function keepDraftsOf(user) {
  if (sessionStorage.getItem(OWNER) !== user) forgetDrafts();
  sessionStorage.setItem(OWNER, user);
}

export function draftArea(reference, action, attributes) {
  const area = h("textarea", { rows: "2", ...attributes, oninput: () => saveDraft(reference, action, area.value) });
  area.value = drafts().get(`${reference} ${action}`) ?? "";
  return area;
}
