// Keeps in this tab what the user typed or chose and has not sent, even after a new sign-in or a redrawn lead.

const KEY = "inbox:drafts";
const OWNER = "inbox:drafts-of";
const MOST = 100; // fields

function drafts() {
  try { return new Map(JSON.parse(sessionStorage.getItem(KEY))); } catch { return new Map(); }
}

const save = (all) => sessionStorage.setItem(KEY, JSON.stringify([...all].slice(-MOST)));

export const forgetDraft = (reference, action) => save([...drafts()].filter(([key]) => !key.startsWith(`${reference} ${action} `)));
export const forgetDrafts = () => sessionStorage.removeItem(KEY);

export function keepDraftsOf(user) {
  if (sessionStorage.getItem(OWNER) !== user) forgetDrafts();
  sessionStorage.setItem(OWNER, user);
}

// Restores what the user last entered in this field for the action, and from now on keeps every change.
// Returns the field, with its draft in `data-draft`.
export function withDraft(reference, action, field) {
  const key = `${reference} ${action} ${field.name}`;
  const usual = field.value;
  const draft = drafts().get(key);
  if (draft !== undefined) Object.assign(field, { value: draft }).dataset.draft = draft;
  field.addEventListener("input", () => {
    const others = [...drafts()].filter(([other]) => other !== key);
    save(field.value === usual ? others : [...others, [key, field.value]]);
  });
  return field;
}
