// Downloads a lead as FHIR, downloads all data about a patient, and erases a lead. Keeps none of the data in this tab.

import { announce, saveFile } from "./elements.js";
import { handleFailure, refusalText } from "./failures.js";
import { clearIfGone, closeLead, reportOnLead } from "./open-lead.js";
import { showList } from "./search-and-filter.js";
import { service } from "./service.js";
import { state } from "./state.js";

export const records = {
  fhir: () => download((reference) => service.fhir(reference), "lead", "fhir.json", "application/fhir+json"),
  person: () => download((reference) => service.person(reference), "person", "json", "application/json"),
  erase,
};

async function download(read, kind, ending, type) {
  const { reference } = state.lead.summary;
  const name = `${kind}-${reference}.${ending}`;
  try {
    saveFile(name, await read(reference), type);
    announce(`${name} is in your downloads.`);
  } catch (error) { reportFailure(reference, error, "The service cannot be reached. Nothing was downloaded.", "records"); }
}

async function erase() {
  const { reference } = state.lead.summary;
  try {
    await service.erase(reference);
    if (state.openReference === reference) closeLead();
    await showList();
    announce(`${reference} was erased.`);
  } catch (error) { reportFailure(reference, error, "The service cannot be reached, so the lead may not have been erased. Open it again to check.", "erasing"); }
}

function reportFailure(reference, error, unreachable, group) {
  const refusal = handleFailure(error);
  if (!clearIfGone(reference, refusal)) reportOnLead(reference, refusal ? refusalText(refusal) : unreachable, { group });
}
