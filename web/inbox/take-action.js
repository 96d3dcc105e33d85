// Sends one action on the open lead, and shows the result.

import { forgetDraft } from "./drafts.js";
import { announce, byId } from "./elements.js";
import { handleFailure, refusalText } from "./failures.js";
import { expectMine, expectNoMore } from "./handed-over.js";
import { doneText } from "./history-text.js";
import { markKnown } from "./new-leads.js";
import { clearIfGone, loadLead, reportOnLead, showLead } from "./open-lead.js";
import { refresh } from "./refresh.js";
import { service } from "./service.js";
import { signIn } from "./sign-in.js";
import { state } from "./state.js";

const NOT_SURE = "The service cannot be reached, so this may not have been saved. Check the history in a moment, and try again if it is not there.";

// `from`: the control that the user pressed. A refusal is shown beside it.
export async function act(values, from) {
  const { reference, version } = state.lead.summary;
  const group = from?.closest("[data-group]")?.dataset.group;
  disableActions(true);
  announce(""); // the message in the header is about an earlier action
  expectMine(reference, values.action);
  try {
    const answer = await service.act(reference, { ...values, version });
    forgetDraft(reference, values.action);
    markKnown(reference);
    if (answer.summary.owner !== signIn.user.id) expectNoMore(reference);
    if (state.openReference === reference) {
      const before = state.lead?.summary.owner;
      showLead(answer);
      announce(`${doneText(values.action, answer.history.at(-1))}${newOwnerText(answer, before)}`);
      focusAfter(values.action);
    } else announce(`${reference}: ${doneText(values.action, answer.history.at(-1))}`);
    refresh();
  } catch (error) {
    expectNoMore(reference);
    const refusal = handleFailure(error);
    const conflict = refusal?.status === 409;
    if (state.openReference === reference) {
      if (conflict) await loadLead();
      disableActions(false);
    }
    const field = refusal?.problem.errors?.[0]?.pointer?.split("/").at(-1);
    const gone = clearIfGone(reference, refusal);
    if (!gone) reportOnLead(reference, refusal ? refusalText(refusal) : NOT_SURE, { group, field });
    if (conflict || gone) refresh();
  }
}

// Moves the focus to the call button after the user took the lead, or to the next action after a call.
function focusAfter(action) {
  const place = { acknowledge: ".call", contact_attempt: "#next" }[action];
  const target = (place && byId("lead").querySelector(place)) ?? byId("actions-title");
  target?.focus({ preventScroll: true });
  target?.scrollIntoView({ block: target.id === "next" ? "center" : "nearest" });
}

function disableActions(disabled) {
  for (const button of byId("lead").querySelectorAll(".actions button")) button.disabled = disabled;
}

// Says whether a colleague took the lead meanwhile. The service records a call or note even then.
function newOwnerText({ summary: { owner, owner_name: name }, history }, before) {
  const byColleague = owner && owner !== before && owner !== signIn.user.id && history.at(-1).action !== "hand_over";
  return byColleague ? ` ${name} has the lead now.` : "";
}
