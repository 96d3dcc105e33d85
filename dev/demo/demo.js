const log = document.getElementById("event-log");

for (const name of ["lead-form:step", "lead-form:submitted", "lead-form:failed"]) {
  document.addEventListener(name, (event) => {
    const entry = document.createElement("li");
    entry.textContent = `${event.type} ${JSON.stringify(event.detail)}`;
    log.append(entry);
  });
}
