// The dialog that exports the leads of a date range as CSV.

import { daysAgo } from "./days.js";
import { byId, saveCsv } from "./elements.js";
import { handleFailure, refusalText } from "./failures.js";
import { service } from "./service.js";

export function startExport() {
  byId("export-button").addEventListener("click", openDialog);
  byId("export-form").addEventListener("submit", exportLeads);
  byId("export-close").addEventListener("click", () => byId("export").close());
}

const countText = (leads) => `${leads.toLocaleString()} ${leads === 1 ? "lead" : "leads"}`;

function openDialog() {
  byId("export-from").value ||= daysAgo(29);
  byId("export-to").value ||= daysAgo(0);
  byId("export-status").textContent = "";
  byId("export").showModal();
}

async function exportLeads(event) {
  event.preventDefault();
  const [from, to, tier] = ["export-from", "export-to", "export-tier"].map((id) => byId(id).value);
  const button = byId("export-download");
  const status = byId("export-status");
  button.disabled = true;
  status.textContent = "Preparing the file …";
  let leads = -1; // -1, because the first line is the header
  const progress = (page) => {
    leads += page.split("\r\n").length - 1;
    status.textContent = `${countText(leads)} …`;
  };
  try {
    const text = await service.csv({ from, to, tier }, progress);
    saveCsv(`leads-${from}-${to}${tier && `-${tier}`}.csv`, text);
    status.textContent = `The file is in your downloads: ${countText(leads)}.`;
  } catch (error) {
    const refusal = handleFailure(error);
    status.textContent = refusal ? refusalText(refusal) : "The service cannot be reached. Nothing was downloaded.";
  }
  button.disabled = false;
}
