const told = document.getElementById("told");

for (const name of ["lead-form:step", "lead-form:submitted", "lead-form:failed"]) {
  document.addEventListener(name, (event) => {
    const entry = document.createElement("li");
    entry.textContent = `${event.type} ${JSON.stringify(event.detail)}`;
    told.append(entry);
  });
}
