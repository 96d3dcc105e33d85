// Shows why an action was refused, beside the pressed control. Focuses the invalid field, or the message if no field is invalid.
// Finds the control's `data-group` by name, because the lead may have been redrawn.
// If the group is gone, the refusal appears at the top of the lead.

import { byId } from "./elements.js";

export function showRefusal(text, { group = "", field = "" } = {}) {
  const place = byId("lead");
  const slot = byId("refusal");
  const within = [...place.querySelectorAll(`[data-group="${CSS.escape(group)}"]`)].find((box) => box.checkVisibility());
  const input = within?.querySelector(`[name="${CSS.escape(field)}"]`);
  forget(place);
  if (input) input.after(slot);
  else if (within) within.append(slot);
  else byId("refusal-place")?.append(slot);
  slot.textContent = text;
  if (input) {
    input.setAttribute("aria-invalid", "true");
    input.setAttribute("aria-describedby", "refusal");
    input.addEventListener("input", () => forget(place), { once: true });
  }
  (input ?? slot).focus({ preventScroll: true });
  slot.scrollIntoView({ block: "center" });
}

function forget(place) {
  byId("refusal")?.replaceChildren();
  for (const input of place.querySelectorAll("[aria-invalid]")) {
    input.removeAttribute("aria-invalid");
    input.removeAttribute("aria-describedby");
  }
}
