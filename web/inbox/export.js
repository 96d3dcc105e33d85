// The dialog that exports the leads of some days as CSV.

import { byId, saveFile } from "./elements.js";
import { handleFailure, refusalText } from "./failures.js";
import { service } from "./service.js";
import { now } from "./times.js";

const DAY = 24 * 3600 * 1000; // ms

export function startExport() {
  byId("export-button").addEventListener("click", openDialog);
  byId("export-form").addEventListener("submit", exportLeads);
  byId("export-close").addEventListener("click", () => byId("export").close());
}

const isoDay = (at) => new Date(at).toLocaleDateString("sv"); // 2026-01-31

function openDialog() {
  byId("export-from").value ||= isoDay(now() - 30 * DAY);
  byId("export-to").value ||= isoDay(now());
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
  try {
    const text = `\ufeff${await service.csv({ from, to, tier })}`; // fetch removes the byte order mark
    saveFile(`leads-${from}-${to}${tier && `-${tier}`}.csv`, text, "text/csv");
    status.textContent = "The file is in your downloads.";
  } catch (error) {
    const refusal = handleFailure(error);
    status.textContent = refusal ? refusalText(refusal) : "The service cannot be reached. Nothing was downloaded.";
  }
  button.disabled = false;
}
