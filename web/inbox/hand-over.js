// The dialog with which users hand over all their leads at the end of a shift.

import { colleagueSelect } from "./colleagues.js";
import { announce, byId } from "./elements.js";
import { handleFailure, refusalText } from "./failures.js";
import { loadLead } from "./open-lead.js";
import { refresh } from "./refresh.js";
import { Refused, service } from "./service.js";
import { state } from "./state.js";

export function startHandOver() {
  byId("hand-over-all").addEventListener("click", openDialog);
  byId("handing-all-form").addEventListener("submit", handOverAll);
  byId("handing-all-close").addEventListener("click", () => byId("handing-all").close());
}

function openDialog() {
  byId("hand-all-to").replaceWith(colleagueSelect("hand-all-to"));
  byId("handing-all-status").textContent = "";
  byId("handing-all").showModal();
}

async function ownLeads() {
  const leads = [];
  for (let cursor; ;) {
    const page = await service.worklist({ view: "mine" }, cursor);
    leads.push(...page.leads);
    if (!page.cursor) return leads;
    ({ cursor } = page);
  }
}

// Skips the leads that the service refuses to hand over, and shows why. Stops if the service cannot be reached.
async function handOverAll(event) {
  event.preventDefault();
  const to = byId("hand-all-to").value;
  const [button, status] = [byId("hand-all"), byId("handing-all-status")];
  let done = 0;
  const refused = [];
  button.disabled = true;
  try {
    const leads = await ownLeads();
    for (const { reference, version } of leads) {
      status.textContent = `Handing over ${done + refused.length + 1} of ${leads.length} …`;
      try {
        await service.act(reference, { action: "hand_over", to, version });
        done += 1;
      } catch (error) {
        if (!(error instanceof Refused)) throw error;
        refused.push(`${reference}: ${refusalText(error)}`);
      }
    }
    const text = done === 1 ? `1 lead now belongs to ${to}.` : `${done} leads now belong to ${to}.`;
    status.textContent = [text, ...refused].join(" ");
    if (!refused.length) {
      byId("handing-all").close();
      announce(text);
      byId("main").focus(); // the button that has the focus is about to disappear
    }
  } catch (error) {
    handleFailure(error);
    status.textContent = `The service cannot be reached. ${done} handed over; the others are still yours.`;
  }
  button.disabled = false;
  await refresh();
  if (state.lead) await loadLead({ onlyIfChanged: true });
}
