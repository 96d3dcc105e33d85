// Shows who is on call, in the header and in a dialog with the next two weeks. Times are in the clinic's time zone.

import { byId, h } from "./elements.js";
import { handleFailure } from "./failures.js";
import { drawRotaForm, isUnsaved } from "./rota-form.js";
import { service } from "./service.js";
import { signIn } from "./sign-in.js";
import { state } from "./state.js";

const INTERVAL = 60 * 1000; // ms
const EVERYONE = "everyone";

export function startRota() {
  loadRota();
  setInterval(loadRota, INTERVAL);
  byId("refresh").addEventListener("click", loadRota);
  byId("rota-button").addEventListener("click", async () => {
    await loadRota();
    if (!state.rota) return;
    showRota();
    byId("rota").showModal();
  });
  byId("rota-close").addEventListener("click", () => { if (mayClose()) byId("rota").close(); });
  byId("rota").addEventListener("cancel", (event) => { if (!mayClose()) event.preventDefault(); });
}

const mayClose = () => !isUnsaved() || confirm("Close without saving the rota?");

async function loadRota() {
  try { setRota(await service.rota()); } catch (error) { handleFailure(error); }
}

function setRota(rota) {
  state.rota = rota;
  const button = byId("rota-button");
  button.hidden = false;
  button.classList.toggle("warn", isUsed(rota) && rota.alerted === EVERYONE);
  button.textContent = `On call: ${onCallText(rota)}`;
  showZones(rota.time_zone);
}

function onCallText(rota) {
  const [{ who }] = rota.duties;
  if (!isUsed(rota)) return "all clinicians";
  if (rota.alerted !== EVERYONE) return who;
  return who ? `${who}, who is not reachable: alerts go to all` : "nobody: alerts go to all";
}

function showZones(timeZone) {
  const here = Intl.DateTimeFormat().resolvedOptions().timeZone;
  const at = new Date();
  const differ = at.toLocaleString("sv", { timeZone }) !== at.toLocaleString("sv");
  byId("zones").hidden = !differ;
  byId("zones").textContent = differ ? `Times are yours (${zoneName(here)}). The clinic's zone is ${zoneName(timeZone)}.` : "";
}

const zoneName = (zone) => zone.split("/").at(-1).replaceAll("_", " ");

const isUsed = ({ weekly, overrides }) => weekly.length + overrides.length > 0;

// `note`: a message about the user's last action.
function showRota(note = "") {
  const { rota } = state;
  const mayEdit = ["manager", "admin"].some((group) => signIn.user.groups.includes(group));
  byId("rota-content").replaceChildren(...[
    note && h("p", { role: "status", class: "more" }, note),
    h("p", { class: "has" }, nowText(rota)),
    ...warnings(rota).map((text) => h("p", { class: "more" }, text)),
    isUsed(rota) && h("h3", {}, "The next two weeks"),
    isUsed(rota) && h("ul", { class: "duties" }, rota.duties.map((duty) => h("li", {}, `${spanText(duty, rota)}: `, h("strong", {}, duty.who || "nobody")))),
    rota.changed_by && h("p", { class: "soft" }, `Saved by ${rota.changed_by}, ${clinicTime(rota.changed_at, rota)}. Times are those of the clinic (${rota.time_zone}).`),
    mayEdit && h("p", {}, h("button", { type: "button", class: "main", onclick: () => drawRotaForm(byId("rota-content"), rota, saved) }, "Change the rota")),
  ].filter(Boolean));
}

function saved(rota) {
  setRota(rota);
  showRota("The rota is saved.");
}

function nowText(rota) {
  const [{ who, ends }] = rota.duties;
  if (!isUsed(rota)) return "There is no rota: alerts for the clinicians go to all of them.";
  if (!who) return `Nobody is on call until ${clinicTime(ends, rota)}: alerts go to all clinicians.`;
  const until = `${who} is on call ${rota.duties.length > 1 ? `until ${clinicTime(ends, rota)}` : "for the next two weeks and longer"}`;
  return rota.alerted === EVERYONE ? `${until}, but cannot be alerted alone: alerts go to all clinicians.` : `${until}.`;
}

function warnings(rota) {
  if (!isUsed(rota)) return [];
  const { unreachable, duties } = rota;
  return [
    unreachable.length && `No confirmed subscription: ${unreachable.join(", ")}. While one of them is on call, alerts go to all clinicians. Ask the operator.`,
    duties.slice(1).some((duty) => !duty.who) && "In the next two weeks there are times with nobody on call: alerts then go to all clinicians.",
  ].filter(Boolean);
}

const clinicTime = (iso, { time_zone: timeZone }) => new Date(iso).toLocaleString([], { timeZone, weekday: "short", month: "short", day: "numeric", hour: "numeric", minute: "2-digit" });
const spanText = ({ begins, ends }, rota) => `${clinicTime(begins, rota)} – ${clinicTime(ends, rota)}`;
