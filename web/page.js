// Lets every "Start" of the page start the form. Without this script they lead to the plain form.

const form = document.querySelector("lead-form");

for (const link of document.querySelectorAll("a[data-start]")) {
  link.addEventListener("click", (event) => {
    if (!form.start) return; // the form's script has not loaded
    event.preventDefault();
    form.scrollIntoView({ block: "center" }); // where it says so if the questions cannot be loaded
    form.start();
  });
}
