// Announces leads that a colleague handed over to the signed-in user, and marks them until the user opens them.

import { announce } from "./elements.js";
import { tierName } from "./lead-summary.js";
import { service } from "./service.js";
import { signIn } from "./sign-in.js";
import { state } from "./state.js";
import { drawWorklist } from "./worklist.js";

// Tells other tabs what the user undid here. A lead that the user gets back by an undo is not announced.
const tabs = new BroadcastChannel("inbox:undone");
let known = null; // references of the user's open leads in the last answer; null before the first answer
const undoing = new Set(); // references of leads on which the user undid an action since the last answer

tabs.addEventListener("message", ({ data: { reference, undone } }) => note(reference, undone));

// Call this before an action is sent, because a list that loads at the same time may already show the new owner.
export function expectMine(reference, action) {
  if (action === "undo") tell(reference, true);
}

// Call this if the action failed or did not make the user the owner.
export const expectNoMore = (reference) => tell(reference, false);

function tell(reference, undone) {
  note(reference, undone);
  tabs.postMessage({ reference, undone });
}

const note = (reference, undone) => (undone ? undoing.add(reference) : undoing.delete(reference));

export async function announceHandedOver(answer) {
  const { leads } = answer.cursor ? await service.worklist({ view: "mine" }) : answer;
  const mine = leads.filter((lead) => lead.owner === signIn.user.id);
  const before = known;
  known = new Set(mine.map((lead) => lead.reference));
  const handed = before ? mine.filter(({ reference, handed_by: by }) => by && !before.has(reference) && !undoing.has(reference)) : [];
  for (const reference of known) undoing.delete(reference);
  if (!handed.length) return;
  for (const { reference } of handed) if (reference !== state.openReference) state.handedOver.add(reference);
  const [{ tier, reference }] = handed;
  announce(handed.length === 1 ? `Handed over to you: ${tierName(tier)} ${reference}` : `${handed.length} leads were handed over to you.`);
  drawWorklist();
}
