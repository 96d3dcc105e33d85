// The staff inbox: signs in, then starts the parts of the page.
// The list on the left: address, worklist, search-and-filter, refresh, new-leads, handed-over.
// One lead on the right: open-lead, lead-view, action-buttons, take-action, drafts, records.
// The pages in place of the leads: other-pages, report, report-chart, access-log, days, tables.
// The dialogs: export, keyboard, hand-over, rota, rota-form.

import { fillOwnerFilter } from "./colleagues.js";
import { forgetDrafts, keepDraftsOf } from "./drafts.js";
import { byId, h } from "./elements.js";
import { startExport } from "./export.js";
import { handleFailure, showGate } from "./failures.js";
import { startHandOver } from "./hand-over.js";
import { lockMinutes, startIdleLock } from "./idle-lock.js";
import { startKeyboard } from "./keyboard.js";
import { startNewLeads } from "./new-leads.js";
import { closeLead, openByAddress, startOpenLead } from "./open-lead.js";
import { startOtherPages } from "./other-pages.js";
import { records } from "./records.js";
import { startRefresh } from "./refresh.js";
import { startRota } from "./rota.js";
import { offerQuestionnaires, showListOfAddress, startSearchAndFilter } from "./search-and-filter.js";
import { service } from "./service.js";
import { signIn } from "./sign-in.js";
import { act } from "./take-action.js";
import { now, updateTimes } from "./times.js";

const CLOSED = {
  "signed out": ["You are signed out", "You signed out in another tab."],
  idle: ["This page is locked", `Nobody used it for ${lockMinutes} minutes. New leads are not announced here while it is locked; alerts still go out. What you typed is kept.`],
};

async function start() {
  if (!signIn.canStore) return showGate("This browser blocks storage for this page", "Signing in needs it. Allow cookies and site data for this address, then load the page again.", { canSignIn: false });
  const problem = await signIn.finish();
  if (!signIn.isSetUp) return showGate("Sign-in is not set up", "This installation has no sign-in address yet. Its operator sets it.", { canSignIn: false });
  if (problem) return showGate("You are not signed in", `${problem} Please try again.`);
  const closed = CLOSED[signIn.takeClosed()];
  if (closed) return showGate(...closed);
  if (!signIn.token) return signIn.start();
  startIdleLock();
  startNewLeads();
  keepDraftsOf(signIn.user.id);
  byId("gate").hidden = true;
  byId("worklist").hidden = byId("account").hidden = false;
  byId("user").textContent = signIn.user.name;
  const exports = ["manager", "admin"].some((group) => signIn.user.groups.includes(group));
  for (const id of ["export-button", "report-link"]) byId(id).hidden = !exports;
  byId("accesses-link").hidden = !signIn.user.groups.includes("admin");
  setInterval(updateTimes, 1000);
  startRefresh();
  startOpenLead({ act, records });
  showRules();
  fillOwnerFilter();
  startRota();
  await Promise.all([showListOfAddress(), openByAddress(), startOtherPages()]);
}

async function showRules() {
  try {
    const { rule_sets: ruleSets } = await service.rules();
    offerQuestionnaires(ruleSets.map((rules) => rules.questionnaire));
    byId("rules").replaceChildren(...ruleSets.flatMap((rules) => [
      h("span", { title: `Content ${rules.content_hash.slice(0, 12)}` }, `Rules ${rules.id} ${rules.version}`), " ",
      rules.changed_on && h("span", { title: `${rules.change} (${rules.changed_by})` }, `changed ${rules.changed_on}`), " ",
      rules.approved_by ? h("span", {}, `approved by ${rules.approved_by} on ${rules.approved_on}`) : h("span", { class: "waiting" }, "awaiting a physician's approval"), " "]));
    byId("rules").hidden = false;
  } catch (error) { handleFailure(error); }
}

function signOut() {
  forgetDrafts();
  signIn.end();
}

function preparePrint() {
  byId("printed").textContent = `Printed by ${signIn.user.name}, ${new Date(now()).toLocaleString([], { dateStyle: "long", timeStyle: "short" })}`;
  for (const fold of document.querySelectorAll(".lead details")) fold.open = true;
}

byId("sign-in").addEventListener("click", () => signIn.start());
byId("sign-out").addEventListener("click", signOut);
byId("back").addEventListener("click", (event) => { event.preventDefault(); closeLead(); });
addEventListener("beforeprint", preparePrint);
startSearchAndFilter();
startExport();
startHandOver();
startKeyboard();
start();
