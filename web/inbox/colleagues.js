// Lists the colleagues to whom a lead can be handed over, and by whom leads can be filtered.

import { byId, h } from "./elements.js";
import { handleFailure } from "./failures.js";
import { service } from "./service.js";
import { signIn } from "./sign-in.js";
import { state } from "./state.js";

let asked = null;

export function colleagues() {
  asked ??= service.staff().catch((error) => {
    asked = null;
    handleFailure(error);
    return [];
  });
  return asked;
}

export function colleagueSelect(id) {
  const select = h("select", { id, name: "to", required: true }, h("option", { value: "" }, "Choose …"));
  colleagues().then((all) => {
    select.append(...all.filter((one) => one.id !== signIn.user.id).map((one) => h("option", { value: one.name }, `${one.name}${isOnCall(one) ? " (on call)" : ""}`)));
    select.value = select.dataset.draft ?? "";
  });
  return select;
}

const isOnCall = ({ name }) => state.rota?.duties[0].who === name;

export async function fillOwnerFilter() {
  const select = byId("owner");
  select.append(...(await colleagues()).map((one) => h("option", { value: one.id }, one.id === signIn.user.id ? `${one.name} (you)` : one.name)));
  select.value = state.list.filters.owner;
}
