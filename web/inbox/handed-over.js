// Announces leads that a colleague handed over to me: in the header, and by a mark in the list until I open them.

import { announce } from "./elements.js";
import { tierName } from "./lead-summary.js";
import { service } from "./service.js";
import { signIn } from "./sign-in.js";
import { state } from "./state.js";
import { drawWorklist } from "./worklist.js";

const MINE = new Set(["acknowledge", "take_over", "undo"]); // my actions that may make me the owner
// tells other tabs what I took here, so that they do not announce it as handed over
const tabs = new BroadcastChannel("inbox:taken");
let known = null; // references of my open leads in the last answer; null before the first answer
const taking = new Set(); // references of leads that I took since then

tabs.addEventListener("message", ({ data: { reference, mine } }) => note(reference, mine));

// Called before sending the action, because a list that is loading may already show its effect.
export function expectMine(reference, action) {
  if (MINE.has(action)) tell(reference, true);
}

// Called if the action did not make me the owner: the lead may still be handed over to me.
export const expectNoMore = (reference) => tell(reference, false);

function tell(reference, mine) {
  note(reference, mine);
  tabs.postMessage({ reference, mine });
}

const note = (reference, mine) => (mine ? taking.add(reference) : taking.delete(reference));

// `answer`: the first page of all open leads.
export async function announceHandedOver(answer) {
  const { leads } = answer.cursor ? await service.worklist({ view: "mine" }) : answer;
  const mine = leads.filter((lead) => lead.owner === signIn.user.id);
  const before = known;
  known = new Set(mine.map((lead) => lead.reference));
  const handed = before ? mine.filter(({ reference }) => !before.has(reference) && !taking.has(reference)) : [];
  for (const reference of known) taking.delete(reference);
  if (!handed.length) return;
  for (const { reference } of handed) if (reference !== state.openReference) state.handedOver.add(reference);
  const [{ tier, reference }] = handed;
  announce(handed.length === 1 ? `Handed over to you: ${tierName(tier)} ${reference}` : `${handed.length} leads were handed over to you.`);
  drawWorklist();
}
