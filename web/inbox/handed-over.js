// Says when a lead became mine by a colleague's action: in the header, and with a mark in the list until I open it.

import { announce } from "./elements.js";
import { tierName } from "./lead-summary.js";
import { service } from "./service.js";
import { signIn } from "./sign-in.js";
import { state } from "./state.js";
import { drawWorklist } from "./worklist.js";

const MINE = new Set(["acknowledge", "take_over", "undo"]); // actions after which a lead may be mine
const tabs = new BroadcastChannel("inbox:taken"); // what I take in one tab was not handed over to me in another
let known = null; // references of my open leads at the last answer; null before the first
const taking = new Set(); // references of leads that I took since

tabs.addEventListener("message", ({ data }) => taking.add(data));

// Before the action is sent: a list that is loading at the same time may show its effect first.
export function expectMine(reference, action) {
  if (!MINE.has(action)) return;
  taking.add(reference);
  tabs.postMessage(reference);
}

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
