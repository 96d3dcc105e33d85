// Shows staff that a sign-in or a request failed, or that the service refused an action.

import { byId } from "./elements.js";
import { historyText } from "./history-text.js";
import { Refused, SignedOut } from "./service.js";
import { signIn } from "./sign-in.js";
import { listedLeads, state } from "./state.js";
import { formatDay, formatTime } from "./times.js";
import { drawWorklist } from "./worklist.js";

export function showGate(title, text, { canSignIn = true } = {}) {
  for (const id of ["worklist", "lead", "page", "account", "stale"]) byId(id).hidden = true;
  document.body.classList.remove("reading");
  for (const id of ["lead", "leads", "page"]) byId(id).replaceChildren();
  byId("gate").hidden = false;
  byId("gate-title").textContent = title;
  byId("gate-text").textContent = text;
  byId("sign-in").hidden = !canSignIn;
}

// Handles a failed request. Returns the refusal if the caller must explain it, otherwise null.
export function handleFailure(error) {
  if (error instanceof SignedOut) signInAgain();
  else if (error instanceof Refused && error.status === 403 && !state.updatedAt) {
    showGate("You don't have access to leads", `${signIn.user.name || "This account"} is not in a group with access. Ask an administrator.`);
  } else if (error instanceof Refused) return error;
  else showStale();
  return null;
}

function signInAgain() {
  const { isFresh } = signIn; // if the service refuses a new token, an automatic sign-in would loop
  signIn.forget();
  if (isFresh) showGate("The service did not accept this sign-in", "Please sign in again, or ask an administrator for help.");
  else signIn.start();
}

export function showStale() {
  const { updatedAt } = state;
  const since = updatedAt ? `This list is as of ${formatTime(updatedAt)}.` : "Nothing has loaded yet.";
  byId("stale-text").textContent = `The service cannot be reached. ${since} Trying again every 15 seconds.`;
  byId("stale").hidden = false;
  if (!listedLeads()) drawWorklist();
}

export const hideStale = () => { byId("stale").hidden = true; };

// "Ann Lee has had this lead since 10:42. Nothing was changed."
export function refusalText({ status, problem, message }) {
  if (status === 409 && problem.owner_name) return `${problem.owner_name} has had this lead since ${formatTime(problem.since)}. Nothing was changed.`;
  if (status === 409 && problem.by_name) return `${problem.by_name} ${whatHappened(problem.since)} at ${formatTime(problem.since)}. You now see the latest version. Your change was not saved.`;
  if (status === 410 && problem.since) return `This lead was erased on ${formatDay(problem.since)}.`;
  return status === 422 && problem.errors?.length ? problem.errors.map((entry) => entry.detail).join(" ") : message;
}

// The lead must have been reloaded before.
function whatHappened(at) {
  const entry = state.lead?.history.findLast((one) => Date.parse(one.at) === Date.parse(at));
  return entry ? historyText(entry) : "changed this lead";
}
