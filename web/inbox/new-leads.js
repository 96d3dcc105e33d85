// Announces leads without an owner. If the user allows it, also by a sound and a browser notification.
// Notifications contain no name, because they appear even on a locked screen.

import { addressOf } from "./address.js";
import { announce, byId } from "./elements.js";
import { TIERS, tierName } from "./lead-summary.js";
import { state } from "./state.js";

const SETTING = "inbox:notify"; // in localStorage: "on" or nothing
const SLACK = 60 * 1000; // ms that a new lead may need to appear in the list
const URGENT = new Set(["EMERGENCY", "URGENT"]);
const TITLE = document.title;
const TONES = [[880, 0], [660, 0.22], [880, 0.44]]; // frequency in Hz, start in s

let known = null;
let looked = 0;
let sawAll = false; // whether the last answer contained all leads without an owner
let sound = null; // an AudioContext, once the user has pressed something

export function startNewLeads() {
  const button = byId("notify");
  button.setAttribute("aria-pressed", String(isOn()));
  button.addEventListener("click", async () => {
    const on = !isOn();
    if (on) localStorage.setItem(SETTING, "on"); else localStorage.removeItem(SETTING);
    button.setAttribute("aria-pressed", String(on));
    announce(on ? "A new emergency or urgent lead will sound while this page is open." : "New leads no longer sound.");
    if (on) await globalThis.Notification?.requestPermission();
  });
  // browsers allow sound only after the user has pressed something
  addEventListener("pointerdown", () => { if (isOn()) sound ??= new AudioContext(); });
}

const isOn = () => localStorage.getItem(SETTING) === "on";

export function announceWaiting(answer) {
  const waiting = answer.leads.filter((lead) => lead.status === "new");
  const [before, after, all] = [known, looked - SLACK, sawAll];
  known = new Set(waiting.map((lead) => lead.reference));
  looked = Date.parse(answer.now);
  sawAll = !answer.cursor || answer.leads.at(-1)?.status !== "new";
  const count = waitingCount(answer, waiting);
  document.title = count ? `(${count}) ${TITLE}` : TITLE;
  // A lead that was not in the last answer may be old, for example because a colleague released it.
  // An old lead is announced only if it is urgent and the last answer contained all leads without an owner.
  const isNew = (lead) => Date.parse(lead.received_at) >= after || (all && URGENT.has(lead.tier));
  const fresh = before ? waiting.filter((lead) => !before.has(lead.reference) && isNew(lead)) : [];
  if (!fresh.length) return;
  const [first] = fresh.sort((a, b) => TIERS.indexOf(a.tier) - TIERS.indexOf(b.tier));
  announce(`${fresh.length === 1 ? "New lead" : `${fresh.length} new leads, most urgent`}: ${tierName(first.tier)} ${first.reference}`);
  if (isOn() && URGENT.has(first.tier)) alarm(first);
}

// During a gradual deployment, an older version may answer without totals.
const waitingCount = ({ untaken: byTier, cursor }, listed) => (byTier ? Object.values(byTier).reduce((sum, count) => sum + count, 0)
  : `${listed.length}${cursor && listed.length ? "+" : ""}`);

function alarm({ tier, reference }) {
  for (const [hertz, after] of sound ? TONES : []) {
    const tone = new OscillatorNode(sound, { frequency: hertz });
    const volume = new GainNode(sound, { gain: 0.3 });
    tone.connect(volume).connect(sound.destination);
    tone.start(sound.currentTime + after);
    tone.stop(sound.currentTime + after + 0.18);
  }
  if (globalThis.Notification?.permission !== "granted") return;
  try {
    const shown = new Notification(`${tierName(tier)}: nobody has it yet`, { body: reference, tag: reference, requireInteraction: true });
    shown.onclick = () => {
      focus();
      location.hash = addressOf(state.list.filters, reference);
      shown.close();
    };
  } catch { /* on phones, only installed pages may show notifications */ }
}

// Call this for a lead that the user releases or reopens, so that it is not announced.
export const markKnown = (reference) => known?.add(reference);
