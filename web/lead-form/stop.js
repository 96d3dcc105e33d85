// Counts where visitors stop: when one leaves before Send, the clinic learns the page shown last, and nothing about the
// person. A visitor who comes back to this tab moves to another page's count, or out of the counts by sending.

/** The visitor leaves the page. Nothing is counted about people under 18, nor while the form is being sent. */
export function countStop(form) {
  const { answers, state } = form;
  if (!answers) return;
  const { view, last: before } = state;
  const stays = form.receipt || form.sending.pending || answers.isMinor || view === "start";
  const page = stays ? undefined : view === "page" ? answers.pages[state.step].dataset.page : view;
  if (page === before) return;
  state.last = page;
  form.draft.save({ ...form.draft.load(), last: page }); // does not extend the life of the draft
  form.service.fetch("stops", { questionnaire: form.questionnaireId, page, before }, { keepalive: true }).catch(() => {}); // one count less
}
