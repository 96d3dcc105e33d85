// "Just call me": a short form with one question, name, phone number, a good time to call, and consents.

export function showCallback(form, errors = [], focused = true) {
  const { answers, emergency, pages } = form;
  if (!errors.length) pages.clearErrors();
  const section = form.showSection(form.copy("callback"), focused, errors.length);
  section.oninput = (event) => form.changed(event.target);
  answers.update();
  emergency.borrow(section.querySelector(".fields"), answers.callbackBlocks());
  if (errors.length) pages.showErrors(errors, section.querySelector(".above")).focus();
}

export async function openCallback(form) {
  if (!(await form.begin())) return;
  if (form.answers.isMinor) { form.enter("minor"); return form.showMinor([]); }
  form.state.callback = true;
  // unticks earlier answers to the safety question, because the visitor must see them before sending them
  for (const field of form.drawn.querySelectorAll("[data-question][data-callback] input")) field.checked = false;
  form.enter("callback");
  showCallback(form);
}

export function askForCall(form) {
  const { answers, sending } = form;
  answers.update();
  const asked = answers.callbackBlocks().filter((block) => block.dataset.question);
  const errors = [...answers.errorsIn(asked), ...answers.contactErrors("callback")];
  if (errors.length) showCallback(form, errors);
  else sending.send(sending.withVisit(answers.submission("callback")), 0, "callbacks");
}
