// The form with which managers change the rota. Errors of the service appear beside the wrong entry.

import { colleagues } from "./colleagues.js";
import { h } from "./elements.js";
import { handleFailure, refusalText } from "./failures.js";
import { service } from "./service.js";

const DAYS = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun", "Holiday"];

// Calls `done(rota)` after the rota was saved.
export async function drawRotaForm(place, rota, done) {
  const names = (await colleagues()).filter((one) => one.groups.includes("clinician")).map((one) => one.name);
  const weekly = h("div", {}, rota.weekly.map((shift) => shiftRow(names, shift)));
  const overrides = h("div", {}, rota.overrides.map((override) => overrideRow(names, override)));
  const problem = h("p", { class: "refusal", role: "alert", tabindex: "-1" });
  const send = (event) => {
    event.preventDefault();
    save({ rota, weekly, overrides, problem, button: event.submitter, done });
  };
  place.replaceChildren(h("form", { id: "rota-form", onsubmit: send, oninput: (event) => { event.currentTarget.dataset.changed = "yes"; } },
    h("p", {}, `Times are on the clinic's clock (${rota.time_zone}).`),
    h("h3", {}, "Every week"),
    h("p", { class: "soft" }, "A shift that ends when it starts, or earlier, ends on the next day. On a holiday of the clinic only the shifts of “Holiday” count."),
    weekly,
    h("button", { type: "button", onclick: () => add(weekly, shiftRow(names, nextShift(weekly))) }, "Add a shift"),
    h("h3", {}, "Exceptions"),
    h("p", { class: "soft" }, "Whatever the week says, this person is on call then."),
    overrides,
    h("button", { type: "button", onclick: () => add(overrides, overrideRow(names, {})) }, "Add an exception"),
    problem,
    h("p", {}, h("button", { class: "main" }, "Save the rota"))));
}

export const isUnsaved = () => Boolean(document.querySelector("#rota-form[data-changed]"));

const markChanged = (node) => { node.closest("form").dataset.changed = "yes"; };

function add(list, row) {
  list.append(row);
  markChanged(row);
  row.querySelector("select").focus();
}

// The suggested new shift, on the day after the last shift, with the same clinician and hours.
function nextShift(weekly) {
  const last = weekly.lastElementChild;
  if (!last) return { day: "Mon", starts: "08:00", ends: "08:00" };
  const { who, day, starts, ends } = valuesOf(last);
  return { who, day: DAYS[(DAYS.indexOf(day) + 1) % DAYS.length], starts, ends };
}

const shiftRow = (names, { who, day, starts, ends }) => row(
  choice("Who", "who", names, who), choice("Day", "day", DAYS, day), time("From", "starts", "time", starts), time("To", "ends", "time", ends));

const overrideRow = (names, { who, starts, ends }) => row(
  choice("Who", "who", names, who), time("From", "starts", "datetime-local", starts?.slice(0, 16)), time("To", "ends", "datetime-local", ends?.slice(0, 16)));

function row(...fields) {
  const entry = h("div", { class: "entry", role: "group" }, fields,
    h("button", { type: "button", onclick: () => { markChanged(entry); entry.remove(); } }, "Remove"), h("p", { class: "refusal" }));
  return entry;
}

// A clinician in the rota stays visible after leaving the staff. The service then refuses the rota.
function choice(label, name, options, chosen) {
  const all = chosen && !options.includes(chosen) ? [...options, chosen] : options;
  return h("label", {}, label, h("select", { name, required: true }, all.map((option) => h("option", { selected: option === chosen }, option))));
}

const time = (label, name, type, value) => h("label", {}, label, h("input", { name, type, required: true, value }));

const valuesOf = (entry) => Object.fromEntries([...entry.querySelectorAll("select, input")].map((field) => [field.name, field.value]));

async function save({ rota, weekly, overrides, problem, button, done }) {
  for (const slot of [problem, ...weekly.querySelectorAll(".refusal"), ...overrides.querySelectorAll(".refusal")]) slot.textContent = "";
  button.disabled = true;
  try {
    const lists = { weekly: [...weekly.children].map(valuesOf), overrides: [...overrides.children].map(valuesOf) };
    done(await service.saveRota({ version: rota.version, ...lists }));
  } catch (error) {
    const refusal = handleFailure(error);
    say(refusal, { weekly, overrides, problem });
  }
  button.disabled = false;
}

function say(refusal, { weekly, overrides, problem }) {
  const lists = { weekly, overrides };
  const slots = (refusal?.problem.errors ?? []).map(({ pointer, detail }) => {
    const [, list, number] = pointer.split("/");
    const slot = lists[list]?.children[number]?.querySelector(".refusal") ?? problem;
    slot.textContent = [slot.textContent, detail].filter(Boolean).join(" ");
    return slot;
  });
  if (refusal?.problem.by_name) problem.textContent = `${refusal.problem.by_name} saved the rota after you opened it. Close this and open it again; nothing of yours was saved.`;
  else if (slots.length) problem.textContent ||= "The rota is not saved: see the entries above.";
  else problem.textContent = refusal ? refusalText(refusal) : "The service cannot be reached, so the rota may not have been saved. Close this and open it again to check.";
  const first = slots.find((slot) => slot !== problem) ?? problem;
  first.closest(".entry")?.querySelector("select, input").focus();
  first.scrollIntoView({ block: "center" });
  if (first === problem) problem.focus();
}
