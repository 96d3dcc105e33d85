// Counts where visitors stop. If a visitor leaves before Send, the clinic learns which page was last, and nothing about
// the visitor. If the visitor comes back to this tab and then leaves from another page of the form, that page is
// counted instead. If the visitor comes back and sends the form, no page is counted.

/** Called when the visitor leaves. Counts no page for people under 18, nor while the form is being sent. */
export function countStop(form) {
  const { answers, state } = form;
  if (!answers) return;
  const { view, last: before } = state;
  const stays = form.receipt || form.sending.pending || answers.isMinor || view === "start";
  const page = stays ? undefined : view === "page" ? answers.pages[state.step].dataset.page : view;
  if (page === before) return;
  state.last = page;
  form.draft.save({ ...form.draft.load(), last: page }); // does not extend the draft's life
  form.service.fetch("stops", { questionnaire: form.questionnaireId, page, before }, { keepalive: true }).catch(() => {}); // a failure only loses a count
}
